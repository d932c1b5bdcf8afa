#include <array>

#include "kernels/rotation.hpp"
#include "position/rotary.hpp"
#include "positions_support.hpp"

/// The laws of rotary positions, which both layouts keep, with and without interpolated positions.
namespace attn::test {
namespace {

constexpr std::array kPlain = {10000.0, 1.0}, kScaled = {500.0, 3.5};

struct Case {
  const char* name;
  std::array<double, 2> params;
};

class Rotary : public testing::TestWithParam<Case> {
 protected:
  /// The same vector x in every row, turned by its position.
  static Array turned(const std::vector<float>& x, std::size_t tokens, const Case& c = GetParam()) {
    const std::size_t half = x.size() / 2;
    const Array angles = table(c.name, tokens, x.size(), c.params);
    Array out;
    out.resize(std::array{tokens, x.size()});
    for (std::size_t t = 0; t < tokens; ++t) std::copy(x.begin(), x.end(), out.data.begin() + t * x.size());
    const auto rotate = encoding(c.name).interleaved ? rotate_pairs : rotate_halves;
    rotate(rows(angles).sub_cols(0, half), rows(angles).sub_cols(half, half), {out.data.data(), tokens, x.size()});
    return out;
  }
};

TEST_P(Rotary, TableHoldsCosinesThenSines) {
  const auto [name, params] = GetParam();
  const auto [base, scaling] = params;
  for (const std::size_t width : {2, 12}) {
    const Array found = table(name, 100, width, params);
    for (std::size_t t = 0; t < 100; ++t) {
      for (std::size_t i = 0; i < width / 2; ++i) {
        const double frequency = std::pow(base, -2.0 * static_cast<double>(i) / static_cast<double>(width));
        const double angle = static_cast<double>(t) / scaling * frequency;
        const double allowed = tolerance(1.0, 1) + 1e-14 * static_cast<double>(t + 1);
        EXPECT_NEAR(rows(found).row(t)[i], std::cos(angle), allowed);
        EXPECT_NEAR(rows(found).row(t)[width / 2 + i], std::sin(angle), allowed);
      }
    }
  }
}

TEST_P(Rotary, AQueryTimesAKeyDependsOnTheirDistanceAlone) {
  constexpr std::size_t kTokens = 30, kWidth = 16;
  const Array q = turned(random_floats(kWidth, 1.0F, 61), kTokens),
              k = turned(random_floats(kWidth, 1.0F, 62), kTokens);
  const auto product = [&](std::size_t t, std::size_t s) { return dot_product(rows(q), t, rows(k), s); };
  for (std::size_t t = 0; t < kTokens; ++t) {
    for (std::size_t s = 0; s < kTokens; ++s) {
      const double first = t >= s ? product(t - s, 0) : product(0, s - t);
      EXPECT_NEAR(product(t, s), first, tolerance(2.0, 4 * kWidth)) << t << ", " << s;
    }
  }
  EXPECT_GT(std::abs(product(1, 0) - product(0, 1)), 1e-3) << "the sign of the distance must count";
}

TEST_P(Rotary, KeepsLengths) {
  const Array found = turned(random_floats(10, 1.0F, 63), 50);
  const double length = dot_product(rows(found), 0, rows(found), 0);
  for (std::size_t t = 0; t < 50; ++t) {
    EXPECT_NEAR(dot_product(rows(found), t, rows(found), t), length, tolerance(10.0, 12));
  }
}

INSTANTIATE_TEST_SUITE_P(Rows, Rotary,
                         testing::Values(Case{"rotary", kPlain}, Case{"rotary", kScaled},
                                         Case{"rotary_interleaved", kPlain}, Case{"rotary_interleaved", kScaled}),
                         [](const auto& info) {
                           const bool scaled = info.param.params == kScaled;
                           return std::string(info.param.name) + (scaled ? "_scaled" : "");
                         });

/// Chen et al. 2023, section 2.3: position s t of the scaled encoding is position t of the plain one.
TEST(RotaryScaling, PutsNewPositionsBetweenTheOldOnes) {
  const Array plain = table("rotary", 10, 8), scaled = table("rotary", 40, 8, std::array{10000.0, 4.0});
  for (std::size_t t = 0; t < 10; ++t) {
    EXPECT_TRUE(std::equal(rows(plain).row(t), rows(plain).row(t) + 8, rows(scaled).row(4 * t))) << t;
  }
}

TEST(RotaryRows, BeginAtAnyPosition) {
  constexpr std::size_t kFirst = 7, kWidth = 12;
  const Array all = table("rotary", 20, kWidth);
  std::vector<float> found(13 * kWidth);
  rotary_rows(frequencies(kWidth, 10000.0), kFirst, {found.data(), 13, kWidth});
  EXPECT_TRUE(std::ranges::equal(found, numbers(all).subspan(kFirst * kWidth)));
}

/// Pairs that turn more than `high` times in the context keep their frequency, those that turn less than `low` times
/// lose the factor, and in between the order stays and nothing jumps.
TEST(FrequencyBands, SlowDownWhatTurnsSeldom) {
  const FrequencyBands bands = {8.0, 1.0, 4.0, 8192.0};
  std::vector<double> plain(4000);
  for (std::size_t i = 0; i < plain.size(); ++i) plain[i] = std::pow(0.997, static_cast<double>(i));
  std::vector<double> found = plain, same = plain;
  slow_down(bands, found);
  slow_down({1.0, 1.0, 4.0, 8192.0}, same);
  for (std::size_t i = 0; i < plain.size(); ++i) {
    const double turns = 8192.0 * plain[i] / (2.0 * std::acos(-1.0));
    if (turns > 4.0 || turns < 1.0) {
      EXPECT_EQ(found[i], turns > 4.0 ? plain[i] : plain[i] / 8.0);
    }
    EXPECT_NEAR(same[i], plain[i], 1e-15 * plain[i]);
    if (i == 0) continue;
    EXPECT_LT(found[i], found[i - 1]);
    EXPECT_GT(found[i], 0.98 * found[i - 1]);
  }
}

TEST(RotaryLayouts, ShareTheirTable) {
  const Array halves = table("rotary", 20, 14, kScaled), pairs = table("rotary_interleaved", 20, 14, kScaled);
  EXPECT_TRUE(std::ranges::equal(numbers(halves), numbers(pairs)));
}

}  // namespace
}  // namespace attn::test
