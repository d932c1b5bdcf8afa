#pragma once

#include "kernels/simd.hpp"
#include "tensor/view.hpp"

namespace attn {

/// Columns of one panel: two vectors.
inline constexpr std::size_t kPanelCols = 2 * simd::kWidth;

/// A matrix (rows, cols) as the matrix product likes to read it: panels of kPanelCols columns, one after another, each
/// row-major with all its rows, the last one filled up with zeros.
struct Panels {
  const float* data = nullptr;
  std::size_t rows = 0;
  std::size_t cols = 0;
  std::size_t stride = 0;  ///< numbers from one panel to the next

  Panels() = default;
  Panels(const float* data, std::size_t rows, std::size_t cols)
      : data(data), rows(rows), cols(cols), stride(rows * kPanelCols) {}

  std::size_t count() const { return (cols + kPanelCols - 1) / kPanelCols; }
  const float* panel(std::size_t p) const { return data + p * stride; }
  /// Element (row, col), for who needs single ones.
  float at(std::size_t row, std::size_t col) const {
    return panel(col / kPanelCols)[row * kPanelCols + col % kPanelCols];
  }
  Panels sub_rows(std::size_t begin, std::size_t count) const {
    ATTN_ASSERT(begin + count <= rows);
    Panels part = *this;
    part.data += begin * kPanelCols;
    part.rows = count;
    return part;
  }
};

/// Numbers that the panels of a matrix (rows, cols) take.
constexpr std::size_t panels_size(std::size_t rows, std::size_t cols) {
  return rows * ((cols + kPanelCols - 1) / kPanelCols * kPanelCols);
}

/// Lays b out in panels_size(b.rows, b.cols) numbers at `panels`.
Panels pack(MatrixView<const float> b, float* panels);

/// Lays b out as rows of a taller matrix, whose panels are `stride` numbers apart; `panels` is b's place in the first.
void pack_rows(MatrixView<const float> b, float* panels, std::size_t stride);

/// Lays b^T out in panels_size(b.cols, b.rows) numbers at `panels`.
Panels pack_transposed(MatrixView<const float> b, float* panels);

/// c = a b, plus `bias` (m) on every row if there is one: a (n, k), b (k, m), c (n, m). c aliases nothing.
void matmul(MatrixView<const float> a, Panels b, MatrixView<float> c, const float* bias = nullptr);

/// c = a b with b as it stands, for a of few rows, where laying b out would not pay. c aliases neither.
void matmul(MatrixView<const float> a, MatrixView<const float> b, MatrixView<float> c);

/// c = a b^T with b as it stands: a (n, k), b (m, k), c (n, m); likewise for a of few rows. c aliases neither.
void matmul_transposed(MatrixView<const float> a, MatrixView<const float> b, MatrixView<float> c);

}  // namespace attn
