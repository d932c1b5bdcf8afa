// Query i sees the keys j = i - n dilation, 0 <= n < window: as far as a wide window for the price of a narrow one.

#include <algorithm>

#include "attention/structure.hpp"

namespace attn {

const std::array<Parameter, 2> kDilatedWindowParams = {
    Parameter{"window", 1, 65536, 3, "keys that a query sees, its own the last of them",
              "查询看到的键数，自己是最后一个", true},
    Parameter{"dilation", 1, 65536, 2, "distance from one of them to the next", "相邻两个键的间隔", true}};

KeyRange range_dilated_window(std::size_t query, std::size_t keys, const Numbers& params) {
  const double reach = (params[0] - 1.0) * params[1];
  const std::size_t end = std::min(query + 1, keys);
  const std::size_t begin = reach < static_cast<double>(query) ? query - static_cast<std::size_t>(reach) : 0;
  return {std::min(begin, end), end};
}

bool sees_dilated_window(std::size_t query, std::size_t key, const Numbers& params) {
  return (query - key) % static_cast<std::size_t>(params[1]) == 0;
}

}  // namespace attn
