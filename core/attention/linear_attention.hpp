#pragma once

#include "tensor/view.hpp"

/// Attention whose scores are products of features: no pattern stands, and the cost grows with the tokens, not with
/// their square. q (queries, d) and k (keys, d) are features already, phi(x) = elu(x) + 1 (elu_plus_one), never
/// negative. With `causal`, query i sees the keys j <= i. Katharopoulos et al. 2020, sections 3.2 and 3.3.
namespace attn {

/// Numbers that linear_attention works in.
std::size_t linear_attention_scratch_size(std::size_t d, std::size_t d_v);

/// z_i = sum_j (q_i . k_j) v_j / sum_j q_i . k_j of one head: v (keys, d_v), z (queries, d_v). A query whose products
/// are all 0 to rounding gets zeros. z aliases nothing.
void linear_attention(MatrixView<const float> q, MatrixView<const float> k, MatrixView<const float> v, bool causal,
                      float* scratch, MatrixView<float> z);

/// The pattern (queries, keys) that this implies: p_ij = q_i . k_j / sum_n q_i . k_n. A query whose products are all 0
/// gets zeros. `pattern` aliases nothing.
void linear_attention_pattern(MatrixView<const float> q, MatrixView<const float> k, bool causal,
                              MatrixView<float> pattern);

}  // namespace attn
