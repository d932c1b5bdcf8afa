#pragma once

#include "attention/attention.hpp"
#include "layers/linear.hpp"
#include "probe/probe.hpp"
#include "tensor/view.hpp"

namespace attn {

/// Weights of one multi-head attention: q (d_model, n_heads * d_head), k and v (d_model, n_kv_heads * d_head),
/// o (n_heads * d_head, d_model), head h owning columns (w_o: rows) [h * d_head, (h + 1) * d_head). Vaswani et al.
/// 2017, section 3.2.2. Groups of n_heads / n_kv_heads query heads share keys and values: Ainslie et al. 2023,
/// section 2.2.
struct MultiHeadAttention {
  Sight sight;
  std::size_t n_heads = 0;
  std::size_t n_kv_heads = 0;  ///< divides n_heads
  Linear q, k, v, o;
};

/// Where one call works. Keys and values stand in the cache behind `past` earlier tokens.
struct AttentionSpace {
  MatrixView<float> keys;    ///< (past + tokens, n_kv_heads * d_head), rows before `past` filled, rotated already
  MatrixView<float> values;  ///< likewise
  std::size_t past = 0;
  MatrixView<const float> rotation;  ///< (tokens, d_head) as rotary_rows gives it, or of no columns: nothing turns
  MatrixView<float> q;               ///< (tokens, n_heads * d_head)
  MatrixView<float> z;               ///< (tokens, n_heads * d_head)
  AttentionWork work;                ///< for (heads, tokens, past + tokens)
  HeadsView<float> result;           ///< (heads, tokens, d_model); used only when `result` is watched
};

/// out = concat_h(z_h) W_O + b_O for x (tokens, d_model), queries and keys turned by halves where there is a rotation.
/// Stations: q and k (as they enter the scores), v, scores, pattern, z, result.
void multi_head_attention(const MultiHeadAttention& weights, MatrixView<const float> x, AttentionSpace space, Site site,
                          MatrixView<float> out);

}  // namespace attn
