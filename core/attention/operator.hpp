#pragma once

#include "attention/operands.hpp"

namespace attn {

/// Names are rows of the tables in variants.cpp; params give one number for each of a row's parameters, or none.
/// Names in the comments are those of the ONNX operator `Attention`, where it has one.
struct OperatorOptions {
  std::string_view scoring = "scaled_dot_product";
  std::string_view normalisation = {};  ///< empty: what the scoring's reference pairs it with
  std::string_view structure = "bidirectional";
  std::span<const double> scoring_params = {}, normalisation_params = {}, structure_params = {};
  std::span<const DenseArray> weights = {};  ///< the scoring's, in its row's order, shared by all heads
  float scale = 0.0F;                        ///< factor on the scores; 0 stands for the scoring's own
  float softcap = 0.0F;                      ///< 0 is off
  MaskArray mask = {};                       ///< attn_mask
  std::size_t q_heads = 0, kv_heads = 0;     ///< q_num_heads, kv_num_heads: for (batch, tokens, heads * width)
  const DenseArray *past_key = nullptr, *past_value = nullptr;  ///< (batch, key heads, past, width), or neither
  std::span<const std::size_t> lengths = {};                    ///< nonpad_kv_seqlen: keys that are no padding (batch)
  int matmul_mode = 0;  ///< qk_matmul_output_mode: 0 scaled, 1 capped, 2 masked, 3 normalised
};

/// What is wanted beside the output; null for what is not.
struct OperatorResults {
  Array* pattern = nullptr;
  Array* present_key = nullptr;  ///< past keys and new ones, (batch, key heads, past + keys, width)
  Array* present_value = nullptr;
  Array* matmul = nullptr;  ///< qk_matmul_output, (batch, heads, queries, past + keys)
};

/// Attention on arrays (heads, tokens, d_head), (batch, heads, tokens, d_head), or (batch, tokens, heads * d_head)
/// where heads are given; with scaled dot products and softmax as the ONNX operator `Attention` (opset 24) defines it.
/// `output` takes q's shape with v's width and is none of the operands; pattern and matmul that with as many numbers a
/// row as there are keys. Where only the output is wanted, of dot products and softmax, memory grows with the tokens
/// and not with their square. A causal structure counts queries behind the past; with `lengths` and no past, the last
/// query stands at its sequence's last key. Throws argument_shape, argument_range, variant_unknown, memory_limit.
void attention_operator(DenseArray q, DenseArray k, DenseArray v, const OperatorOptions& options, Array& output,
                        const OperatorResults& results = {});

}  // namespace attn
