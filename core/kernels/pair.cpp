// sum a_i b_i;  sum (a_i - b_i)^2;  sum w_i tanh(a_i + b_i)

#include "kernels/pair.hpp"

#include "kernels/simd.hpp"

namespace attn {
namespace {

using simd::Batch;

/// sum of f(i, lanes) over whole batches and what is left of one.
template <class Function>
float sum(std::size_t count, Function f) {
  Batch total(0.0F);
  simd::each(count, [&](std::size_t i, std::size_t lanes) { total = f(i, lanes, total); });
  return xsimd::reduce_add(total);
}

}  // namespace

float dot(const float* a, const float* b, std::size_t count) {
  return sum(count, [&](std::size_t i, std::size_t lanes, Batch total) {
    return simd::multiply_add(simd::load(a + i, lanes), simd::load(b + i, lanes), total);
  });
}

float squared_distance(const float* a, const float* b, std::size_t count) {
  return sum(count, [&](std::size_t i, std::size_t lanes, Batch total) {
    const Batch apart = simd::load(a + i, lanes) - simd::load(b + i, lanes);
    return simd::multiply_add(apart, apart, total);
  });
}

float weighted_tanh(const float* a, const float* b, const float* w, std::size_t count) {
  return sum(count, [&](std::size_t i, std::size_t lanes, Batch total) {
    const Batch bent = xsimd::tanh(simd::load(a + i, lanes) + simd::load(b + i, lanes));
    return simd::multiply_add(simd::load(w + i, lanes), bent, total);
  });
}

}  // namespace attn
