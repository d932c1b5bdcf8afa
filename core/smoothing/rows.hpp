#pragma once

#include <span>
#include <vector>

#include "tensor/view.hpp"

/// Rows of numbers in double, one number a point.
namespace attn {

/// |from - x_j|^2 for every row x_j of `points` (n, d); `from` (d).
std::vector<double> squares_from(const float* from, MatrixView<const float> points);

/// Brings weights, none negative, to the sum 1; zeros stay.
void share_out(std::span<double> weights);

/// s_j becomes exp(s_j / T) / sum_n exp(s_n / T). `temperature` T is from 0 to infinity, both ends being limits: the
/// largest scores share, or all do. -infinity gets nothing; one score is finite.
void soft_shares(std::span<double> scores, double temperature);

}  // namespace attn
