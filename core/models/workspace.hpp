#pragma once

#include <vector>

#include "attention/attention.hpp"
#include "layers/multi_head_attention.hpp"
#include "models/config.hpp"
#include "tensor/tensor.hpp"

namespace attn {

/// Keys and values of the tokens seen so far and, beside an encoder, of its source; per layer (tokens, n_kv_heads *
/// d_head), keys as they enter the scores.
struct Cache {
  struct Layers {
    std::vector<Matrix> keys;
    std::vector<Matrix> values;

    KeysValues rows(std::size_t layer, std::size_t first, std::size_t count);
  };
  Layers own;
  Layers source;
  std::size_t capacity = 0;  ///< of `own`, in tokens
  std::size_t length = 0;
  std::size_t source_length = 0;

  /// Forgets what it held and makes room for `tokens`; allocates only when it never held as many.
  void reset(const Config& config, std::size_t tokens);

  /// Makes room for `tokens` in all and keeps what it holds; likewise.
  void grow(const Config& config, std::size_t tokens);

  /// Makes room for a source of `tokens`, and forgets the one before.
  void reset_source(const Config& config, std::size_t tokens);
};

/// How large one pass through a stack is.
struct PassSize {
  std::size_t tokens = 0;
  std::size_t keys = 0;     ///< at most, in any of its attentions
  bool keeps_keys = true;   ///< in a cache; otherwise they stand here for the length of a layer
  bool patterns = false;    ///< patterns have to stand as a whole
  bool results = false;     ///< somebody listens to `result`
  std::size_t outputs = 0;  ///< of a second head
};

/// Where a forward pass works: allocated by the first run of its shape, used again by the next.
struct Workspace {
  Matrix x;         ///< (tokens, d_model), the residual stream
  Matrix normed;    ///< (tokens, d_model)
  Matrix patches;   ///< (patches, channels * patch * patch), of an image
  Matrix rotation;  ///< (tokens, d_head), or of no columns: see rotary_rows
  Matrix q;         ///< (tokens, n_heads * d_head)
  Matrix k;         ///< (tokens, n_kv_heads * d_head), where no cache keeps them
  Matrix v;         ///< likewise
  Matrix z;         ///< (tokens, n_heads * d_head)
  Matrix out;       ///< (tokens, d_model), what a layer adds to the residual stream
  Matrix hidden;    ///< (tokens, d_mlp), with a gate twice as wide
  Matrix second;    ///< (1, labels), of a second head
  Heads pattern;    ///< (heads, tokens, keys); of few tokens until more are needed
  Heads result;     ///< (heads, tokens, d_model); empty until someone listens there
  Vector scratch;   ///< where attention works

  void reserve(const Config& config, const PassSize& size);

  /// What attention at that site needs for `tokens` queries and `keys` keys, and where its results go, if anywhere.
  AttentionWork attention(Site site, std::size_t tokens, std::size_t keys);
  HeadsView<float> results(Site site, std::size_t tokens);
};

/// The first rows of a buffer that may have grown for a longer run.
inline MatrixView<float> first_rows(Matrix& buffer, std::size_t count) { return view(buffer).sub_rows(0, count); }

}  // namespace attn
