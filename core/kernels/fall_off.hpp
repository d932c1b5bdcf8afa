#pragma once

#include <limits>

#include "kernels/exponential.hpp"

namespace attn {

/// exp(-x / width) of numbers x >= 0. Width 0: 1 where x is 0, else 0; infinite width: 1. An infinite x gives 0 under
/// any width. An object made before a loop, as those of exponential.hpp are.
class FallOff {
 public:
  explicit FallOff(double width)
      : factor_(simd::constant(width < kLeast ? 0.0F : static_cast<float>(-1.0 / width))),
        largest_(simd::constant(width < kLeast ? 0.0F : std::numeric_limits<float>::max())) {}

  simd::Batch operator()(simd::Batch x) const {
    return xsimd::select(x > largest_, simd::Batch(0.0F), exp_(x * factor_));
  }

 private:
  /// Of a smaller width the inverse is no float.
  static constexpr double kLeast = std::numeric_limits<float>::min();
  simd::Batch factor_, largest_;
  ExpOfNegative exp_;
};

/// out_i *= exp(-x_i / width), with FallOff's limits; out is not x.
void multiply_fall_off(double width, const float* x, std::size_t count, float* out);

}  // namespace attn
