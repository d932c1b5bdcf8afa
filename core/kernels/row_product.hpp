#pragma once

#include <algorithm>

#include "kernels/simd.hpp"
#include "kernels/tile.hpp"

/// The product of one row with panels, which those of floats and of 16-bit numbers share.
namespace attn {

/// c = a b, plus `bias` if there is one: a (b.rows), c (b.cols). Load()(place) gives the kWidth numbers there as
/// floats. Where fewer panels are left than are read at once, the last one is read again in place of those.
template <class Load, class AnyPanels>
void multiply_row(const float* a, const AnyPanels& b, float* c, const float* bias) {
  using simd::Batch;
  using simd::kWidth;
  const Load load;
  for (std::size_t p = 0; p < b.count(); p += kStreams) {
    decltype(b.data) panel[kStreams];
    Batch sum[kStreams][2];
    for (std::size_t n = 0; n < kStreams; ++n) {
      panel[n] = b.panel(std::min(p + n, b.count() - 1));
      sum[n][0] = sum[n][1] = Batch(0.0F);
    }
    for (std::size_t k = 0; k < b.rows; ++k) {
      const Batch left(a[k]);
      for (std::size_t n = 0; n < kStreams; ++n) {
        sum[n][0] = simd::multiply_add(left, load(panel[n] + k * 2 * kWidth), sum[n][0]);
        sum[n][1] = simd::multiply_add(left, load(panel[n] + k * 2 * kWidth + kWidth), sum[n][1]);
      }
    }
    for (std::size_t n = 0; n < 2 * kStreams; ++n) {
      const std::size_t j = (2 * p + n) * kWidth;
      if (j >= b.cols) break;
      const Batch start = bias == nullptr ? Batch(0.0F) : simd::load(bias + j, b.cols - j);
      simd::store(start + sum[n / 2][n % 2], c + j, b.cols - j);
    }
  }
}

}  // namespace attn
