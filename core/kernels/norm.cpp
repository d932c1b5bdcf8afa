// layer norm: y_i = (x_i - m) / sqrt(v + epsilon) g_i + b_i,  m = mean x,  v = mean (x - m)^2
// RMS norm:   y_i = x_i / sqrt(mean x^2 + epsilon) g_i

#include "kernels/norm.hpp"

#include <cmath>

#include "kernels/simd.hpp"

namespace attn {
namespace {

using simd::Batch;
using simd::kWidth;

/// mean f(x_i), `rest` in place of lanes past the end. f(x, sum) adds to one of four sums, to wait for no addition.
template <class Function>
float mean(const float* x, std::size_t count, float rest, Function f) {
  constexpr std::size_t kChains = 4;
  Batch sum[kChains] = {Batch(0.0F), Batch(0.0F), Batch(0.0F), Batch(0.0F)};
  std::size_t i = 0;
  for (; i + kChains * kWidth <= count; i += kChains * kWidth) {
    for (std::size_t n = 0; n < kChains; ++n) sum[n] = f(Batch::load_unaligned(x + i + n * kWidth), sum[n]);
  }
  for (; i < count; i += kWidth) sum[0] = f(simd::load(x + i, count - i, rest), sum[0]);
  return xsimd::reduce_add((sum[0] + sum[1]) + (sum[2] + sum[3])) / static_cast<float>(count);
}

float mean(const float* x, std::size_t count) {
  return mean(x, count, 0.0F, [](Batch v, Batch sum) { return v + sum; });
}

/// mean (x - centre)^2
float mean_square(const float* x, std::size_t count, float centre) {
  return mean(x, count, centre, [m = Batch(centre)](Batch v, Batch sum) {
    const Batch d = v - m;
    return simd::multiply_add(d, d, sum);
  });
}

}  // namespace

void layer_norm(const float* x, std::size_t count, const float* gain, const float* bias, float epsilon, float* out) {
  const float centre = mean(x, count);
  const Batch m(centre);
  const Batch r(1.0F / std::sqrt(mean_square(x, count, centre) + epsilon));
  simd::each(count, [&](std::size_t i, std::size_t lanes) {
    const Batch y = (simd::load(x + i, lanes) - m) * r;
    const Batch b = bias == nullptr ? Batch(0.0F) : simd::load(bias + i, lanes);
    simd::store(simd::multiply_add(y, simd::load(gain + i, lanes), b), out + i, lanes);
  });
}

void rms_norm(const float* x, std::size_t count, const float* gain, float epsilon, float* out) {
  const Batch r(1.0F / std::sqrt(mean_square(x, count, 0.0F) + epsilon));
  simd::each(count, [&](std::size_t i, std::size_t lanes) {
    simd::store(simd::load(x + i, lanes) * r * simd::load(gain + i, lanes), out + i, lanes);
  });
}

}  // namespace attn
