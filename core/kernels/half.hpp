#pragma once

#include <cstdint>

#include "kernels/matmul.hpp"
#include "tensor/half.hpp"
#include "tensor/view.hpp"

namespace attn {

/// A matrix (rows, cols) of 16-bit numbers, all finite, in the order of Panels.
struct HalfPanels {
  const std::uint16_t* data = nullptr;
  std::size_t rows = 0;
  std::size_t cols = 0;
  std::size_t stride = 0;  ///< numbers from one panel to the next
  HalfFormat format = HalfFormat::f16;

  HalfPanels() = default;
  HalfPanels(const std::uint16_t* data, std::size_t rows, std::size_t cols, HalfFormat format)
      : data(data), rows(rows), cols(cols), stride(rows * kPanelCols), format(format) {}

  std::size_t count() const { return (cols + kPanelCols - 1) / kPanelCols; }
  const std::uint16_t* panel(std::size_t p) const { return data + p * stride; }
  float at(std::size_t row, std::size_t col) const {
    return widen(panel(col / kPanelCols)[row * kPanelCols + col % kPanelCols], format);
  }
  HalfPanels sub_rows(std::size_t begin, std::size_t count) const {
    ATTN_ASSERT(begin + count <= rows);
    HalfPanels part = *this;
    part.data += begin * kPanelCols;
    part.rows = count;
    return part;
  }
};

/// Lays b out as rows of a taller matrix, as its namesake in matmul.hpp does.
void pack_rows(MatrixView<const std::uint16_t> b, std::uint16_t* panels, std::size_t stride);

/// Lays b^T out in panels_size(b.cols, b.rows) numbers at `panels`.
void pack_transposed(MatrixView<const std::uint16_t> b, std::uint16_t* panels);

/// Writes panel p of b as floats: (b.rows, kPanelCols), contiguous.
void widen_panel(const HalfPanels& b, std::size_t p, float* panel);

/// c = a b, plus `bias` (m) on every row if there is one: a (n, k), b (k, m), c (n, m). The very numbers that the
/// product with b as floats has. c aliases nothing.
void matmul(MatrixView<const float> a, HalfPanels b, MatrixView<float> c, const float* bias = nullptr);

}  // namespace attn
