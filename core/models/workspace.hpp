#pragma once

#include <vector>

#include "attention/attention.hpp"
#include "models/config.hpp"
#include "tensor/tensor.hpp"

namespace attn {

/// Keys and values of the tokens seen so far, per layer (capacity, d_model); grows to a run's length and no further.
struct Cache {
  std::vector<Matrix> keys;
  std::vector<Matrix> values;
  std::size_t capacity = 0;
  std::size_t length = 0;

  /// Forgets what it held and makes room for `tokens`; allocates only when it never held as many.
  void reset(const Config& config, std::size_t tokens);
};

/// Where a forward pass works: allocated by the first run of its shape, used again by the next.
struct Workspace {
  Matrix x;        ///< (tokens, d_model), the residual stream
  Matrix normed;   ///< (tokens, d_model)
  Matrix q;        ///< (tokens, d_model)
  Matrix z;        ///< (tokens, d_model)
  Matrix out;      ///< (tokens, d_model), what a layer adds to the residual stream
  Matrix hidden;   ///< (tokens, d_mlp)
  Heads pattern;   ///< (heads, tokens, capacity of the cache); of few tokens until more are needed
  Heads result;    ///< (heads, tokens, d_model); empty until someone listens there
  Vector scratch;  ///< where attention works

  void reserve(const Config& config, std::size_t tokens, std::size_t capacity, Probe& probe);

  /// What attention at that site needs for `tokens` queries and `keys` keys, and where its results go, if anywhere.
  AttentionWork attention(Site site, std::size_t tokens, std::size_t keys);
  HeadsView<float> results(Site site, std::size_t tokens);
};

}  // namespace attn
