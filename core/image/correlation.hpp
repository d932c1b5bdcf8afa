#pragma once

#include <span>

#include "kernels/planes.hpp"

namespace attn {

/// out (height, width) = sum_(i, j) kernel_ij I_(y + i - r, x + j - r) of one plane: kernel (side, side), side = 2 r +
/// 1, the planes' border at least r wide.
void correlate(const Planes& planes, std::size_t channel, std::span<const double> kernel, std::size_t side,
               double* out);

}  // namespace attn
