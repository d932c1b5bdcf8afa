// out_p = sum_q w_pq I_q / sum_q w_pq, w_pq = exp(-sum_t (I_(p + t) - I_(q + t))^2 / width): for a row of pixels p and
// one offset q - p the squares are summed down the patch's rows first, then along its columns

#include "kernels/non_local_means.hpp"

#include <algorithm>

#include "kernels/fall_off.hpp"
#include "kernels/simd.hpp"

namespace attn {
namespace {

using simd::Batch;

/// The pixels of a row from `first` on that are compared with those `down` and `right` of them.
struct Comparison {
  std::ptrdiff_t row, first, down, right;
};

/// out_n = sum over channels and the patch's rows of the squared difference at column first + n.
void sum_down(const Planes& image, const Comparison& at, std::ptrdiff_t radius, std::size_t count, float* out) {
  simd::each(count, [&](std::size_t n, std::size_t lanes) {
    Batch sum(0.0F);
    for (std::size_t c = 0; c < image.channels; ++c) {
      const float* here = image.at(c, at.row - radius, at.first) + n;
      const float* there = image.at(c, at.row - radius + at.down, at.first + at.right) + n;
      for (std::ptrdiff_t t = -radius; t <= radius; ++t, here += image.row_stride, there += image.row_stride) {
        const Batch apart = simd::load(here, lanes) - simd::load(there, lanes);
        sum = simd::multiply_add(apart, apart, sum);
      }
    }
    simd::store(sum, out + n, lanes);
  });
}

}  // namespace

std::size_t non_local_means_scratch_size(const Planes& image, const PatchSearch& search) {
  return (image.channels + 2) * image.width + 2 * search.patch;
}

void non_local_means_row(const Planes& image, const PatchSearch& search, std::size_t row, float* scratch, float* out) {
  const std::size_t width = image.width, side = 2 * search.patch + 1;
  const auto y = static_cast<std::ptrdiff_t>(row), rows = static_cast<std::ptrdiff_t>(image.height);
  const auto columns = static_cast<std::ptrdiff_t>(width), patch = static_cast<std::ptrdiff_t>(search.patch);
  const auto reach = static_cast<std::ptrdiff_t>(search.window);
  float *weights = scratch, *values = scratch + width, *sums = values + image.channels * width;
  std::fill(scratch, sums, 0.0F);
  const FallOff fall_off(search.width);
  for (std::ptrdiff_t down = std::max(-reach, -y); down <= std::min(reach, rows - 1 - y); ++down) {
    for (std::ptrdiff_t right = std::max(-reach, 1 - columns); right <= std::min(reach, columns - 1); ++right) {
      const std::ptrdiff_t first = std::max<std::ptrdiff_t>(0, -right);
      const auto count = static_cast<std::size_t>(std::min(columns, columns - right) - first);
      sum_down(image, {y, first - patch, down, right}, patch, count + side - 1, sums);
      simd::each(count, [&](std::size_t n, std::size_t lanes) {
        Batch distance = simd::load(sums + n, lanes);
        for (std::size_t t = 1; t < side; ++t) distance += simd::load(sums + n + t, lanes);
        const Batch weight = fall_off(distance);
        float* place = weights + first + n;
        simd::store(simd::load(place, lanes) + weight, place, lanes);
        for (std::size_t c = 0; c < image.channels; ++c) {
          float* value = values + c * width + static_cast<std::size_t>(first) + n;
          const Batch pixel = simd::load(image.at(c, y + down, first + right) + n, lanes);
          simd::store(simd::multiply_add(weight, pixel, simd::load(value, lanes)), value, lanes);
        }
      });
    }
  }
  for (std::size_t x = 0; x < width; ++x) {
    for (std::size_t c = 0; c < image.channels; ++c) out[x * image.channels + c] = values[c * width + x] / weights[x];
  }
}

}  // namespace attn
