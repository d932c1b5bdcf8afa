#pragma once

#include <cstddef>

#include "tensor/view.hpp"

namespace attn {

/// x_i += y_i.
void add(const float* y, std::size_t count, float* x);

/// x_i *= factor; infinities stay, so that a masked score stays masked under any factor.
void scale(float factor, std::size_t count, float* x);

/// x_i = cap tanh(x_i / cap): scores kept within (-cap, cap). Gemma 2 report 2024, section 2.
void softcap(float cap, std::size_t count, float* x);

/// Adds one vector of `x.cols` numbers to every row.
void add_to_rows(const float* bias, MatrixView<float> x);

}  // namespace attn
