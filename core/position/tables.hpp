#pragma once

#include <span>

#include "tensor/tensor.hpp"

/// What stands behind the rows of positions.cpp, one file each. width is even; params[0] is the base of the
/// wavelengths.
namespace attn {

/// Sines in the even columns, cosines in the odd ones.
Matrix sinusoidal_table(std::size_t tokens, std::size_t width, std::span<const double> params);

/// width / 2 cosines, then width / 2 sines of the angles by which rotate_halves turns a row.
Matrix rotary_table(std::size_t tokens, std::size_t width, std::span<const double> params);

/// angle (t, i) = t / base^(2 i / width) for the pairs i < width / 2, in double.
xt::xtensor<double, 2> angles(std::size_t tokens, std::size_t width, double base);

}  // namespace attn
