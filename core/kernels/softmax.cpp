// p_j = exp(s_j - max_n s_n) / sum_n exp(s_n - max_n s_n),  log p_j = s_j - max_n s_n - log sum_n exp(s_n - max_n s_n)

#include "kernels/softmax.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "kernels/exponential.hpp"
#include "kernels/simd.hpp"

namespace attn {
namespace {

using simd::Batch;
using simd::kWidth;

constexpr float kInfinity = std::numeric_limits<float>::infinity();

}  // namespace

void softmax(const float* x, std::size_t count, float* out) {
  const float highest = simd::maximum(x, count, -kInfinity);
  if (highest == -kInfinity) {
    const bool hidden = std::none_of(x, x + count, [](float one) { return std::isnan(one); });
    std::fill_n(out, count, hidden ? 0.0F : std::numeric_limits<float>::quiet_NaN());
    return;
  }
  const Batch top(highest);
  const ExpOfNegative exp;
  Batch sum(0.0F);
  simd::each(count, [&](std::size_t i, std::size_t lanes) {
    const Batch e = exp.lifted(simd::load(x + i, lanes, -kInfinity) - top);
    simd::store(e, out + i, lanes);
    sum += e;
  });
  const Batch share(1.0F / xsimd::reduce_add(sum));
  simd::map(out, count, [share](Batch e) { return e * share; });
}

void log_softmax(const float* x, std::size_t count, float* out) {
  const float highest = simd::maximum(x, count, -kInfinity);
  if (highest == -kInfinity) {
    const bool hidden = std::none_of(x, x + count, [](float one) { return std::isnan(one); });
    std::fill_n(out, count, hidden ? -kInfinity : std::numeric_limits<float>::quiet_NaN());
    return;
  }
  const Batch top(highest);
  const ExpOfNegative exp;
  Batch sum(0.0F);
  simd::each(count, [&](std::size_t i, std::size_t lanes) { sum += exp(simd::load(x + i, lanes, -kInfinity) - top); });
  const Batch log_sum(std::log(xsimd::reduce_add(sum)));
  simd::each(count, [&](std::size_t i, std::size_t lanes) {
    simd::store(simd::load(x + i, lanes) - top - log_sum, out + i, lanes);
  });
}

}  // namespace attn
