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
  std::size_t n_heads = 0;
  std::size_t n_kv_heads = 0;  ///< divides n_heads
  Linear q, k, v, o;
};

/// Keys and values, (tokens, n_kv_heads * d_head) each, keys turned already.
struct KeysValues {
  MatrixView<float> keys, values;
};

/// Where one call works.
struct AttentionSpace {
  KeysValues memory;  ///< what queries may attend to, (keys, …)
  KeysValues own;     ///< the rows of it that x itself gives, filled here; none where another stack gave all
  Sight sight;
  std::size_t past = 0;              ///< queries that came before
  MatrixView<const float> rotation;  ///< (tokens, d_head) as rotary_rows gives it, or of no columns: nothing turns
  MatrixView<float> q;               ///< (tokens, n_heads * d_head)
  MatrixView<float> z;               ///< (tokens, n_heads * d_head)
  AttentionWork work;                ///< for (heads, tokens, keys)
  HeadsView<float> result;           ///< (heads, tokens, d_model); used only when `result` is watched
};

/// x W_K + b_K, turned where there is a rotation, and x W_V + b_V. Stations: k (as it enters the scores), v.
void keys_values(const MultiHeadAttention& weights, MatrixView<const float> x, MatrixView<const float> rotation,
                 Site site, KeysValues out);

/// out = concat_h(z_h) W_O + b_O for x (tokens, d_model), queries and keys turned by halves where there is a rotation.
/// Stations: q and k (as they enter the scores), v, scores, pattern, z, result.
void multi_head_attention(const MultiHeadAttention& weights, MatrixView<const float> x, const AttentionSpace& space,
                          Site site, MatrixView<float> out);

}  // namespace attn
