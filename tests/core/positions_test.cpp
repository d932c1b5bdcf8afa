#include <array>

#include "kernels/rotation.hpp"
#include "position/encoding.hpp"
#include "position/learned.hpp"
#include "support.hpp"

namespace attn::test {
namespace {

constexpr std::array kBase = {10000.0};

Matrix table(std::string_view name, std::size_t tokens, std::size_t width, std::span<const double> params = kBase) {
  return encoding_table(encoding(name), tokens, width, params);
}

double angle(std::size_t t, std::size_t pair, std::size_t width, double base) {
  return static_cast<double>(t) / std::pow(base, 2.0 * static_cast<double>(pair) / static_cast<double>(width));
}

/// Angles are computed in double (the exponent's rounding grows with t), then rounded to float once.
double rounding(std::size_t t) { return tolerance(1.0, 1) + 1e-14 * static_cast<double>(t + 1); }

double dot(const Matrix& m, std::size_t i, std::size_t j) {
  double sum = 0.0;
  for (std::size_t c = 0; c < m.shape(1); ++c) sum += static_cast<double>(m(i, c)) * static_cast<double>(m(j, c));
  return sum;
}

TEST(Encodings, SayWhatTheyAre) {
  EXPECT_GE(encodings().size(), 3U);
  for (const Encoding& row : encodings()) {
    for (const std::string_view text : {row.facts.name, row.facts.label, row.facts.formula, row.facts.reference})
      EXPECT_FALSE(text.empty());
    EXPECT_EQ(encoding(row.facts.name).facts.name, row.facts.name);
    for (const Parameter& p : row.facts.params)
      EXPECT_TRUE(p.minimum <= p.standard && p.standard <= p.maximum) << p.name;
  }
}

TEST(Sinusoidal, EqualsTheDoubleLoop) {
  for (const double base : {10000.0, 1.0, 50.0}) {
    for (const std::size_t width : {2, 6, 64}) {
      const Matrix found = table("sinusoidal", 200, width, std::array{base});
      ASSERT_EQ(found.shape(0), 200U);
      ASSERT_EQ(found.shape(1), width);
      for (std::size_t t = 0; t < 200; ++t) {
        for (std::size_t i = 0; i < width / 2; ++i) {
          EXPECT_NEAR(found(t, 2 * i), std::sin(angle(t, i, width, base)), rounding(t));
          EXPECT_NEAR(found(t, 2 * i + 1), std::cos(angle(t, i, width, base)), rounding(t));
        }
      }
    }
  }
}

TEST(Sinusoidal, TheDotProductOfTwoRowsDependsOnTheirDistance) {
  constexpr std::size_t kTokens = 40, kWidth = 32;
  const Matrix found = table("sinusoidal", kTokens, kWidth);
  for (std::size_t distance = 0; distance < kTokens; ++distance) {
    for (std::size_t t = 0; t + distance < kTokens; ++t) {
      EXPECT_NEAR(dot(found, t, t + distance), dot(found, 0, distance), tolerance(1.0, 2 * kWidth));
    }
  }
  EXPECT_GT(dot(found, 0, 0), dot(found, 0, 1) + 0.1);
}

TEST(Rotary, TableHoldsCosinesThenSines) {
  const Matrix found = table("rotary", 100, 12);
  for (std::size_t t = 0; t < 100; ++t) {
    for (std::size_t i = 0; i < 6; ++i) {
      EXPECT_NEAR(found(t, i), std::cos(angle(t, i, 12, 10000.0)), rounding(t));
      EXPECT_NEAR(found(t, 6 + i), std::sin(angle(t, i, 12, 10000.0)), rounding(t));
    }
  }
}

/// The same vector x in every row, turned by its position.
Matrix turned(const std::vector<float>& x, std::size_t tokens) {
  const Matrix angles = table("rotary", tokens, x.size());
  Matrix rows = Matrix::from_shape({tokens, x.size()});
  for (std::size_t t = 0; t < tokens; ++t) std::copy(x.begin(), x.end(), view(rows).row(t));
  rotate_halves(view(angles), view(rows));
  return rows;
}

TEST(Rotary, AQueryTimesAKeyDependsOnTheirDistanceAlone) {
  constexpr std::size_t kTokens = 30, kWidth = 16;
  const Matrix q = turned(random_floats(kWidth, 1.0F, 61), kTokens),
               k = turned(random_floats(kWidth, 1.0F, 62), kTokens);
  const auto product = [&](std::size_t t, std::size_t s) {
    double sum = 0.0;
    for (std::size_t c = 0; c < kWidth; ++c) sum += static_cast<double>(q(t, c)) * static_cast<double>(k(s, c));
    return sum;
  };
  for (std::size_t t = 0; t < kTokens; ++t) {
    for (std::size_t s = 0; s < kTokens; ++s) {
      const double first = t >= s ? product(t - s, 0) : product(0, s - t);
      EXPECT_NEAR(product(t, s), first, tolerance(2.0, 4 * kWidth)) << t << ", " << s;
    }
  }
  EXPECT_GT(std::abs(product(1, 0) - product(0, 1)), 1e-3) << "the sign of the distance must count";
}

TEST(Rotary, KeepsLengths) {
  const Matrix rows = turned(random_floats(10, 1.0F, 63), 50);
  for (std::size_t t = 0; t < 50; ++t) EXPECT_NEAR(dot(rows, t, t), dot(rows, 0, 0), tolerance(10.0, 12));
}

TEST(Learned, CopiesTheRowsFromTheFirst) {
  const std::vector<float> weights = random_floats(7 * 3, 1.0F, 64);
  std::vector<float> out(2 * 3);
  learned_positions({weights.data(), 7, 3}, 4, {out.data(), 2, 3});
  EXPECT_TRUE(std::equal(out.begin(), out.end(), weights.begin() + 4 * 3));
}

TEST(EncodingRefusal, OfEachArgumentByName) {
  const auto code = [](std::string_view name, std::size_t tokens, std::size_t width, double base) {
    return code_of([&] { table(name, tokens, width, std::array{base}); });
  };
  EXPECT_EQ(code("sinusoidal", 4, 8, 10000.0), "none");
  EXPECT_EQ(code("sinusoidal", 0, 8, 10000.0), "none");
  EXPECT_EQ(code("spiral", 4, 8, 10000.0), "encoding_unknown");
  EXPECT_EQ(code("learned", 4, 8, 10000.0), "argument_range");
  EXPECT_EQ(code("sinusoidal", 4, 0, 10000.0), "argument_range");
  EXPECT_EQ(code("rotary", 4, 7, 10000.0), "argument_range");
  EXPECT_EQ(code("rotary", 4, 8, 0.5), "argument_range");
  EXPECT_EQ(code("rotary", 4, 8, 2e9), "argument_range");
  EXPECT_EQ(code("rotary", 4, 8, static_cast<double>(kNaN)), "argument_range");
  EXPECT_EQ(code("rotary", std::numeric_limits<std::size_t>::max(), 8, 10000.0), "argument_range");
  EXPECT_EQ(message_of([&] { table("rotary", 4, 8, std::array{0.5}); }),
            "rotary, base: found 0.5, expected a number from 1 to 1000000000");
}

}  // namespace
}  // namespace attn::test
