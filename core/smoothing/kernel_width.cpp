// f_i = sum_j a_ij v_j,  a_ij = softmax_(j != i)(-w^2 D_ij / 2),  D_ij = |x_i - x_j|^2,  loss = mean_i |f_i - v_i|^2
// d loss / d w = mean_i 2 (f_i - v_i) . d f_i / d w,  d f_i / d w = -w sum_j a_ij (D_ij - sum_n a_in D_in) v_j

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "smoothing/checks.hpp"
#include "smoothing/operators.hpp"
#include "smoothing/rows.hpp"
#include "tensor/shape.hpp"

namespace attn {
namespace {

constexpr double kLargest = std::numeric_limits<float>::max();

struct Descent {
  double loss = 0.0, gradient = 0.0;
};

Descent loss_of_width(MatrixView<const float> x, MatrixView<const float> v, double w) {
  Descent sum;
  for (std::size_t i = 0; i < x.rows; ++i) {
    const std::vector<double> squares = squares_from(x.row(i), x);
    std::vector<double> shares(x.rows);
    for (std::size_t j = 0; j < x.rows; ++j) shares[j] = -0.5 * w * w * squares[j];
    shares[i] = -std::numeric_limits<double>::infinity();
    soft_shares(shares, 1.0);
    const double mean = std::inner_product(shares.begin(), shares.end(), squares.begin(), 0.0);
    for (std::size_t c = 0; c < v.cols; ++c) {
      double found = 0.0, slope = 0.0;
      for (std::size_t j = 0; j < x.rows; ++j) {
        const double part = shares[j] * static_cast<double>(v.row(j)[c]);
        found += part;
        slope -= w * part * (squares[j] - mean);
      }
      const double error = found - static_cast<double>(v.row(i)[c]);
      sum.loss += error * error;
      sum.gradient += 2.0 * error * slope;
    }
  }
  const double n = static_cast<double>(x.rows);
  return {sum.loss / n, sum.gradient / n};
}

}  // namespace

void fit_kernel_width_operator(const Array& points, const Array& values, const WidthOptions& options, Array& widths,
                               Array& losses, Array& gradients) {
  const MatrixView<const float> x = table_of("points", points), v = table_of("values", values);
  require_rows("values", values, x.rows, "the points");
  if (x.rows < 2) refuse_shape("points", points.shape, "at least 2 rows");
  require_range("width", options.width, 0.0, kLargest);
  require_range("rate", options.rate, 0.0, std::numeric_limits<double>::max());
  const double n = static_cast<double>(x.rows), runs = static_cast<double>(options.steps) + 1.0;
  require_work("points, steps", runs * n * n * static_cast<double>(x.cols + v.cols));
  const std::size_t shape[] = {options.steps + 1};
  for (Array* out : {&widths, &losses, &gradients}) out->resize(shape);
  double w = options.width;
  for (std::size_t t = 0; t <= options.steps; ++t) {
    const Descent now = loss_of_width(x, v, w);
    widths.data[t] = static_cast<float>(w);
    losses.data[t] = static_cast<float>(now.loss);
    gradients.data[t] = static_cast<float>(now.gradient);
    w = std::min(std::abs(w - options.rate * now.gradient), kLargest);
  }
}

}  // namespace attn
