#pragma once

#include "layers/layer_parts.hpp"

namespace attn {

/// Weights of one decoder layer of width d, (in, out). Self-attention: w_qkv (d, 3 d), w_o (d, d). Attention to the
/// memory: w_cross_q (d, d), w_cross_kv (d, 2 d) with the maps to keys and values beside each other, w_cross_o (d, d).
/// Feed-forward: w_up (d, d_mlp), w_down (d_mlp, d). The others are as wide as what they are added to.
struct DecoderLayerWeights {
  Array &w_qkv, &b_qkv, &w_o, &b_o, &gain_1, &bias_1;
  Array &w_cross_q, &b_cross_q, &w_cross_kv, &b_cross_kv, &w_cross_o, &b_cross_o, &gain_2, &bias_2;
  Array &w_up, &b_up, &w_down, &b_down, &gain_3, &bias_3;
};

struct DecoderLayerOptions {
  unsigned n_heads = 1;
  bool norm_first = false;  ///< norms before the three parts instead of after the residual sums
  bool gelu = false;        ///< GELU with the error function instead of ReLU
  float epsilon = 1e-5F;
  bool causal = true;
  LayerMask mask = {};         ///< PyTorch's tgt_mask and tgt_key_padding_mask, but 1 = may attend
  LayerMask memory_mask = {};  ///< PyTorch's memory_mask and memory_key_padding_mask, likewise
};

/// One layer of the decoder of Vaswani et al. 2017, section 3.1, as PyTorch's TransformerDecoderLayer in evaluation:
/// x (tokens, d) or (batch, tokens, d), memory (keys, d) or (batch, keys, d). A query that sees nothing attends to
/// nothing, where PyTorch gives NaN. out is none of the others. Throws argument_shape, argument_range, memory_limit.
void decoder_layer_operator(const Array& x, const Array& memory, const DecoderLayerWeights& weights,
                            const DecoderLayerOptions& options, Array& out);

}  // namespace attn
