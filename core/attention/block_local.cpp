// The sequence falls into blocks, and a query sees the keys of its own.

#include <algorithm>

#include "attention/structure.hpp"

namespace attn {

const std::array<Parameter, 1> kBlockLocalParams = {
    Parameter{"block", 1, 65536, 4, "tokens of a block", "每块的词元数", true}};

KeyRange range_block_local(std::size_t query, std::size_t keys, const Numbers& params) {
  const std::size_t block = static_cast<std::size_t>(params[0]), begin = query / block * block;
  return {std::min(begin, keys), std::min(begin + block, keys)};
}

}  // namespace attn
