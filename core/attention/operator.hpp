#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "tensor/array.hpp"

namespace attn {

struct OperatorOptions {
  std::string_view variant = "bidirectional";
  std::span<const double> params;           ///< one number for each of the variant's parameters, or none
  float scale = 0.0F;                       ///< 0 stands for 1 / sqrt(d_head)
  float softcap = 0.0F;                     ///< 0 is off
  std::span<const std::size_t> mask_shape;  ///< (queries, keys) where one of the two is given
  std::span<const std::uint8_t> allowed;    ///< 1 = may attend
  std::span<const float> added;             ///< added to the scores
};

/// softmax(scale q k^T + mask) v on arrays (heads, tokens, d_head), or (batch, heads, tokens, d_head), as the ONNX
/// operator `Attention` (opset 23) defines it. `output` takes q's shape with v's width and is none of the operands;
/// `pattern`, if it is wanted, that with as many numbers a row as there are keys. Without it, memory grows with the
/// tokens and not with their square. Throws argument_shape, argument_range, variant_unknown, memory_limit.
void attention_operator(DenseArray q, DenseArray k, DenseArray v, const OperatorOptions& options, Array& output,
                        Array* pattern);

}  // namespace attn
