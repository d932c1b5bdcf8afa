#include "position/encoding.hpp"

#include <array>

#include "golden.hpp"
#include "position/learned.hpp"
#include "positions_support.hpp"

namespace attn::test {
namespace {

double angle(std::size_t t, std::size_t pair, std::size_t width, double base) {
  return static_cast<double>(t) / std::pow(base, 2.0 * static_cast<double>(pair) / static_cast<double>(width));
}

/// Angles are computed in double (the exponent's rounding grows with t), then rounded to float once.
double rounding(std::size_t t) { return tolerance(1.0, 1) + 1e-14 * static_cast<double>(t + 1); }

TEST(Encodings, SayWhatTheyAre) {
  EXPECT_EQ(encodings().size(), 8U);
  for (const Encoding& row : encodings()) {
    EXPECT_EQ(encoding(row.facts.name).facts.name, row.facts.name);
    EXPECT_FALSE(row.table != nullptr && row.weighted != nullptr) << row.facts.name;
    EXPECT_EQ(row.kind == EncodingKind::none, row.table == nullptr && row.weighted == nullptr) << row.facts.name;
    EXPECT_EQ(row.kind == EncodingKind::none, row.facts.function.empty()) << row.facts.name;
    EXPECT_EQ(row.interleaved, row.facts.function == "rotate_pairs") << row.facts.name;
    for (const std::string_view axis : row.weight) EXPECT_EQ(row.weighted != nullptr, !axis.empty()) << row.facts.name;
  }
}

/// Whoever applies an encoding by its kind alone relies on these shapes.
TEST(Encodings, GiveTablesOfTheirKindsShape) {
  for (const Encoding& row : encodings()) {
    for (const std::size_t tokens : {0, 1, 5}) {
      if (row.kind == EncodingKind::none) continue;
      const bool biased = row.kind == EncodingKind::biased;
      const std::size_t width = biased ? 3 : 8;
      const Array weight = numbers_array(biased ? std::vector<std::size_t>{32, width} : std::vector<std::size_t>{6, 8});
      const DenseArray dense = weight;
      const Array found = encoding_table(row, tokens, width, {}, row.weighted != nullptr ? &dense : nullptr);
      using Shape = std::vector<std::size_t>;
      EXPECT_EQ(found.shape, biased ? (Shape{width, tokens, tokens}) : (Shape{tokens, width})) << row.facts.name;
    }
  }
}

TEST(Encodings, EqualTheGoldenTables) {
  const Golden golden("positions.safetensors");
  std::size_t seen = 0;
  for (const Encoding& row : encodings()) {
    for (std::size_t n = 0;; ++n) {
      const std::string name = std::string(row.facts.name) + "." + std::to_string(n);
      if (!golden.has(name + ".table")) break;
      ++seen;
      const std::span<const float> sizes = golden.values(name + ".numbers");
      const std::vector<double> params(sizes.begin() + 2, sizes.end());
      DenseArray weight;
      std::vector<std::size_t> shape;
      if (row.weighted != nullptr) {
        shape = golden.shape(name + ".weight");
        weight = {shape, golden.values(name + ".weight")};
      }
      const Array found = encoding_table(row, static_cast<std::size_t>(sizes[0]), static_cast<std::size_t>(sizes[1]),
                                         params, row.weighted != nullptr ? &weight : nullptr);
      EXPECT_EQ(found.shape, golden.shape(name + ".table")) << name;
      EXPECT_TRUE(close(numbers(found), golden.values(name + ".table"), tolerance(1.0, 1))) << name;
    }
  }
  EXPECT_EQ(seen, 22U);
}

TEST(Sinusoidal, EqualsTheDoubleLoop) {
  for (const double base : {10000.0, 1.0, 50.0}) {
    for (const std::size_t width : {2, 6, 64}) {
      const Array found = table("sinusoidal", 200, width, std::array{base});
      EXPECT_EQ(found.shape, (std::vector<std::size_t>{200, width}));
      for (std::size_t t = 0; t < 200; ++t) {
        for (std::size_t i = 0; i < width / 2; ++i) {
          EXPECT_NEAR(rows(found).row(t)[2 * i], std::sin(angle(t, i, width, base)), rounding(t));
          EXPECT_NEAR(rows(found).row(t)[2 * i + 1], std::cos(angle(t, i, width, base)), rounding(t));
        }
      }
    }
  }
}

TEST(Sinusoidal, TheDotProductOfTwoRowsDependsOnTheirDistance) {
  constexpr std::size_t kTokens = 40, kWidth = 32;
  const Array found = table("sinusoidal", kTokens, kWidth);
  const auto dot = [&](std::size_t t, std::size_t s) { return dot_product(rows(found), t, rows(found), s); };
  for (std::size_t distance = 0; distance < kTokens; ++distance) {
    for (std::size_t t = 0; t + distance < kTokens; ++t) {
      EXPECT_NEAR(dot(t, t + distance), dot(0, distance), tolerance(1.0, 2 * kWidth));
    }
  }
  EXPECT_GT(dot(0, 0), dot(0, 1) + 0.1);
}

/// Vaswani et al. 2017, section 3.5: P_{t+s} is a linear map of P_t, the rotation of each pair by s of its wavelengths.
TEST(Sinusoidal, AShiftIsTheSameRotationOfEveryRow) {
  constexpr std::size_t kTokens = 50, kWidth = 16;
  const Array found = table("sinusoidal", kTokens, kWidth);
  for (const std::size_t shift : {1, 7, 30}) {
    for (std::size_t i = 0; i < kWidth / 2; ++i) {
      const double cos = std::cos(angle(shift, i, kWidth, 10000.0)), sin = std::sin(angle(shift, i, kWidth, 10000.0));
      for (std::size_t t = 0; t + shift < kTokens; ++t) {
        const float *from = rows(found).row(t) + 2 * i, *to = rows(found).row(t + shift) + 2 * i;
        EXPECT_NEAR(to[0], from[0] * cos + from[1] * sin, tolerance(1.0, 4));
        EXPECT_NEAR(to[1], from[1] * cos - from[0] * sin, tolerance(1.0, 4));
      }
    }
  }
}

TEST(Sinusoidal2d, IsTheTablesOfRowAndColumnGlued) {
  for (const std::size_t columns : {1, 3, 14, 40}) {
    for (const std::size_t tokens : {1, 2, 29}) {
      const std::array params = {500.0, static_cast<double>(columns)};
      const Array found = table("sinusoidal_2d", tokens, 12, params),
                  line = table("sinusoidal", 40, 6, std::array{500.0});
      for (std::size_t t = 0; t < tokens; ++t) {
        const float* row = rows(found).row(t);
        EXPECT_TRUE(std::equal(row, row + 6, rows(line).row(t / columns))) << t << " of " << columns;
        EXPECT_TRUE(std::equal(row + 6, row + 12, rows(line).row(t % columns))) << t << " of " << columns;
      }
    }
  }
}

TEST(Learned, CopiesTheRowsFromTheFirst) {
  const std::vector<float> weights = random_floats(7 * 3, 1.0F, 64);
  std::vector<float> out(2 * 3);
  learned_positions({weights.data(), 7, 3}, 4, {out.data(), 2, 3});
  EXPECT_TRUE(std::equal(out.begin(), out.end(), weights.begin() + 4 * 3));
}

TEST(Learned, TakesTheFirstRowsOfItsWeight) {
  const Array weight = numbers_array({7, 3});
  for (const std::size_t tokens : {0, 1, 7}) {
    const Array found = weighted_table("learned", weight, tokens, 3);
    EXPECT_TRUE(std::equal(found.data.begin(), found.data.end(), weight.data.begin()));
  }
}

TEST(EncodingRefusal, OfEachArgumentByName) {
  const auto code = [](std::string_view name, std::size_t tokens, std::size_t width, std::vector<double> params = {}) {
    return code_of([&] { table(name, tokens, width, params); });
  };
  constexpr std::size_t kHuge = std::numeric_limits<std::size_t>::max();
  EXPECT_EQ(code("sinusoidal", 4, 8), "none");
  EXPECT_EQ(code("sinusoidal", 0, 8), "none");
  EXPECT_EQ(code("spiral", 4, 8), "encoding_unknown");
  EXPECT_EQ(code("none", 4, 8), "argument_range");
  EXPECT_EQ(code("learned", 4, 8), "argument_range");
  EXPECT_EQ(code("t5_relative", 4, 8), "argument_range");
  for (const char* name : {"sinusoidal", "sinusoidal_2d", "rotary", "rotary_interleaved", "alibi"}) {
    EXPECT_EQ(code(name, 4, 0), "argument_range") << name;
    EXPECT_EQ(code(name, kHuge, 8), "argument_range") << name;
    EXPECT_EQ(code(name, 4, kHuge - 3), "argument_range") << name;
  }
  for (const char* name : {"sinusoidal", "sinusoidal_2d", "rotary", "rotary_interleaved"}) {
    EXPECT_EQ(code(name, 4, 7), "argument_range") << name;
  }
  EXPECT_EQ(code("sinusoidal_2d", 4, 6), "argument_range");
  EXPECT_EQ(code("alibi", 1 << 10, 65), "argument_range");
  for (const double base : {0.5, 2e9, static_cast<double>(kNaN)}) {
    EXPECT_EQ(code("sinusoidal", 4, 8, {base}), "argument_range") << base;
    EXPECT_EQ(code("sinusoidal_2d", 4, 8, {base, 2.0}), "argument_range") << base;
    EXPECT_EQ(code("rotary", 4, 8, {base, 1.0}), "argument_range") << base;
  }
  for (const double columns : {0.0, -1.0, 2.5, 1e6}) {
    EXPECT_EQ(code("sinusoidal_2d", 4, 8, {1e4, columns}), "argument_range") << columns;
  }
  for (const double scaling : {0.0, 0.99, 1025.0, static_cast<double>(kNaN)}) {
    EXPECT_EQ(code("rotary_interleaved", 4, 8, {1e4, scaling}), "argument_range") << scaling;
  }
  EXPECT_EQ(message_of([] { table("rotary", 4, 8, std::array{0.5, 1.0}); }),
            "rotary, base: found 0.5, expected a number from 1 to 1000000000");
  EXPECT_EQ(message_of([] { table("sinusoidal_2d", 4, 6); }),
            "encoding \"sinusoidal_2d\": found width 6, expected a positive multiple of 4");
}

TEST(EncodingRefusal, OfAWeightThatDoesNotFit) {
  const auto code = [](std::string_view name, std::vector<std::size_t> shape, std::size_t width,
                       std::vector<double> params = {}) {
    return code_of([&] { weighted_table(name, numbers_array(shape), 5, width, params); });
  };
  EXPECT_EQ(code("sinusoidal", {5, 4}, 4), "argument_range");
  EXPECT_EQ(code("learned", {5, 4}, 4), "none");
  EXPECT_EQ(code("learned", {4, 4}, 4), "argument_shape");
  EXPECT_EQ(code("learned", {5, 4}, 3), "argument_shape");
  EXPECT_EQ(code("learned", {20}, 4), "argument_shape");
  EXPECT_EQ(code("t5_relative", {32, 2}, 2), "none");
  EXPECT_EQ(code("t5_relative", {31, 2}, 2), "argument_shape");
  EXPECT_EQ(code("t5_relative", {32, 2}, 3), "argument_shape");
  EXPECT_EQ(code("t5_relative", {32, 2, 1}, 2), "argument_shape");
  EXPECT_EQ(code("t5_relative", {32, 2}, 0), "argument_range");
  for (const std::vector<double>& params : {std::vector{3.0, 128.0, 1.0},
                                            {32.5, 128.0, 1.0},
                                            {32.0, 1e7, 1.0},
                                            {32.0, 128.0, 2.0},
                                            {32.0, 128.0, 0.5},
                                            {32.0, 8.0, 1.0},
                                            {32.0, 16.0, 0.0}}) {
    EXPECT_EQ(code("t5_relative", {32, 2}, 2, params), "argument_range") << params[0] << ", " << params[1];
  }
  EXPECT_EQ(message_of([] { weighted_table("t5_relative", numbers_array({32, 2}), 5, 2, std::array{32.0, 8.0, 1.0}); }),
            "t5_relative, max_distance: found 8, expected more than the 8 distances with a bucket of their own");
}

}  // namespace
}  // namespace attn::test
