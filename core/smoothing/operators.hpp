#pragma once

#include <string_view>

#include "tensor/array.hpp"

/// The road from a weighted average to attention, on points and tables. Results are other arrays than the operands.
/// Sums are kept in double. All throw argument_shape, argument_range (a number that is not finite among others) and
/// memory_limit.
namespace attn {

struct RegressionOptions {
  std::string_view kernel = "gaussian";  ///< a row of smoothing_kernels.cpp
  double bandwidth = 1.0;                ///< from 0 to infinity; see WeighFunction
  bool leave_one_out = false;            ///< query i gives point i no weight
};

/// Kernel regression (Nadaraya 1964, Watson 1964) of queries (q, d) on points (n, d) with values (n, m): output (q, m)
/// the weighted means of the values, weights (q, n). A row sums to 1; where no point weighs anything, it is zeros and
/// so is its output. Throws variant_unknown too.
void kernel_regression_operator(const Array& queries, const Array& points, const Array& values,
                                const RegressionOptions& options, Array& output, Array& weights);

struct WidthOptions {
  double width = 1.0;  ///< where the descent begins, not negative
  double rate = 0.1;   ///< factor on the gradient, finite, not negative
  std::size_t steps = 50;
};

/// Fits w of the regression with weights softmax_j(-(w |x_i - x_j|)^2 / 2), j other than i (Zhang et al. 2023, Dive
/// into Deep Learning, section 11.2), on points (n, d) with values (n, m), n at least 2, by gradient descent on the
/// mean over the points of the squared errors: widths, losses and gradients (steps + 1), number t before step t + 1.
/// Only w^2 counts: a step to a negative w goes to -w, and one beyond float's range ends at its largest number.
void fit_kernel_width_operator(const Array& points, const Array& values, const WidthOptions& options, Array& widths,
                               Array& losses, Array& gradients);

/// out (n, m): |a_i - b_j| of rows a (n, d) and b (m, d), or its square. `product`: by |a|^2 + |b|^2 - 2 a b^T with the
/// matrix product, which is faster and keeps fewer digits of short distances between long rows; what rounding makes
/// negative is 0. Throws argument_range for numbers whose squares float does not hold.
void pairwise_distances_operator(const Array& a, const Array& b, bool product, bool squared, Array& out);

/// The `count` directions in which x (n, d) varies most (Pearson 1901): components (count, d) of length 1, by falling
/// variances (count), over n - 1, about the mean (d). The largest number of a component is positive, the first one of
/// those that are as large to six digits. n at least 2, d at most 256, count from 1 to d.
void principal_components_operator(const Array& x, std::size_t count, Array& components, Array& variances, Array& mean);

/// Each of n examples votes for the labels of the others: votes (n, classes) = softmax over all j but i of
/// scores (n, n) / temperature, times the labels (n) as one-hot rows; classes is one more than the largest label.
/// accuracy (1) is the share of rows whose label has the largest vote, of equal ones the lowest class. Temperature 0:
/// the largest scores share the vote; infinity: all do.
void leave_one_out_vote_operator(const Array& scores, const Array& labels, double temperature, Array& votes,
                                 Array& accuracy);

struct ProjectionOptions {
  double rate = 0.01;  ///< factor on the gradient, finite, not negative
  std::size_t steps = 100;
};

/// Neighbourhood components analysis (Goldberger et al. 2004): from projection A (d, p), gradient descent on
/// 1 - mean_i sum of p_ij over the j of i's label, p_ij = softmax over j other than i of -|x_i A - x_j A|^2, for
/// x (n, d) with labels (n), n from 2 to 1000. losses (steps + 1), number t before step t + 1; fitted (d, p). A step
/// beyond float's range ends at its largest number.
void fit_projection_operator(const Array& x, const Array& labels, const Array& projection,
                             const ProjectionOptions& options, Array& losses, Array& fitted);

}  // namespace attn
