// Query i sees the keys j <= i and all of a prefix: what is given is read in both directions, what follows is not.

#include <algorithm>

#include "attention/structure.hpp"

namespace attn {

const std::array<Parameter, 1> kPrefixParams = {
    Parameter{"prefix", 0, 65536, 3, "first tokens that everybody sees", "人人可见的前几个词元", true}};

KeyRange range_prefix(std::size_t query, std::size_t keys, const Numbers& params) {
  return {0, std::min(std::max(query + 1, static_cast<std::size_t>(params[0])), keys)};
}

}  // namespace attn
