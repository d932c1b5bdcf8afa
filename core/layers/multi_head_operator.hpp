#pragma once

#include "layers/layer_parts.hpp"

namespace attn {

/// Weights (in, out) of multi-head attention of width d, whose keys are d_k and values d_v wide: w_q (d, d), w_k (d_k,
/// g), w_v (d_v, g), w_o (d, d), g = d, or n_kv_heads * d_head where groups of queries share key heads. Biases are null
/// where they are missing: b_q (d), b_k (g), b_v (g) all or none, b_o (d); bias_k and bias_v (g), one more key and
/// value behind all others, both or none.
struct MultiHeadWeights {
  Array &w_q, &w_k, &w_v, &w_o;
  const Array *b_q = nullptr, *b_k = nullptr, *b_v = nullptr, *b_o = nullptr, *bias_k = nullptr, *bias_v = nullptr;
};

struct MultiHeadOptions {
  unsigned n_heads = 1;
  unsigned n_kv_heads = 1;  ///< divides n_heads (Ainslie et al. 2023, section 2.2); 1 is multi-query attention
  bool causal = false;
  bool zero_key = false;  ///< one more key and value of zeros behind all others: PyTorch's add_zero_attn
  bool average = false;   ///< the pattern's mean over the heads in place of the pattern
  LayerMask mask = {};    ///< PyTorch's attn_mask and key_padding_mask, but 1 = may attend
};

/// Multi-head attention as PyTorch's MultiheadAttention in evaluation, batch_first (Vaswani et al. 2017,
/// section 3.2.2): q (queries, d) or (batch, queries, d), k (.., keys, d_k), v (.., keys, d_v). output takes q's shape;
/// pattern, where not null, (batch, heads, queries, keys), without the batch that q has not, or without the heads where
/// averaged. Keys that bias_k and zero_key add are its last columns, and every query sees them. A query that sees
/// nothing gets b_o, where PyTorch gives NaN. output and pattern are none of the others. Throws argument_shape,
/// argument_range, memory_limit.
void multi_head_attention_operator(const Array& q, const Array& k, const Array& v, const MultiHeadWeights& weights,
                                   const MultiHeadOptions& options, Array& output, Array* pattern);

}  // namespace attn
