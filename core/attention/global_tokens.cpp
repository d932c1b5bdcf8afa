// A few first tokens see all and are seen by all; between the others |i - j| < window.

#include <algorithm>

#include "attention/structure.hpp"

namespace attn {

const std::array<Parameter, 2> kGlobalTokensParams = {
    Parameter{"global", 0, 65536, 1, "first tokens that see all and are seen by all",
              "看到一切、也被一切看到的前几个词元", true},
    Parameter{"window", 1, 65536, 3, "keys that another query sees on each side, its own among them",
              "其余查询每侧看到的键数，含自己", true}};

KeyRange range_global_tokens(std::size_t query, std::size_t keys, const Numbers& params) {
  const std::size_t first = static_cast<std::size_t>(params[0]), window = static_cast<std::size_t>(params[1]);
  if (query < first) return {0, keys};
  const std::size_t begin = query + 1 > window ? query + 1 - window : 0;
  return {first > 0 ? 0 : std::min(begin, keys), std::min(std::max(query + window, first), keys)};
}

bool sees_global_tokens(std::size_t query, std::size_t key, const Numbers& params) {
  const std::size_t first = static_cast<std::size_t>(params[0]), window = static_cast<std::size_t>(params[1]);
  return query < first || key < first || (key < query + window && query < key + window);
}

}  // namespace attn
