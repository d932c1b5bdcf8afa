// Query i sees the keys i - window < j <= i: its own and the few before it.

#include <algorithm>

#include "attention/structure.hpp"

namespace attn {

const std::array<Parameter, 1> kSlidingWindowParams = {Parameter{
    "window", 1, 65536, 4, "keys that a query sees, its own the last of them", "查询看到的键数，自己是最后一个", true}};

KeyRange range_sliding_window(std::size_t query, std::size_t keys, const Numbers& params) {
  const std::size_t window = static_cast<std::size_t>(params[0]), end = std::min(query + 1, keys);
  return {std::min(query + 1 > window ? query + 1 - window : 0, end), end};
}

}  // namespace attn
