// d_ij = |a_i - b_j|,  d_ij^2 = |a_i|^2 + |b_j|^2 - 2 a_i . b_j

#include <algorithm>
#include <cmath>
#include <limits>

#include "kernels/matmul.hpp"
#include "kernels/pair.hpp"
#include "smoothing/checks.hpp"
#include "smoothing/operators.hpp"
#include "tensor/shape.hpp"

namespace attn {
namespace {

/// Refuses numbers with which |a|^2 + |b|^2 or (|a| + |b|)^2 could leave float's range.
void require_squares(const char* name, MatrixView<const float> x) {
  const double most = std::sqrt(std::numeric_limits<float>::max() / (4.0 * static_cast<double>(x.cols)));
  const auto [least, largest] = std::minmax_element(x.data, x.data + x.rows * x.cols);
  require_range(name, static_cast<double>(*least), -most, most);
  require_range(name, static_cast<double>(*largest), -most, most);
}

void squares_by_loops(MatrixView<const float> a, MatrixView<const float> b, MatrixView<float> out) {
  for (std::size_t i = 0; i < a.rows; ++i) {
    for (std::size_t j = 0; j < b.rows; ++j) out.row(i)[j] = squared_distance(a.row(i), b.row(j), a.cols);
  }
}

void squares_by_product(MatrixView<const float> a, MatrixView<const float> b, MatrixView<float> out) {
  Vector panels = Vector::from_shape({panels_size(b.cols, b.rows)}), of_b = Vector::from_shape({b.rows});
  matmul(a, pack_transposed(b, panels.data()), out);
  for (std::size_t j = 0; j < b.rows; ++j) of_b[j] = dot(b.row(j), b.row(j), b.cols);
  for (std::size_t i = 0; i < a.rows; ++i) {
    const float of_a = dot(a.row(i), a.row(i), a.cols);
    for (std::size_t j = 0; j < b.rows; ++j) {
      out.row(i)[j] = std::max(0.0F, of_a + of_b[j] - 2.0F * out.row(i)[j]);
    }
  }
}

}  // namespace

void pairwise_distances_operator(const Array& a, const Array& b, bool product, bool squared, Array& out) {
  const MatrixView<const float> x = table_of("a", a), y = table_of("b", b);
  if (x.cols != y.cols) require_shape("b", b.shape, {y.rows, x.cols});
  require_squares("a", x);
  require_squares("b", y);
  require_memory("distances", {x.rows, y.rows});
  const std::size_t shape[] = {x.rows, y.rows};
  out.resize(shape);
  const MatrixView<float> squares(out.data.data(), x.rows, y.rows);
  (product ? squares_by_product : squares_by_loops)(x, y, squares);
  if (squared) return;
  for (float& one : out.data) one = std::sqrt(one);
}

}  // namespace attn
