#pragma once

#include "attention/attention.hpp"
#include "layers/linear.hpp"
#include "probe/probe.hpp"
#include "tensor/view.hpp"

namespace attn {

/// Weights of one multi-head attention; every map is (d_model, d_model), head h owning columns (w_o: rows)
/// [h * d_head, (h + 1) * d_head). Vaswani et al. 2017, section 3.2.2.
struct MultiHeadAttention {
  Sight sight;
  std::size_t n_heads = 0;
  Linear q, k, v, o;
};

/// Where one call works. Keys and values stand in the cache behind `past` earlier tokens.
struct AttentionSpace {
  MatrixView<float> keys;    ///< (past + tokens, d_model), rows before `past` filled
  MatrixView<float> values;  ///< (past + tokens, d_model), likewise
  std::size_t past = 0;
  MatrixView<float> q;      ///< (tokens, d_model)
  MatrixView<float> z;      ///< (tokens, d_model)
  AttentionWork work;       ///< for (heads, tokens, past + tokens)
  HeadsView<float> result;  ///< (heads, tokens, d_model); used only when `result` is watched
};

/// out = concat_h(z_h) W_O + b_O for x (tokens, d_model). Stations: q, k, v, scores, pattern, z, result.
void multi_head_attention(const MultiHeadAttention& weights, MatrixView<const float> x, AttentionSpace space, Site site,
                          MatrixView<float> out);

}  // namespace attn
