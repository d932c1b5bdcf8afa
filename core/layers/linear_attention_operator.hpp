#pragma once

#include "tensor/array.hpp"

namespace attn {

/// Linear attention with the features elu(x) + 1 (Katharopoulos et al. 2020, sections 3.2 and 3.3): q (heads, queries,
/// d) or (batch, heads, queries, d), k (.., keys, d), v (.., keys, d_v). output takes q's shape with v's width. Where
/// `pattern` is not null it becomes the pattern (.., queries, keys) that the output implies; without it, cost and
/// memory grow with the tokens, not with their square. With `causal`, query i sees the keys j <= i. output and pattern
/// are none of the others. Throws argument_shape, memory_limit.
void linear_attention_operator(const Array& q, const Array& k, const Array& v, bool causal, Array& output,
                               Array* pattern);

}  // namespace attn
