// x_i + y_i;  x_i y_i;  x_i + f y_i;  sum_r x_(r, i) / rows;  f x_i;  c tanh(x_i / c)

#include "kernels/elementwise.hpp"

#include <algorithm>

#include "kernels/simd.hpp"

namespace attn {

using simd::Batch;
using simd::kWidth;

void add(const float* y, std::size_t count, float* x) {
  for (std::size_t i = 0; i < count; i += kWidth) {
    const std::size_t left = count - i;
    simd::store(simd::load(x + i, left) + simd::load(y + i, left), x + i, left);
  }
}

void multiply(const float* y, std::size_t count, float* x) {
  simd::each(count, [&](std::size_t i, std::size_t lanes) {
    simd::store(simd::load(x + i, lanes) * simd::load(y + i, lanes), x + i, lanes);
  });
}

void add_scaled(float factor, const float* y, std::size_t count, float* x) {
  const Batch f(factor);
  simd::each(count, [&](std::size_t i, std::size_t lanes) {
    simd::store(simd::multiply_add(f, simd::load(y + i, lanes), simd::load(x + i, lanes)), x + i, lanes);
  });
}

void mean_of_rows(const float* x, std::size_t rows, std::size_t count, float* out) {
  std::copy_n(x, count, out);
  for (std::size_t r = 1; r < rows; ++r) add(x + r * count, count, out);
  scale(1.0F / static_cast<float>(rows), count, out);
}

void scale(float factor, std::size_t count, float* x) {
  const Batch f(factor);
  simd::map(x, count, [f](Batch v) { return xsimd::select(xsimd::isinf(v), v, v * f); });
}

void softcap(float cap, std::size_t count, float* x) {
  const Batch c(cap);
  simd::map(x, count, [c](Batch v) { return c * xsimd::tanh(v / c); });
}

}  // namespace attn
