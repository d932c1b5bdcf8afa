#pragma once

#include "tensor/view.hpp"

namespace attn {

enum class NormKind { layer, rms };

/// Weights of a norm over rows of one width: of a layer norm (Ba et al. 2016, section 3), or of an RMS norm (Zhang and
/// Sennrich 2019, section 4), which has no bias.
struct Norm {
  const float* gain = nullptr;
  const float* bias = nullptr;
  float epsilon = 1e-5F;
  NormKind kind = NormKind::layer;
};

/// Every row of x normalised to y, both (tokens, d_model); y may be x.
void norm(const Norm& weights, MatrixView<const float> x, MatrixView<float> y);

}  // namespace attn
