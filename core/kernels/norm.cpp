// layer norm: y_i = (x_i - m) / sqrt(v + epsilon) g_i + b_i,  m = mean x,  v = mean (x - m)^2
// RMS norm:   y_i = x_i / sqrt(mean x^2 + epsilon) g_i

#include "kernels/norm.hpp"

#include <cmath>

#include "kernels/simd.hpp"

namespace attn {
namespace {

using simd::Batch;
using simd::kWidth;

float mean(const float* x, std::size_t count) {
  Batch sum(0.0F);
  for (std::size_t i = 0; i < count; i += kWidth) sum += simd::load(x + i, count - i);
  return xsimd::reduce_add(sum) / static_cast<float>(count);
}

/// mean (x - centre)^2; lanes past the end are filled with the centre so that they add nothing.
float mean_square(const float* x, std::size_t count, float centre) {
  Batch sum(0.0F);
  for (std::size_t i = 0; i < count; i += kWidth) {
    const Batch d = simd::load(x + i, count - i, centre) - Batch(centre);
    sum = simd::multiply_add(d, d, sum);
  }
  return xsimd::reduce_add(sum) / static_cast<float>(count);
}

}  // namespace

void layer_norm(const float* x, std::size_t count, const float* gain, const float* bias, float epsilon, float* out) {
  const float centre = mean(x, count);
  const Batch m(centre);
  const Batch r(1.0F / std::sqrt(mean_square(x, count, centre) + epsilon));
  for (std::size_t i = 0; i < count; i += kWidth) {
    const std::size_t left = count - i;
    const Batch y = (simd::load(x + i, left) - m) * r;
    simd::store(simd::multiply_add(y, simd::load(gain + i, left), simd::load(bias + i, left)), out + i, left);
  }
}

void rms_norm(const float* x, std::size_t count, const float* gain, float epsilon, float* out) {
  const Batch r(1.0F / std::sqrt(mean_square(x, count, 0.0F) + epsilon));
  for (std::size_t i = 0; i < count; i += kWidth) {
    const std::size_t left = count - i;
    simd::store(simd::load(x + i, left) * r * simd::load(gain + i, left), out + i, left);
  }
}

}  // namespace attn
