#pragma once

#include <cstddef>

namespace attn {

/// x_i += y_i.
void add(const float* y, std::size_t count, float* x);

/// x_i *= y_i.
void multiply(const float* y, std::size_t count, float* x);

/// x_i += factor y_i.
void add_scaled(float factor, const float* y, std::size_t count, float* x);

/// out_i = mean over r of x_(r, i): x (rows, count), contiguous, rows at least 1; out is not x.
void mean_of_rows(const float* x, std::size_t rows, std::size_t count, float* out);

/// x_i *= factor; infinities stay, so that a masked score stays masked under any factor.
void scale(float factor, std::size_t count, float* x);

/// x_i = cap tanh(x_i / cap): scores kept within (-cap, cap). Gemma 2 report 2024, section 2.
void softcap(float cap, std::size_t count, float* x);

}  // namespace attn
