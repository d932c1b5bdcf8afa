#include "kernels/pair.hpp"

#include "guarded.hpp"

namespace attn::test {
namespace {

/// Calls check(a, b, w, length) with three guarded rows at every length and start offset.
template <class Check>
void sweep_pairs(Check check) {
  sweep(0, [&](std::size_t length, std::size_t offset) {
    for (std::size_t other = 0; other < simd::kWidth; ++other) {
      Guarded a(random_floats(length, 2.0F, 1), offset), b(random_floats(length, 2.0F, 2), other);
      Guarded w(random_floats(length, 2.0F, 3), offset);
      check(a, b, w, length);
      EXPECT_TRUE(a.intact() && b.intact() && w.intact());
    }
  });
}

/// sum f(n) over the length, in double.
template <class Function>
double sum(std::size_t length, Function f) {
  double out = 0.0;
  for (std::size_t n = 0; n < length; ++n) out += f(n);
  return out;
}

double at(const Guarded& row, std::size_t n) { return static_cast<double>(row.values()[n]); }

TEST(Pair, DotEqualsTheDoubleLoop) {
  sweep_pairs([](Guarded& a, Guarded& b, Guarded&, std::size_t length) {
    const double expected = sum(length, [&](std::size_t n) { return at(a, n) * at(b, n); });
    EXPECT_NEAR(dot(a.data(), b.data(), length), expected, tolerance(4.0, length * length));
  });
}

TEST(Pair, SquaredDistanceEqualsTheDoubleLoop) {
  sweep_pairs([](Guarded& a, Guarded& b, Guarded&, std::size_t length) {
    const double expected = sum(length, [&](std::size_t n) { return (at(a, n) - at(b, n)) * (at(a, n) - at(b, n)); });
    EXPECT_NEAR(squared_distance(a.data(), b.data(), length), expected, tolerance(16.0, length * (length + 2)));
  });
}

TEST(Pair, WeightedTanhEqualsTheDoubleLoop) {
  sweep_pairs([](Guarded& a, Guarded& b, Guarded& w, std::size_t length) {
    const double expected = sum(length, [&](std::size_t n) { return at(w, n) * std::tanh(at(a, n) + at(b, n)); });
    EXPECT_NEAR(weighted_tanh(a.data(), b.data(), w.data(), length), expected, tolerance(2.0, length * (length + 8)));
  });
}

TEST(Pair, ANaNAnywhereIsTheResult) {
  for (std::size_t place = 0; place < 2 * simd::kWidth + 1; ++place) {
    std::vector<float> bad(2 * simd::kWidth + 1, 0.5F);
    const std::vector<float> good(bad.size(), 0.25F);
    bad[place] = kNaN;
    const std::size_t length = bad.size();
    EXPECT_TRUE(std::isnan(dot(bad.data(), good.data(), length)));
    EXPECT_TRUE(std::isnan(squared_distance(good.data(), bad.data(), length)));
    EXPECT_TRUE(std::isnan(weighted_tanh(bad.data(), good.data(), good.data(), length)));
    EXPECT_TRUE(std::isnan(weighted_tanh(good.data(), good.data(), bad.data(), length)));
  }
}

}  // namespace
}  // namespace attn::test
