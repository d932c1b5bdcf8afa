#pragma once

#include <vector>

#include "attention/attention.hpp"
#include "models/config.hpp"
#include "tensor/tensor.hpp"

namespace attn {

/// Keys and values of the tokens seen so far, per layer (capacity, n_kv_heads * d_head), keys as they enter the scores.
struct Cache {
  std::vector<Matrix> keys;
  std::vector<Matrix> values;
  std::size_t capacity = 0;
  std::size_t length = 0;

  /// Forgets what it held and makes room for `tokens`; allocates only when it never held as many.
  void reset(const Config& config, std::size_t tokens);

  /// Makes room for `tokens` in all and keeps what it holds; likewise.
  void grow(const Config& config, std::size_t tokens);
};

/// Where a forward pass works: allocated by the first run of its shape, used again by the next.
struct Workspace {
  Matrix x;         ///< (tokens, d_model), the residual stream
  Matrix normed;    ///< (tokens, d_model)
  Matrix rotation;  ///< (tokens, d_head), or of no columns: see rotary_rows
  Matrix q;         ///< (tokens, n_heads * d_head)
  Matrix z;         ///< (tokens, n_heads * d_head)
  Matrix out;       ///< (tokens, d_model), what a layer adds to the residual stream
  Matrix hidden;    ///< (tokens, d_mlp), with a gate twice as wide
  Heads pattern;    ///< (heads, tokens, capacity of the cache); of few tokens until more are needed
  Heads result;     ///< (heads, tokens, d_model); empty until someone listens there
  Vector scratch;   ///< where attention works

  void reserve(const Config& config, std::size_t tokens, std::size_t capacity, Probe& probe);

  /// What attention at that site needs for `tokens` queries and `keys` keys, and where its results go, if anywhere.
  AttentionWork attention(Site site, std::size_t tokens, std::size_t keys);
  HeadsView<float> results(Site site, std::size_t tokens);
};

}  // namespace attn
