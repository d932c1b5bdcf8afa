#pragma once

#include "layers/weight.hpp"

namespace attn {

/// Weights of an affine map: weight (in, out), bias (out).
struct Linear {
  Weight weight;
  const float* bias = nullptr;
};

/// y = x W + b: x (tokens, in), y (tokens, out). y aliases nothing.
void linear(const Linear& map, MatrixView<const float> x, MatrixView<float> y);

}  // namespace attn
