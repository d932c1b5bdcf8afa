#pragma once

#include "tensor/view.hpp"

/// Rotates pairs of every row of x (tokens, n) by its row's angles, in place: cosine and sine (tokens, n / 2), row t at
/// their row t, pair i at column i. A stride of 0 there gives all rows the same angles. Su et al. 2021, section 3.4.2.
namespace attn {

/// Pairs (x_i, x_{i + n/2}): the half-split layout (GPT-NeoX, Llama).
void rotate_halves(MatrixView<const float> cosine, MatrixView<const float> sine, MatrixView<float> x);

/// Pairs (x_{2i}, x_{2i+1}): the interleaved layout, that of the paper. The same roundings as by halves.
void rotate_pairs(MatrixView<const float> cosine, MatrixView<const float> sine, MatrixView<float> x);

}  // namespace attn
