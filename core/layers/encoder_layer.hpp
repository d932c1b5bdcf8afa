#pragma once

#include "layers/layer_parts.hpp"

namespace attn {

/// Weights of one encoder layer of width d, (in, out): w_qkv (d, 3 d) with the maps to queries, keys and values beside
/// each other, w_o (d, d), w_up (d, d_mlp), w_down (d_mlp, d); the others as wide as what they are added to.
struct EncoderLayerWeights {
  Array &w_qkv, &b_qkv, &w_o, &b_o, &gain_1, &bias_1, &w_up, &b_up, &w_down, &b_down, &gain_2, &bias_2;
};

struct EncoderLayerOptions {
  unsigned n_heads = 1;
  bool norm_first = false;  ///< norms before the two parts, as in GPT-2, instead of after the residual sums
  bool gelu = false;        ///< GELU with the error function instead of ReLU
  float epsilon = 1e-5F;
  bool causal = false;
  LayerMask mask = {};  ///< PyTorch's src_mask and src_key_padding_mask, but 1 = may attend
};

/// One layer of the encoder of Vaswani et al. 2017, section 3.1, as PyTorch's TransformerEncoderLayer in evaluation:
/// x (tokens, d) or (batch, tokens, d). A query that sees nothing attends to nothing, where PyTorch gives NaN. out is
/// neither x nor a weight. Throws argument_shape, argument_range, memory_limit.
void encoder_layer_operator(const Array& x, const EncoderLayerWeights& weights, const EncoderLayerOptions& options,
                            Array& out);

}  // namespace attn
