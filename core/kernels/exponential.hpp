#pragma once

#include <cstdint>

#include "kernels/simd.hpp"

/// exp and 2^x for numbers up to 0, which is all that a softmax or a sigmoid needs. 2^x = 2^n 2^f, n whole, |f| <= 1/2,
/// 2^f by a polynomial of degree 5 with 1 at 0 (largest relative error 1.1e-7; fitted by Lawson's iteration). n is
/// found by adding 1.5 x 2^23, which leaves it in the low bits of the sum, and 2^n by shifting these into the
/// exponent's place. NaN stays NaN. All are objects, made before a loop, so that it finds their numbers in registers.
namespace attn {

/// c_0 + c_1 x + c_2 x^2 + ...
template <std::size_t Count>
class Polynomial {
 public:
  explicit Polynomial(const float (&c)[Count]) {
    for (std::size_t n = 0; n < Count; ++n) c_[n] = simd::constant(c[n]);
  }
  simd::Batch operator()(simd::Batch x) const {
    simd::Batch y = c_[Count - 1];
    for (std::size_t n = Count - 1; n-- > 0;) y = simd::multiply_add(x, y, c_[n]);
    return y;
  }

 private:
  simd::Batch c_[Count];
};

/// Adding it rounds to a whole number n and leaves n + 127 + `Bias` in the low bits: the exponent of 2^(n + Bias).
template <int Bias>
inline constexpr float kRounder = 12582912.0F + 127.0F + static_cast<float>(Bias);

inline simd::Batch power_of_two(simd::Batch rounded) {
  return xsimd::bitwise_cast<float>(xsimd::bitwise_cast<std::int32_t>(rounded) << 23);
}

class ExpOfNegative {
 public:
  /// exp(x) for x <= 0 to within 2.5 units in the last place, denormal results included; exp(-inf) = 0.
  simd::Batch operator()(simd::Batch x) const { return lifted(x) * down_; }

  /// 2^64 exp(x) for x <= 0 to within 2 units in the last place, since 2^n itself may be below what an exponent can
  /// say. From x = -104 down it is 2^64 exp(-104), which is 0 once 2^64 is taken away.
  simd::Batch lifted(simd::Batch x) const {
    using simd::multiply_add;
    x = simd::larger(x, lowest_);
    const simd::Batch rounded = multiply_add(x, log2_e_, rounder_);
    const simd::Batch n = rounded - rounder_;
    const simd::Batch r = multiply_add(n, ln2_low_, multiply_add(n, ln2_high_, x));
    return exp_(r) * power_of_two(rounded);
  }

 private:
  simd::Batch lowest_ = simd::constant(-104.0F);
  simd::Batch log2_e_ = simd::constant(1.442695F);
  simd::Batch rounder_ = simd::constant(kRounder<64>);
  // -ln 2 in two parts, the first with few enough bits that n times it is exact (Cody and Waite 1980, section 6)
  simd::Batch ln2_high_ = simd::constant(-0.693359375F);
  simd::Batch ln2_low_ = simd::constant(2.1219444e-4F);
  Polynomial<6> exp_{{1.0F, 0.9999997F, 0.4999915F, 0.16667636F, 0.04189793F, 0.008290315F}};
  simd::Batch down_ = simd::constant(0x1p-64F);
};

class Exp2OfNegative {
 public:
  /// 2^x for x <= 0 to within 2.5 units in the last place; 0 from x = -126.5 down.
  simd::Batch operator()(simd::Batch x) const {
    x = simd::larger(x, lowest_);
    const simd::Batch rounded = x + rounder_;
    return exp2_(x - (rounded - rounder_)) * power_of_two(rounded);
  }

 private:
  simd::Batch lowest_ = simd::constant(-127.0F);
  simd::Batch rounder_ = simd::constant(kRounder<0>);
  Polynomial<6> exp2_{{1.0F, 0.693147F, 0.24022242F, 0.055507336F, 0.009671513F, 0.0013264727F}};
};

}  // namespace attn
