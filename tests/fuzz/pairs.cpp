// Kernels that make one number of a pair of rows.

#include "fuzzer.hpp"
#include "kernels/pair.hpp"

namespace attn::fuzz {
namespace {

double widen(float x) { return static_cast<double>(x); }

/// Draws rows a, b and c; kernel(a, b, c, count) must be the sum of term(a_n, b_n, c_n), each of which may be off by
/// `roundings` of its size, and by what rounding to a denormal costs c_n.
template <class Kernel, class Term>
void check_sum(Case& test, double roundings, Kernel kernel, Term term) {
  const std::size_t count = test.size("count", 1500);
  Cells a = test.numbers("a", count, Numbers::kAny), b = test.numbers("b", count, Numbers::kAny);
  Cells c = test.numbers("c", count, Numbers::kAny);
  const float found = kernel(a.data(), b.data(), c.data(), count);
  test.expect_intact(a.intact() && b.intact() && c.intact());
  Sum sum;
  double small = 0.0;
  for (std::size_t n = 0; n < count; ++n) {
    sum.add(term(widen(a.data()[n]), widen(b.data()[n]), widen(c.data()[n])));
    const double weight = widen(c.data()[n]);
    small += kSmallest * (2.0 + (std::isfinite(weight) ? std::abs(weight) : 0.0));
  }
  const double allowed = kEpsilon * (static_cast<double>(count) + roundings) * sum.magnitude + small;
  test.expect(0, found, sum.value, allowed, sum.magnitude);
}

}  // namespace

void check_dot(Case& test) {
  check_sum(
      test, 2.0, [](float* a, float* b, float*, std::size_t count) { return dot(a, b, count); },
      [](double a, double b, double) { return a * b; });
}

void check_squared_distance(Case& test) {
  check_sum(
      test, 6.0, [](float* a, float* b, float*, std::size_t count) { return squared_distance(a, b, count); },
      [](double a, double b, double) { return (a - b) * (a - b); });
}

void check_weighted_tanh(Case& test) {
  check_sum(
      test, 8.0, [](float* a, float* b, float* c, std::size_t count) { return weighted_tanh(a, b, c, count); },
      [](double a, double b, double c) { return c * std::tanh(a + b); });
}

}  // namespace attn::fuzz
