#pragma once

#include "tensor/array.hpp"

namespace attn {

/// Names in the comments are those of the ONNX operator `RotaryEmbedding`.
struct RotaryOptions {
  std::size_t n_heads = 0;                         ///< num_heads: for x (batch, tokens, heads * d_head)
  std::size_t width = 0;                           ///< rotary_embedding_dim: of each head the first so many; 0 is all
  bool interleaved = false;                        ///< pairs of neighbours instead of pairs by halves
  std::span<const std::size_t> position_ids = {};  ///< (batch, tokens), or empty: the caches follow the tokens
};

/// x with the pairs of each head turned by its token's angles (ONNX `RotaryEmbedding`, opset 23). x (batch, heads,
/// tokens, d_head), (heads, tokens, d_head), or (batch, tokens, heads * d_head) where heads are given. cos_cache and
/// sin_cache hold width / 2 angles a row: (positions, width / 2) to be picked by position_ids; without these
/// (batch, tokens, width / 2), or (tokens, width / 2) for every sequence. out may be x, and is no cache. Throws
/// argument_shape; argument_range for a width that is odd or wider than a head, and for an id without a row.
void rotary_embedding_operator(const Array& x, const Array& cos_cache, const Array& sin_cache,
                               const RotaryOptions& options, Array& out);

}  // namespace attn
