#pragma once

#include "tensor/table.hpp"

namespace attn {

/// Turns squared distances |q - x_j|^2 into K(|q - x_j| / bandwidth), in place, up to a factor that all share.
/// `bandwidth` is from 0 to infinity, both ends being limits: at infinity all points weigh alike; at 0 only points at
/// distance 0 weigh, for the Gaussian the nearest ones. There is at least one point.
using WeighFunction = void (*)(std::span<double> squares, double bandwidth);

/// How much a point counts at a distance: a row of the table in smoothing_kernels.cpp.
struct SmoothingKernel {
  Facts facts;
  WeighFunction weigh;
};

std::span<const SmoothingKernel> smoothing_kernels();

/// The row of that name. Throws variant_unknown.
const SmoothingKernel& smoothing_kernel(std::string_view name);

/// What stands behind the rows, in kernel_weights.cpp.
void uniform_weights(std::span<double> squares, double bandwidth);
void boxcar_weights(std::span<double> squares, double bandwidth);
void epanechnikov_weights(std::span<double> squares, double bandwidth);
void gaussian_weights(std::span<double> squares, double bandwidth);

}  // namespace attn
