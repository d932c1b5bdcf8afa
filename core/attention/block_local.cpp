// The sequence falls into blocks, and a query sees the keys of its own.

#include <algorithm>

#include "attention/structures.hpp"

namespace attn {

const std::array<Parameter, 1> kBlockLocalParams = {Parameter{"block", 1, 65536, 4, "tokens of a block"}};

KeyRange range_block_local(std::size_t query, std::size_t keys, const Sight::Numbers& params) {
  const std::size_t block = static_cast<std::size_t>(params[0]), begin = query / block * block;
  return {std::min(begin, keys), std::min(begin + block, keys)};
}

}  // namespace attn
