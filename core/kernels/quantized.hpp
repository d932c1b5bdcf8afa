#pragma once

#include <cstdint>

#include "kernels/matmul.hpp"
#include "tensor/view.hpp"

namespace attn {

/// A matrix (rows, cols) in bytes, b_kj = bytes_kj scale_j: panels of kPanelCols columns, rows in pairs, a column's two
/// bytes of a pair beside each other, since the integer dot product takes pairs. What is missing is zero.
struct BytePanels {
  const std::int8_t* data = nullptr;
  const float* scales = nullptr;  ///< one a column
  std::size_t rows = 0;
  std::size_t cols = 0;
  std::size_t stride = 0;  ///< bytes from one panel to the next
  std::size_t first = 0;   ///< row of the panels that is row 0

  BytePanels() = default;
  BytePanels(const std::int8_t* data, const float* scales, std::size_t rows, std::size_t cols)
      : data(data), scales(scales), rows(rows), cols(cols), stride((rows + 1) / 2 * 2 * kPanelCols) {}

  std::size_t count() const { return (cols + kPanelCols - 1) / kPanelCols; }
  /// The pair of rows that holds `row`, in panel p.
  const std::int8_t* pair(std::size_t p, std::size_t row) const {
    return data + p * stride + (first + row) / 2 * 2 * kPanelCols;
  }
  float at(std::size_t row, std::size_t col) const {
    return scales[col] * static_cast<float>(pair(col / kPanelCols, row)[col % kPanelCols * 2 + (first + row) % 2]);
  }
  BytePanels sub_rows(std::size_t begin, std::size_t count) const {
    ATTN_ASSERT(begin + count <= rows);
    BytePanels part = *this;
    part.first += begin;
    part.rows = count;
    return part;
  }
};

inline constexpr float kLargestByte = 127.0F;

/// Bytes that the panels of a matrix (rows, cols) take.
constexpr std::size_t byte_panels_size(std::size_t rows, std::size_t cols) {
  return (rows + 1) / 2 * 2 * ((cols + kPanelCols - 1) / kPanelCols * kPanelCols);
}

/// Raises largest_j to max_k |b_kj|: a column's scale is this over kLargestByte.
void raise_to_columns(MatrixView<const float> b, float* largest);

/// Rounds b / scale into rows [first_row, first_row + b.rows) of panels that are `stride` bytes apart. Bytes of rows
/// that are never written must have been zeroed.
void quantize_rows(MatrixView<const float> b, std::size_t first_row, const float* scales, std::int8_t* panels,
                   std::size_t stride);

/// c = a b, plus `bias` on every row if there is one: a (n, k), b (k, m), c (n, m). For a few rows in integers, a
/// rounded to 15 bits of each stretch of it; for more in floats, each panel expanded as it is met. c aliases nothing.
void matmul(MatrixView<const float> a, BytePanels b, MatrixView<float> c, const float* bias = nullptr);

}  // namespace attn
