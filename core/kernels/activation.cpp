// GELU (tanh): 0.5 x (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3)))
// GELU (erf):  0.5 x (1 + erf(x / sqrt 2))
// SiLU:        x / (1 + exp(-x))

#include "kernels/activation.hpp"

#include "kernels/simd.hpp"

namespace attn {

using simd::Batch;

void gelu_tanh(float* x, std::size_t count) {
  constexpr float kRoot = 0.7978845608028654F;  // sqrt(2 / pi)
  constexpr float kCubic = 0.044715F;
  simd::map(x, count, [](Batch v) {
    const Batch inner = Batch(kRoot) * simd::multiply_add(v * v * v, Batch(kCubic), v);
    return Batch(0.5F) * v * (Batch(1.0F) + xsimd::tanh(inner));
  });
}

void gelu_erf(float* x, std::size_t count) {
  constexpr float kInverseRoot2 = 0.7071067811865476F;
  simd::map(x, count, [](Batch v) { return Batch(0.5F) * v * (Batch(1.0F) + xsimd::erf(v * Batch(kInverseRoot2))); });
}

void silu(float* x, std::size_t count) {
  simd::map(x, count, [](Batch v) { return v / (Batch(1.0F) + xsimd::exp(-v)); });
}

}  // namespace attn
