// (a, b) <- (a cos - b sin, a sin + b cos) for the pairs (a, b) of a row

#include "kernels/rotation.hpp"

#include "kernels/simd.hpp"

namespace attn {
namespace {

using simd::Batch;
using simd::kWidth;
using simd::Pairs;

Pairs rotated(const Pairs& x, const float* cosine, const float* sine, std::size_t count) {
  const Batch a = x.real(), b = x.imag();
  const Batch c = simd::load(cosine, count), s = simd::load(sine, count);
  return {a * c - b * s, a * s + b * c};
}

[[maybe_unused]] bool fits(MatrixView<const float> cosine, MatrixView<const float> sine, MatrixView<float> x) {
  const auto one = [&](MatrixView<const float> angles) { return angles.rows == x.rows && 2 * angles.cols == x.cols; };
  return one(cosine) && one(sine);
}

}  // namespace

void rotate_halves(MatrixView<const float> cosine, MatrixView<const float> sine, MatrixView<float> x) {
  ATTN_ASSERT(fits(cosine, sine, x));
  const std::size_t half = x.cols / 2;
  for (std::size_t t = 0; t < x.rows; ++t) {
    float* first = x.row(t);
    float* second = first + half;
    for (std::size_t i = 0; i < half; i += kWidth) {
      const std::size_t left = half - i;
      const Pairs pairs(simd::load(first + i, left), simd::load(second + i, left));
      const Pairs turned = rotated(pairs, cosine.row(t) + i, sine.row(t) + i, left);
      simd::store(turned.real(), first + i, left);
      simd::store(turned.imag(), second + i, left);
    }
  }
}

void rotate_pairs(MatrixView<const float> cosine, MatrixView<const float> sine, MatrixView<float> x) {
  ATTN_ASSERT(fits(cosine, sine, x));
  const std::size_t half = x.cols / 2;
  for (std::size_t t = 0; t < x.rows; ++t) {
    float* row = x.row(t);
    for (std::size_t i = 0; i < half; i += kWidth) {
      const std::size_t left = half - i;
      const Pairs pairs = simd::load_pairs(row + 2 * i, left);
      simd::store_pairs(rotated(pairs, cosine.row(t) + i, sine.row(t) + i, left), row + 2 * i, left);
    }
  }
}

}  // namespace attn
