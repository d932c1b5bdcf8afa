// c_ij = sum_k a_ik float(b_kj), where float = (-1)^sign 2^(exponent - bias) 1.fraction is exact
//
// One row of a meets each number of b once, so memory is the limit, and these are half of the bytes: they are widened
// as they come. More rows meet a block of a panel that was widened before. Tiles and blocks are those of the product of
// floats (matmul.cpp), and so is the order of every sum. That product's copies of blocks of a are left out: GPT-2 small
// reads 512 tokens in the same time without them (3.1 s, Node 20, SIMD).

#include "kernels/half.hpp"

#include <algorithm>

#include "kernels/row_product.hpp"
#include "kernels/simd.hpp"
#include "kernels/tile.hpp"

namespace attn {
namespace {

template <class Widen>
void widen_rows(const std::uint16_t* from, std::size_t rows, float* panel) {
  const Widen widen;
  for (std::size_t k = 0; k < rows; ++k, from += kPanelCols, panel += kPanelCols) {
    widen(from).store_unaligned(panel);
    widen(from + simd::kWidth).store_unaligned(panel + simd::kWidth);
  }
}

void multiply_rows(MatrixView<const float> a, const HalfPanels& b, MatrixView<float> c, const float* bias) {
  float panel[kMostDepth * kPanelCols];
  const std::size_t most = block_depth(b.rows);
  for (std::size_t p = 0; p < b.count(); ++p) {
    const std::size_t j = p * kPanelCols, cols = std::min(b.cols - j, kPanelCols);
    float* out = c.data + j;
    std::size_t k = 0;
    do {  // once even where there is nothing to sum, so that c is written
      const std::size_t depth = std::min(b.rows - k, most);
      widen_panel(b.sub_rows(k, depth), p, panel);
      const float* start = k > 0 ? out : bias == nullptr ? nullptr : bias + j;
      multiply_panel({a.rows, depth, cols, a.data + k, a.stride, panel, start, k > 0 ? c.stride : 0, out, c.stride});
      k += depth;
    } while (k < b.rows);
  }
}

}  // namespace

void pack_rows(MatrixView<const std::uint16_t> b, std::uint16_t* panels, std::size_t stride) {
  for (std::size_t j = 0; j < b.cols; j += kPanelCols, panels += stride) {
    const std::size_t cols = std::min(b.cols - j, kPanelCols);
    for (std::size_t k = 0; k < b.rows; ++k) {
      std::uint16_t* row = panels + k * kPanelCols;
      std::fill(std::copy_n(b.row(k) + j, cols, row), row + kPanelCols, std::uint16_t{0});
    }
  }
}

void pack_transposed(MatrixView<const std::uint16_t> b, std::uint16_t* panels) {
  for (std::size_t j = 0; j < b.rows; j += kPanelCols) {
    for (std::size_t k = 0; k < b.cols; ++k) {
      for (std::size_t n = j; n < j + kPanelCols; ++n) *panels++ = n < b.rows ? b.row(n)[k] : std::uint16_t{0};
    }
  }
}

void widen_panel(const HalfPanels& b, std::size_t p, float* panel) {
  if (b.format == HalfFormat::f16) {
    widen_rows<simd::WidenF16>(b.panel(p), b.rows, panel);
  } else {
    widen_rows<simd::WidenBF16>(b.panel(p), b.rows, panel);
  }
}

void matmul(MatrixView<const float> a, HalfPanels b, MatrixView<float> c, const float* bias) {
  ATTN_ASSERT(a.cols == b.rows && a.rows == c.rows && b.cols == c.cols);
  if (a.rows > kSingleRows) {
    multiply_rows(a, b, c, bias);
    return;
  }
  for (std::size_t i = 0; i < a.rows; ++i) {
    if (b.format == HalfFormat::f16) {
      multiply_row<simd::WidenF16>(a.row(i), b, c.row(i), bias);
    } else {
      multiply_row<simd::WidenBF16>(a.row(i), b, c.row(i), bias);
    }
  }
}

}  // namespace attn
