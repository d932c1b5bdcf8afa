// Query i sees the keys j <= i: the decoder's attention, so that a prediction never reads its answer.

#include <algorithm>

#include "attention/structures.hpp"

namespace attn {

KeyRange visible_causal(std::size_t query, std::size_t keys) { return {0, std::min(query + 1, keys)}; }

}  // namespace attn
