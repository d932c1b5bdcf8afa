#pragma once

#include "tensor/view.hpp"

namespace attn {

/// Rotates pairs (x_i, x_{i + n/2}) of every row of x (tokens, n) by its row's angles, in place: the half-split layout.
/// table (tokens, n): n/2 cosines, then n/2 sines. Su et al. 2021, section 3.4.2, with the pairs laid out by halves.
void rotate_halves(MatrixView<const float> table, MatrixView<float> x);

}  // namespace attn
