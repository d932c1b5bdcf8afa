// Kernels that take every number by itself. Library functions count for four roundings.

#include <algorithm>

#include "fuzzer.hpp"
#include "kernels/activation.hpp"
#include "kernels/elementwise.hpp"
#include "kernels/exponential.hpp"

namespace attn::fuzz {
namespace {

double widen(float x) { return static_cast<double>(x); }

struct Expected {
  double value;
  double allowed;
};

/// Draws a row, maps it by `kernel`, and compares each number with `twin`.
template <class Kernel, class Twin>
void check_map(Case& test, Kernel kernel, Twin twin) {
  Cells row = test.numbers("x", test.size("count", 1500), Numbers::kAny);
  const std::vector<float> x(row.data(), row.data() + row.size());
  kernel(row.data(), x.size());
  test.expect_intact(row.intact());
  for (std::size_t i = 0; i < x.size(); ++i) {
    const Expected expected = twin(widen(x[i]));
    test.expect(i, row.data()[i], expected.value, expected.allowed);
  }
}

/// x times the sigmoid of u, where u itself has `roundings`: these weigh by u's size, by the sigmoid's slope s (1 - s).
Expected gated(double x, double u, double roundings) {
  const double s = 1.0 / (1.0 + std::exp(-u));
  const double rest = 1.0 / (1.0 + std::exp(u));
  const double slope = s == 0.0 || rest == 0.0 ? 0.0 : s * rest * std::abs(u);
  const double of_s = slope * roundings * kEpsilon + s * 8.0 * kEpsilon + 2.0 * kSmallest;
  return {x * s, std::isfinite(x) ? std::abs(x) * of_s + kSmallest : 0.0};
}

}  // namespace

void check_gelu_tanh(Case& test) {
  check_map(test, gelu_tanh, [](double x) {
    const double u = 2.0 * std::sqrt(2.0 / 3.14159265358979323846) * (x + 0.044715 * x * x * x);
    return gated(x, u, 6.0);
  });
}

void check_silu(Case& test) {
  check_map(test, silu, [](double x) { return gated(x, x, 0.0); });
}

void check_gelu_erf(Case& test) {
  check_map(test, gelu_erf, [](double x) -> Expected {
    const double value = 0.5 * x * std::erfc(-x / std::sqrt(2.0));
    if (!std::isfinite(x)) return {value, 0.0};
    // The exponent -x^2 / 2 is rounded twice, which the exponential makes relative errors of; 5 is the polynomial's
    // part.
    return {value, std::abs(value) * (5.0 + (x < 0.0 ? x * x : 0.0)) * kEpsilon + (1.0 + std::abs(x)) * kSmallest};
  });
}

namespace {

/// The polynomial's error as exponential.hpp gives it, the roundings of its last step, and what a denormal result
/// costs.
double promised(double value) { return value * (1.1e-7 + kEpsilon) + 1.5 * kSmallest; }

template <class Power, class Twin>
void check_power(Case& test, Power power, Twin twin) {
  Cells row = test.numbers("minus x", test.size("count", 1500), Numbers::kAny);
  std::vector<float> x(row.data(), row.data() + row.size());
  for (float& one : x) one = -std::abs(one);
  std::copy(x.begin(), x.end(), row.data());
  simd::map(row.data(), x.size(), power);
  test.expect_intact(row.intact());
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double expected = twin(widen(x[i]));
    test.expect(i, row.data()[i], expected, expected == 0.0 ? 0.0 : promised(expected));
  }
}

}  // namespace

void check_exp_of_negative(Case& test) {
  // Below half the smallest number it rounds to 0.
  check_power(test, ExpOfNegative(), [](double x) { return x < -104.0 ? 0.0 : std::exp(x); });
}

void check_exp2_of_negative(Case& test) {
  check_power(test, Exp2OfNegative(), [](double x) { return x <= -126.5 ? 0.0 : std::exp2(x); });
}

void check_add(Case& test) {
  const std::size_t count = test.size("count", 1500);
  Cells x = test.numbers("x", count, Numbers::kAny), y = test.numbers("y", count, Numbers::kAny);
  const std::vector<float> before(x.data(), x.data() + count);
  add(y.data(), count, x.data());
  test.expect_intact(x.intact());
  for (std::size_t i = 0; i < count; ++i) test.expect_same(i, x.data()[i], before[i] + y.data()[i]);
}

void check_scale(Case& test) {
  const std::size_t count = test.size("count", 1500);
  Cells x = test.numbers("x", count, Numbers::kAny), factor = test.numbers("factor", 1, Numbers::kAny);
  const float f = *factor.data();
  const std::vector<float> before(x.data(), x.data() + count);
  scale(f, count, x.data());
  test.expect_intact(x.intact());
  for (std::size_t i = 0; i < count; ++i) {
    test.expect_same(i, x.data()[i], std::isinf(before[i]) ? before[i] : before[i] * f);
  }
}

void check_softcap(Case& test) {
  const float drawn = test.positive("cap", 0.01F, 100.0F);
  const double cap = widen(drawn);
  check_map(
      test, [drawn](float* x, std::size_t count) { softcap(drawn, count, x); },
      [cap](double x) -> Expected {
        const double value = cap * std::tanh(x / cap);
        return {value, 8.0 * kEpsilon * std::abs(value) + kSmallest * (2.0 + cap)};
      });
}

}  // namespace attn::fuzz
