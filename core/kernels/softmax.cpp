// p_j = exp(s_j - max_n s_n) / sum_n exp(s_n - max_n s_n)

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

void softmax(float* row, std::size_t count) {
  const float highest = simd::maximum(row, count, -kInfinity);
  if (highest == -kInfinity) {
    const bool hidden = std::none_of(row, row + count, [](float x) { return std::isnan(x); });
    std::fill_n(row, count, hidden ? 0.0F : std::numeric_limits<float>::quiet_NaN());
    return;
  }
  const Batch top(highest);
  const ExpOfNegative exp;
  Batch sum(0.0F);
  for (std::size_t i = 0; i < count; i += kWidth) {
    const Batch e = exp.lifted(simd::load(row + i, count - i, -kInfinity) - top);
    simd::store(e, row + i, count - i);
    sum += e;
  }
  const Batch share(1.0F / xsimd::reduce_add(sum));
  simd::map(row, count, [share](Batch e) { return e * share; });
}

}  // namespace attn
