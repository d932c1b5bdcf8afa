// GELU (tanh): 0.5 x (1 + tanh(u)) = x / (1 + exp(-2 u)),  u = sqrt(2/pi) (x + 0.044715 x^3)
// GELU (erf):  0.5 x (1 + erf(x / sqrt 2)) = x Phi(x)
// ELU + 1:     x + 1 for x > 0, exp(x) else
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

class NormalDistribution {
 public:
  /// Phi(x), the share of the standard normal distribution below x: Phi(-u) = exp(-u^2 / 2) p(t), t = 1 / (1 + 0.3 u),
  /// u >= 0 (the form of Abramowitz and Stegun 1964, 7.1.26), p of degree 8 with a largest relative error of 6e-8
  /// (fitted by Lawson's iteration), so that the far side keeps its digits, which 1 + erf would lose.
  Batch operator()(Batch x) const {
    const Batch u = xsimd::abs(x);
    const Batch t = one_ / simd::multiply_add(u, slope_, one_);
    const Batch below = p_(t) * exp_(u * u * half_);
    return xsimd::select(x < Batch(0.0F), below, one_ - below);
  }

 private:
  ExpOfNegative exp_;
  Batch one_ = simd::constant(1.0F);
  Batch slope_ = simd::constant(0.3F);
  Batch half_ = simd::constant(-0.5F);
  Polynomial<9> p_{{7.3720084e-06F, 0.119484216F, 0.1219452F, 0.09458617F, 0.14276445F, -0.076838285F, 0.2289504F,
                    -0.16930673F, 0.03840723F}};
};

}  // namespace

void gelu_tanh(float* x, std::size_t count) {
  constexpr float kTwiceRoot = 1.5957691216057308F;  // 2 sqrt(2 / pi)
  const Sigmoid sigmoid;
  const Batch linear = simd::constant(kTwiceRoot), cubic = simd::constant(0.044715F * kTwiceRoot);
  simd::map(x, count, [=](Batch v) { return v * sigmoid(v * simd::multiply_add(v * v, cubic, linear)); });
}

void gelu_erf(float* x, std::size_t count) {
  const NormalDistribution phi;
  simd::map(x, count, [=](Batch v) { return v * phi(v); });
}

void relu(float* x, std::size_t count) {
  simd::map(x, count, [](Batch v) { return simd::larger(v, Batch(0.0F)); });
}

void elu_plus_one(float* x, std::size_t count) {
  const ExpOfNegative exp;
  const Batch zero = simd::constant(0.0F), one = simd::constant(1.0F);
  simd::map(x, count, [=](Batch v) { return xsimd::select(v > zero, v + one, exp(-simd::larger(-v, zero))); });
}

void silu(float* x, std::size_t count) {
  const Sigmoid sigmoid;
  simd::map(x, count, [=](Batch v) { return v * sigmoid(v); });
}

}  // namespace attn
