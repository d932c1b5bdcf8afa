// GELU (tanh): 0.5 x (1 + tanh(u)) = x / (1 + exp(-2 u)),  u = sqrt(2/pi) (x + 0.044715 x^3)
// GELU (erf):  0.5 x (1 + erf(x / sqrt 2))
// SiLU:        x / (1 + exp(-x))

#include "kernels/activation.hpp"

#include "kernels/exponential.hpp"
#include "kernels/simd.hpp"

namespace attn {
namespace {

using simd::Batch;

class Sigmoid {
 public:
  /// 1 / (1 + exp(-x)); the exponent is never positive, so that nothing overflows.
  Batch operator()(Batch x) const {
    const Batch e = exp_(-xsimd::abs(x));
    return xsimd::select(x < Batch(0.0F), e, one_) / (one_ + e);
  }

 private:
  ExpOfNegative exp_;
  Batch one_ = simd::constant(1.0F);
};

}  // namespace

void gelu_tanh(float* x, std::size_t count) {
  constexpr float kTwiceRoot = 1.5957691216057308F;  // 2 sqrt(2 / pi)
  const Sigmoid sigmoid;
  const Batch linear = simd::constant(kTwiceRoot), cubic = simd::constant(0.044715F * kTwiceRoot);
  simd::map(x, count, [=](Batch v) { return v * sigmoid(v * simd::multiply_add(v * v, cubic, linear)); });
}

void gelu_erf(float* x, std::size_t count) {
  constexpr float kInverseRoot2 = 0.7071067811865476F;
  simd::map(x, count, [](Batch v) { return Batch(0.5F) * v * (Batch(1.0F) + xsimd::erf(v * Batch(kInverseRoot2))); });
}

void relu(float* x, std::size_t count) {
  simd::map(x, count, [](Batch v) { return simd::larger(v, Batch(0.0F)); });
}

void silu(float* x, std::size_t count) {
  const Sigmoid sigmoid;
  simd::map(x, count, [=](Batch v) { return v * sigmoid(v); });
}

}  // namespace attn
