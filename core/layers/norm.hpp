#pragma once

#include "tensor/view.hpp"

namespace attn {

/// Weights of a layer norm over rows of one width.
struct LayerNorm {
  const float* gain = nullptr;
  const float* bias = nullptr;
  float epsilon = 1e-5F;
};

/// Every row of x normalised to y, both (tokens, d_model).
void layer_norm(const LayerNorm& norm, MatrixView<const float> x, MatrixView<float> y);

}  // namespace attn
