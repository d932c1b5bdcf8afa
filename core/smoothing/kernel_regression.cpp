// y_i = sum_j p_ij v_j,  p_ij = K(|q_i - x_j| / h) / sum_n K(|q_i - x_n| / h)

#include <limits>

#include "smoothing/checks.hpp"
#include "smoothing/operators.hpp"
#include "smoothing/rows.hpp"
#include "smoothing/smoothing_kernel.hpp"
#include "tensor/shape.hpp"

namespace attn {
namespace {

void mix(std::span<const double> weights, MatrixView<const float> values, float* out) {
  for (std::size_t c = 0; c < values.cols; ++c) {
    double sum = 0.0;
    for (std::size_t j = 0; j < values.rows; ++j) sum += weights[j] * static_cast<double>(values.row(j)[c]);
    out[c] = static_cast<float>(sum);
  }
}

}  // namespace

void kernel_regression_operator(const Array& queries, const Array& points, const Array& values,
                                const RegressionOptions& options, Array& output, Array& weights) {
  const SmoothingKernel& kernel = smoothing_kernel(options.kernel);
  const MatrixView<const float> q = table_of("queries", queries), x = table_of("points", points),
                                v = table_of("values", values);
  require_range("bandwidth", options.bandwidth, 0.0, std::numeric_limits<double>::infinity());
  if (x.cols != q.cols) require_shape("points", points.shape, {x.rows, q.cols});
  require_rows("values", values, x.rows, "the points");
  if (options.leave_one_out) require_rows("queries", queries, x.rows, "the points, to leave one out");
  require_memory("weights", {q.rows, x.rows});
  require_memory("output", {q.rows, v.cols});
  const std::size_t of_output[] = {q.rows, v.cols}, of_weights[] = {q.rows, x.rows};
  output.resize(of_output);
  weights.resize(of_weights);
  for (std::size_t i = 0; i < q.rows; ++i) {
    std::vector<double> row = squares_from(q.row(i), x);
    const auto own = static_cast<std::ptrdiff_t>(i);
    if (options.leave_one_out) row.erase(row.begin() + own);
    if (!row.empty()) kernel.weigh(row, options.bandwidth);
    share_out(row);
    if (options.leave_one_out) row.insert(row.begin() + own, 0.0);
    mix(row, v, output.data.data() + i * v.cols);
    for (std::size_t j = 0; j < x.rows; ++j) weights.data[i * x.rows + j] = static_cast<float>(row[j]);
  }
}

}  // namespace attn
