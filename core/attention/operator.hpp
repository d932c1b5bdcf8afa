#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "tensor/tensor.hpp"

namespace attn {

/// A dense array of any rank, borrowed; row-major.
struct DenseArray {
  std::span<const std::size_t> shape;
  std::span<const float> data;
};

struct OperatorOptions {
  std::string_view variant = "bidirectional";
  float scale = 0.0F;                       ///< 0 stands for 1 / sqrt(d_head)
  float softcap = 0.0F;                     ///< 0 is off
  std::span<const std::size_t> mask_shape;  ///< (queries, keys) where one of the two is given
  std::span<const std::uint8_t> allowed;    ///< 1 = may attend
  std::span<const float> added;             ///< added to the scores
};

/// What the bare operator gives: z in q's shape with v's width, and the pattern.
struct OperatorResult {
  std::vector<std::size_t> output_shape;
  Vector output;
  std::vector<std::size_t> pattern_shape;
  Vector pattern;
};

/// softmax(scale q k^T + mask) v on arrays (heads, tokens, d_head), or (batch, heads, tokens, d_head), as the ONNX
/// operator `Attention` (opset 23) defines it. Throws argument_shape, argument_range, variant_unknown, memory_limit.
OperatorResult attention_operator(DenseArray q, DenseArray k, DenseArray v, const OperatorOptions& options);

}  // namespace attn
