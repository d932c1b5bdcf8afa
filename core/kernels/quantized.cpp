// c_ij = scale_j sum_k a_ik byte_kj
//
// One row of a meets each byte once, so memory is the limit, and bytes are a quarter of floats. Widening them to floats
// would cost more instructions than reading them takes time; so the row becomes 16-bit integers, and one instruction
// multiplies eight pairs and adds each two products. Sums of 1,024 products of 7 and 14 bits stay below 2^31.

#include "kernels/quantized.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "kernels/simd.hpp"
#include "kernels/tile.hpp"

namespace attn {
namespace {

using simd::Batch;
using simd::kWidth;

constexpr std::size_t kStretch = 1024;    // of a row of a that shares one scale
constexpr float kLargest = 16383.0F;      // of its integers
constexpr std::size_t kBlockDepth = 256;  // rows of a panel that are expanded at a time

/// a_k = integers_k scale; returns the scale, NaN if any number is not finite. In double, since a row of the smallest
/// floats has an inverse that float lacks.
float round_row(const float* a, std::size_t count, std::int16_t* integers) {
  Batch largest(0.0F), trace(0.0F);
  for (std::size_t k = 0; k < count; k += kWidth)
    largest = simd::larger(largest, xsimd::abs(simd::load(a + k, count - k)));
  for (std::size_t k = 0; k < count; k += kWidth) trace += simd::load(a + k, count - k) * Batch(0.0F);
  const float top = xsimd::reduce_max(largest);
  const bool finite = xsimd::reduce_add(trace) == 0.0F;
  const double up = finite && top > 0.0F ? static_cast<double>(kLargest) / static_cast<double>(top) : 0.0;
  for (std::size_t k = 0; k < count; ++k) {
    integers[k] = finite ? static_cast<std::int16_t>(std::lrint(static_cast<double>(a[k]) * up)) : std::int16_t{0};
  }
  if (count % 2 == 1) integers[count] = 0;
  return finite ? top / kLargest : std::numeric_limits<float>::quiet_NaN();
}

void multiply_row(const float* a, BytePanels b, float* c, const float* bias) {
  std::array<std::int16_t, kStretch> integers;
  for (std::size_t k = 0; k < b.rows; k += kStretch) {
    const std::size_t count = std::min(b.rows - k, kStretch);
    const Batch unit(round_row(a + k, count, integers.data()));
    for (std::size_t p = 0; p < b.count(); p += kStreams) {
      const std::int8_t* bytes[kStreams];
      for (std::size_t n = 0; n < kStreams; ++n) bytes[n] = b.pair(std::min(p + n, b.count() - 1), k);
      const simd::PairSums sums = simd::dot_pairs(integers.data(), bytes, (count + 1) / 2);
      for (std::size_t n = 0; n < 2 * kStreams; ++n) {
        const std::size_t j = p * kPanelCols + n * kWidth;
        if (j >= b.cols) break;
        const std::size_t left = b.cols - j;
        const float* start = k > 0 ? c : bias;
        const Batch before = start == nullptr ? Batch(0.0F) : simd::load(start + j, left);
        const Batch scale = simd::load(b.scales + j, left) * unit;
        simd::store(simd::multiply_add(sums.halves[n / 2][n % 2], scale, before), c + j, left);
      }
    }
  }
}

/// Rows [k, k + depth) of a panel as floats, without the scales.
void expand(const BytePanels& b, std::size_t p, std::size_t k, std::size_t depth, float* panel) {
  for (std::size_t row = k; row < k + depth; ++row) {
    const std::int8_t* bytes = b.pair(p, row) + (b.first + row) % 2;
    for (std::size_t col = 0; col < kPanelCols; ++col) *panel++ = static_cast<float>(bytes[col * 2]);
  }
}

void multiply_rows(MatrixView<const float> a, BytePanels b, MatrixView<float> c, const float* bias) {
  std::array<float, kBlockDepth * kPanelCols> panel;
  for (std::size_t p = 0; p < b.count(); ++p) {
    const std::size_t j = p * kPanelCols, cols = std::min(b.cols - j, kPanelCols);
    for (std::size_t k = 0; k < b.rows; k += kBlockDepth) {
      const std::size_t depth = std::min(b.rows - k, kBlockDepth);
      expand(b, p, k, depth, panel.data());
      float* out = c.data + j;
      multiply_panel(
          {a.rows, depth, cols, a.data + k, a.stride, panel.data(), k > 0 ? out : nullptr, c.stride, out, c.stride});
    }
    for (std::size_t i = 0; i < a.rows; ++i) {
      for (std::size_t n = 0; n < cols; n += kWidth) {
        const std::size_t left = cols - n;
        float* out = c.row(i) + j + n;
        const Batch before = bias == nullptr ? Batch(0.0F) : simd::load(bias + j + n, left);
        simd::store(simd::multiply_add(simd::load(out, left), simd::load(b.scales + j + n, left), before), out, left);
      }
    }
  }
}

}  // namespace

void raise_to_columns(MatrixView<const float> b, float* largest) {
  for (std::size_t k = 0; k < b.rows; ++k) {
    for (std::size_t j = 0; j < b.cols; j += kWidth) {
      const std::size_t left = b.cols - j;
      simd::store(simd::larger(simd::load(largest + j, left), xsimd::abs(simd::load(b.row(k) + j, left))), largest + j,
                  left);
    }
  }
}

void quantize_rows(MatrixView<const float> b, std::size_t first_row, const float* scales, std::int8_t* panels,
                   std::size_t stride) {
  for (std::size_t k = 0; k < b.rows; ++k) {
    const std::size_t row = first_row + k;
    for (std::size_t j = 0; j < b.cols; ++j) {
      const float level = scales[j] > 0.0F ? std::nearbyint(b.row(k)[j] / scales[j]) : 0.0F;
      panels[j / kPanelCols * stride + row / 2 * 2 * kPanelCols + j % kPanelCols * 2 + row % 2] =
          static_cast<std::int8_t>(std::clamp(level, -kLargestByte, kLargestByte));
    }
  }
}

void matmul(MatrixView<const float> a, BytePanels b, MatrixView<float> c, const float* bias) {
  ATTN_ASSERT(a.cols == b.rows && a.rows == c.rows && b.cols == c.cols);
  if (b.rows == 0) {
    matmul(a, Panels(nullptr, 0, b.cols), c, bias);
    return;
  }
  if (a.rows < kTileRows && b.first % 2 == 0) {
    for (std::size_t i = 0; i < a.rows; ++i) multiply_row(a.row(i), b, c.row(i), bias);
  } else {
    multiply_rows(a, b, c, bias);
  }
}

}  // namespace attn
