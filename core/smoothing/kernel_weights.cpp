// K(u) = 1;  K(u) = 1 for |u| <= 1, else 0;  K(u) = max(0, 1 - u^2);  K(u) = exp(-u^2 / 2), of u = |q - x_j| / h

#include <algorithm>
#include <cmath>

#include "smoothing/rows.hpp"
#include "smoothing/smoothing_kernel.hpp"

namespace attn {

void uniform_weights(std::span<double> squares, double) { std::ranges::fill(squares, 1.0); }

void boxcar_weights(std::span<double> squares, double bandwidth) {
  for (double& square : squares) square = std::sqrt(square) <= bandwidth ? 1.0 : 0.0;
}

void epanechnikov_weights(std::span<double> squares, double bandwidth) {
  for (double& square : squares) {
    const double u = square == 0.0 ? 0.0 : std::sqrt(square) / bandwidth;
    square = std::max(0.0, 1.0 - u * u);
  }
}

void gaussian_weights(std::span<double> squares, double bandwidth) {
  for (double& square : squares) square *= -0.5;
  soft_shares(squares, bandwidth * bandwidth);
}

}  // namespace attn
