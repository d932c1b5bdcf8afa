// (x_i, x_{i+h}) <- (x_i cos a_i - x_{i+h} sin a_i, x_i sin a_i + x_{i+h} cos a_i),  h = n / 2

#include "kernels/rotation.hpp"

#include "kernels/simd.hpp"

namespace attn {

using simd::Batch;
using simd::kWidth;

void rotate_halves(MatrixView<const float> table, MatrixView<float> x) {
  ATTN_ASSERT(table.rows == x.rows && table.cols == x.cols && x.cols % 2 == 0);
  const std::size_t half = x.cols / 2;
  for (std::size_t t = 0; t < x.rows; ++t) {
    float* first = x.row(t);
    float* second = first + half;
    const float* cosine = table.row(t);
    const float* sine = cosine + half;
    for (std::size_t i = 0; i < half; i += kWidth) {
      const std::size_t left = half - i;
      const Batch a = simd::load(first + i, left);
      const Batch b = simd::load(second + i, left);
      const Batch c = simd::load(cosine + i, left);
      const Batch s = simd::load(sine + i, left);
      simd::store(a * c - b * s, first + i, left);
      simd::store(a * s + b * c, second + i, left);
    }
  }
}

}  // namespace attn
