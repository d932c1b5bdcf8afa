#include <array>

#include "position/alibi.hpp"
#include "position/t5_relative.hpp"
#include "positions_support.hpp"

/// Encodings that are added to the scores.
namespace attn::test {
namespace {

TEST(Alibi, SlopesOfEightHeadsHalveFromOneHalf) {
  for (std::size_t h = 0; h < 8; ++h) EXPECT_EQ(alibi_slope(h, 8), std::ldexp(1.0, -static_cast<int>(h) - 1));
}

TEST(Alibi, SlopesOfPowersOfTwoAreOneGeometricSequenceDownToTwoToTheMinusEight) {
  for (const std::size_t heads : {1, 2, 4, 16, 64}) {
    const double ratio = std::exp2(-8.0 / static_cast<double>(heads));
    EXPECT_DOUBLE_EQ(alibi_slope(0, heads), ratio);
    for (std::size_t h = 1; h < heads; ++h) EXPECT_DOUBLE_EQ(alibi_slope(h, heads), alibi_slope(h - 1, heads) * ratio);
    EXPECT_DOUBLE_EQ(alibi_slope(heads - 1, heads), 1.0 / 256.0);
  }
}

TEST(Alibi, HeadsBetweenTwoPowersTakeEverySecondSlopeOfTheHigher) {
  for (const std::size_t heads : {3, 5, 12, 13, 31}) {
    const std::size_t lower = heads < 4 ? 2 : heads < 8 ? 4 : heads < 16 ? 8 : 16;
    for (std::size_t h = 0; h < lower; ++h) EXPECT_DOUBLE_EQ(alibi_slope(h, heads), alibi_slope(h, lower));
    for (std::size_t h = lower; h < heads; ++h) {
      EXPECT_DOUBLE_EQ(alibi_slope(h, heads), alibi_slope(2 * (h - lower), 2 * lower));
    }
  }
  const double expected[] = {std::exp2(-0.5), std::exp2(-1.5), std::exp2(-2.5), std::exp2(-3.5)};
  for (std::size_t h = 8; h < 12; ++h) EXPECT_DOUBLE_EQ(alibi_slope(h, 12), expected[h - 8]);
}

TEST(Alibi, LowersScoresByTheDistanceAloneAndEvenly) {
  for (const auto& [tokens, heads] : {std::pair<std::size_t, std::size_t>{1, 3}, {2, 1}, {17, 12}}) {
    const Array found = table("alibi", tokens, heads, std::array{1.0});
    const Array causal = table("alibi", tokens, heads);
    for (std::size_t h = 0; h < heads; ++h) {
      const MatrixView<const float> bias = sheets(found).head(h);
      for (std::size_t i = 0; i < tokens; ++i) {
        for (std::size_t j = 0; j < tokens; ++j) {
          const std::size_t distance = i > j ? i - j : j - i;
          EXPECT_EQ(sheets(causal).head(h).row(i)[j], j > i ? -kInfinity : bias.row(i)[j]);
          EXPECT_EQ(bias.row(i)[j], bias.row(distance)[0]);
          EXPECT_EQ(bias.row(i)[j], static_cast<float>(-alibi_slope(h, heads) * static_cast<double>(distance)));
        }
        if (i > 0) {
          EXPECT_LT(bias.row(i)[0], bias.row(i - 1)[0]);
        }
      }
      EXPECT_EQ(bias.row(0)[0], 0.0F);
    }
  }
}

/// The bucket of a distance in one direction, by counting the bounds of the logarithmic ranges below it.
std::size_t counted(std::size_t away, std::size_t count, std::size_t max_distance) {
  const std::size_t exact = count / 2;
  if (away < exact) return away;
  std::size_t bucket = exact;
  for (std::size_t k = 1; k < count - exact; ++k) {
    const double share = static_cast<double>(k) / static_cast<double>(count - exact);
    const double ratio = static_cast<double>(max_distance) / static_cast<double>(exact);
    const double bound = static_cast<double>(exact) * std::pow(ratio, share);
    // A bound that is a whole number belongs to its range, however pow rounds.
    if (static_cast<double>(away) >= bound * (1.0 - 1e-12)) ++bucket;
  }
  return bucket;
}

constexpr T5Buckets kRules[] = {
    {32, 128, true}, {32, 128, false}, {16, 64, true},  {64, 512, false}, {9, 20, true},     {5, 9, false},
    {4, 2, true},    {4, 3, false},    {6, 1000, true}, {33, 100, false}, {256, 1024, true},
};

TEST(T5Relative, BucketsEqualTheCountedBounds) {
  for (const T5Buckets& rule : kRules) {
    const std::size_t each = rule.bidirectional ? rule.count / 2 : rule.count;
    for (std::ptrdiff_t distance = -5000; distance <= 5000; ++distance) {
      const bool after = distance > 0;
      const std::size_t away = after && !rule.bidirectional ? 0 : static_cast<std::size_t>(std::abs(distance));
      const std::size_t first = after && rule.bidirectional ? each : 0;
      ASSERT_EQ(t5_bucket(distance, rule), first + counted(away, each, rule.max_distance))
          << distance << " in " << rule.count << ", " << rule.max_distance << ", " << rule.bidirectional;
    }
  }
}

/// The numbers of Raffel et al. 2020, section 2.1: 32 buckets up to an offset of 128, those beyond share one.
TEST(T5Relative, TheStandardBucketsAreThoseOfThePaper) {
  const T5Buckets causal{32, 128, false}, both{32, 128, true};
  for (std::ptrdiff_t n = 0; n < 16; ++n) EXPECT_EQ(t5_bucket(-n, causal), static_cast<std::size_t>(n));
  EXPECT_EQ(t5_bucket(-16, causal), 16U);
  EXPECT_LT(t5_bucket(-112, causal), 31U);
  for (const std::ptrdiff_t n : {128, 129, 100000}) EXPECT_EQ(t5_bucket(-n, causal), 31U);
  for (std::ptrdiff_t n = 0; n < 8; ++n) EXPECT_EQ(t5_bucket(-n, both), static_cast<std::size_t>(n));
  for (std::ptrdiff_t n = 1; n < 300; ++n) EXPECT_EQ(t5_bucket(n, both), t5_bucket(-n, both) + 16);
  EXPECT_EQ(t5_bucket(5, causal), 0U);
}

TEST(T5Relative, BucketsGrowWithTheDistanceAndStayBelowTheirCount) {
  for (const T5Buckets& rule : kRules) {
    for (std::ptrdiff_t n = 1; n < 3000; ++n) {
      EXPECT_GE(t5_bucket(-n, rule), t5_bucket(-n + 1, rule));
      EXPECT_GE(t5_bucket(n, rule), n == 1 ? 0U : t5_bucket(n - 1, rule));
      EXPECT_LT(std::max(t5_bucket(n, rule), t5_bucket(-n, rule)), rule.count);
    }
  }
}

TEST(T5Relative, TheBiasIsTheWeightOfTheBucketOfTheDistance) {
  for (const auto& [tokens, heads] : {std::pair<std::size_t, std::size_t>{1, 2}, {2, 1}, {70, 3}}) {
    for (const double bidirectional : {0.0, 1.0}) {
      const std::array params = {12.0, 30.0, bidirectional};
      const T5Buckets rule{12, 30, bidirectional != 0.0};
      const Array weight = numbers_array({12, heads});
      const Array found = weighted_table("t5_relative", weight, tokens, heads, params);
      for (std::size_t h = 0; h < heads; ++h) {
        for (std::size_t i = 0; i < tokens; ++i) {
          for (std::size_t j = 0; j < tokens; ++j) {
            const std::size_t bucket = t5_bucket(static_cast<std::ptrdiff_t>(j) - static_cast<std::ptrdiff_t>(i), rule);
            EXPECT_EQ(sheets(found).head(h).row(i)[j], rows(weight).row(bucket)[h]);
          }
        }
      }
    }
  }
}

TEST(T5Relative, QueriesAndKeysMayDifferInNumber) {
  const T5Buckets rule{8, 20, true};
  const Array weight = numbers_array({8, 2}),
              square = weighted_table("t5_relative", weight, 9, 2, std::array{8.0, 20.0, 1.0});
  for (const auto& [queries, keys] : {std::pair<std::size_t, std::size_t>{1, 9}, {9, 1}, {4, 7}, {0, 3}, {3, 0}}) {
    std::vector<float> bias(2 * queries * keys);
    t5_bias(rows(weight), rule, {bias.data(), 2, queries, keys});
    for (std::size_t h = 0; h < 2; ++h) {
      for (std::size_t i = 0; i < queries; ++i) {
        for (std::size_t j = 0; j < keys; ++j) {
          EXPECT_EQ(bias[(h * queries + i) * keys + j], sheets(square).head(h).row(i)[j]);
        }
      }
    }
  }
}

}  // namespace
}  // namespace attn::test
