// x_i + y_i;  f x_i;  c tanh(x_i / c)

#include "kernels/elementwise.hpp"

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

void scale(float factor, std::size_t count, float* x) {
  const Batch f(factor);
  simd::map(x, count, [f](Batch v) { return xsimd::select(xsimd::isinf(v), v, v * f); });
}

void softcap(float cap, std::size_t count, float* x) {
  const Batch c(cap);
  simd::map(x, count, [c](Batch v) { return c * xsimd::tanh(v / c); });
}

}  // namespace attn
