#pragma once

#include "layers/layer_parts.hpp"

namespace attn {

/// Weights (in, out): w_q, w_k, w_v (d_head, d_head), each shared by all heads; w_o (d_model, d_model), b_o (d_model).
struct SharedHeadsWeights {
  Array &w_q, &w_k, &w_v, &w_o, &b_o;
};

/// Multi-head attention as many tutorials print it, to be reproduced number for number: q (queries, d_model) or (batch,
/// queries, d_model), k and v (.., keys, d_model) are cut into heads, one small map serves all heads, hidden scores
/// become -1e20, and only then are scores divided by sqrt(d_model), not sqrt(d_head). So a query that sees nothing
/// attends evenly to everything. The mask may be null; its up to four axes broadcast to (batch, heads, queries, keys),
/// 0 hides and any other number shows. output takes q's shape, pattern is (batch, heads, queries, keys) without the
/// batch that q has not; both are none of the others. Throws argument_shape, argument_range, memory_limit.
void shared_heads_attention_operator(const Array& q, const Array& k, const Array& v, const SharedHeadsWeights& weights,
                                     unsigned n_heads, const Array* mask, Array& output, Array& pattern);

}  // namespace attn
