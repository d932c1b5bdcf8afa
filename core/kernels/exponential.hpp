#pragma once

#include <cstdint>

#include "kernels/simd.hpp"

/// exp and 2^x for numbers up to 0, which is all that a softmax or a sigmoid needs. 2^x = 2^n 2^f, n whole, |f| <= 1/2,
/// 2^f by a polynomial of degree 5 with 1 at 0 (largest relative error 1.1e-7; fitted by Lawson's iteration). n is
/// found by adding 1.5 x 2^23, which leaves it in the low bits of the sum, and 2^n by shifting these into the
/// exponent's place. NaN stays NaN.
namespace attn {

/// Adding it rounds to a whole number n and leaves n + 127 + `Bias` in the low bits: the exponent of 2^(n + Bias).
template <int Bias>
inline constexpr float kRounder = 12582912.0F + 127.0F + static_cast<float>(Bias);

inline simd::Batch power_of_two(simd::Batch rounded) {
  return xsimd::bitwise_cast<float>(xsimd::bitwise_cast<std::int32_t>(rounded) << 23);
}

/// exp(x) for x <= 0 to within 2.5 units in the last place, denormal results included; exp(-inf) = 0.
inline simd::Batch exp_of_negative(simd::Batch x) {
  using simd::Batch;
  using simd::multiply_add;
  constexpr int kLift = 64;             // 2^n itself may be below what an exponent can say
  x = simd::larger(x, Batch(-104.0F));  // exp(-104) rounds to 0
  const Batch rounded = multiply_add(x, Batch(1.442695F), Batch(kRounder<kLift>));
  const Batch n = rounded - Batch(kRounder<kLift>);
  // ln 2 in two parts, the first with few enough bits that n times it is exact (Cody and Waite 1980, section 6)
  const Batch r = multiply_add(n, Batch(2.1219444e-4F), multiply_add(n, Batch(-0.693359375F), x));
  Batch y = multiply_add(r, Batch(0.008290315F), Batch(0.04189793F));
  y = multiply_add(r, y, Batch(0.16667636F));
  y = multiply_add(r, y, Batch(0.4999915F));
  y = multiply_add(r, y, Batch(0.9999997F));
  y = multiply_add(r, y, Batch(1.0F));
  return y * power_of_two(rounded) * Batch(0x1p-64F);
}

/// 2^x for x <= 0 to within 2.5 units in the last place; 0 from x = -126.5 down.
inline simd::Batch exp2_of_negative(simd::Batch x) {
  using simd::Batch;
  using simd::multiply_add;
  x = simd::larger(x, Batch(-127.0F));
  const Batch rounded = x + Batch(kRounder<0>);
  const Batch f = x - (rounded - Batch(kRounder<0>));
  Batch y = multiply_add(f, Batch(0.0013264727F), Batch(0.009671513F));
  y = multiply_add(f, y, Batch(0.055507336F));
  y = multiply_add(f, y, Batch(0.24022242F));
  y = multiply_add(f, y, Batch(0.693147F));
  y = multiply_add(f, y, Batch(1.0F));
  return y * power_of_two(rounded);
}

}  // namespace attn
