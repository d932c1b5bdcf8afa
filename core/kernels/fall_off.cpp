// w_i exp(-x_i / h)

#include "kernels/fall_off.hpp"

#include "kernels/simd.hpp"

namespace attn {

void multiply_fall_off(double width, const float* x, std::size_t count, float* out) {
  const FallOff fall_off(width);
  simd::each(count, [&](std::size_t i, std::size_t lanes) {
    simd::store(simd::load(out + i, lanes) * fall_off(simd::load(x + i, lanes)), out + i, lanes);
  });
}

}  // namespace attn
