#pragma once

#include "kernels/matmul.hpp"

namespace attn {

/// Weights of an affine map: weight (in, out) as the matrix product reads it, bias (out).
struct Linear {
  Panels weight;
  const float* bias = nullptr;
};

/// y = x W + b: x (tokens, in), y (tokens, out). y aliases nothing.
void linear(const Linear& map, MatrixView<const float> x, MatrixView<float> y);

}  // namespace attn
