#include "attention/linear_attention.hpp"

#include "allocation.hpp"
#include "arrays.hpp"
#include "golden.hpp"
#include "kernels/activation.hpp"
#include "layers/linear_attention_operator.hpp"

namespace attn::test {
namespace {

struct Result {
  Array output, pattern;
};

Result attend(const Array& q, const Array& k, const Array& v, bool causal) {
  Result out;
  linear_attention_operator(q, k, v, causal, out.output, &out.pattern);
  return out;
}

/// The products of one row: features within two units in the last place, a sum over d and one over the keys, twice.
double rounding(std::size_t d, std::size_t keys) { return tolerance(1.0, 8 + 2 * (d + keys)); }

TEST(LinearAttention, EqualsPyTorchInDouble) {
  const Golden golden("linear_attention.safetensors");
  ASSERT_EQ(golden.cases().size(), 4U);
  for (const std::string& name : golden.cases()) {
    const auto array = [&](const char* of) { return golden.array(name + "." + of); };
    const Array q = array("q"), k = array("k"), v = array("v");
    const Result found = attend(q, k, v, golden.number(name + ".causal") != 0.0F);
    const double allowed = rounding(q.shape.back(), k.shape[k.shape.size() - 2]);
    EXPECT_EQ(found.output.shape, golden.shape(name + ".output"));
    EXPECT_EQ(found.pattern.shape, golden.shape(name + ".pattern"));
    EXPECT_TRUE(close(numbers(found.pattern), golden.values(name + ".pattern"), allowed)) << name;
    EXPECT_TRUE(close(numbers(found.output), golden.values(name + ".output"), allowed)) << name;
  }
}

struct Shape {
  std::size_t heads, queries, keys, d, d_v;
};
constexpr Shape kShapes[] = {{1, 1, 1, 1, 1},  {2, 1, 7, 3, 1},  {1, 6, 1, 5, 4},    {3, 9, 9, 8, 8},
                             {1, 5, 12, 4, 9}, {2, 12, 5, 6, 3}, {1, 33, 33, 17, 16}};

template <class Check>
void each_shape(Check check) {
  for (const Shape& s : kShapes) {
    for (const bool causal : {false, true}) {
      SCOPED_TRACE(std::to_string(s.queries) + " queries, " + std::to_string(s.keys) + " keys, " +
                   (causal ? "" : "not ") + "causal");
      check(s, random_array({s.heads, s.queries, s.d}, 1, 2.0F), random_array({s.heads, s.keys, s.d}, 2, 2.0F),
            random_array({s.heads, s.keys, s.d_v}, 3), causal);
    }
  }
}

TEST(LinearAttention, TheImpliedPatternTimesTheValuesIsTheOutputAndItsRowsSumToOne) {
  each_shape([](const Shape& s, const Array& q, const Array& k, const Array& v, bool causal) {
    const Result found = attend(q, k, v, causal);
    for (std::size_t row = 0; row < s.heads * s.queries; ++row) {
      const float* p = found.pattern.data.data() + row * s.keys;
      double sum = 0.0;
      for (std::size_t j = 0; j < s.keys; ++j) sum += static_cast<double>(p[j]);
      EXPECT_NEAR(sum, 1.0, rounding(s.d, s.keys));
      for (std::size_t c = 0; c < s.d_v; ++c) {
        double expected = 0.0;
        for (std::size_t j = 0; j < s.keys; ++j) {
          const float value = v.data[(row / s.queries * s.keys + j) * s.d_v + c];
          expected += static_cast<double>(p[j]) * static_cast<double>(value);
        }
        EXPECT_NEAR(found.output.data[row * s.d_v + c], expected, rounding(s.d, s.keys));
      }
    }
  });
}

TEST(LinearAttention, TheRecurrenceEqualsTheMaskedPattern) {
  each_shape([](const Shape& s, const Array& q, const Array& k, const Array& v, bool causal) {
    if (!causal) return;
    const Result all = attend(q, k, v, false), before = attend(q, k, v, true);
    for (std::size_t row = 0; row < s.heads * s.queries; ++row) {
      const std::size_t seen = std::min(row % s.queries + 1, s.keys);
      double sum = 0.0;
      for (std::size_t j = 0; j < seen; ++j) sum += static_cast<double>(all.pattern.data[row * s.keys + j]);
      for (std::size_t j = 0; j < s.keys; ++j) {
        const double expected = j < seen ? static_cast<double>(all.pattern.data[row * s.keys + j]) / sum : 0.0;
        EXPECT_NEAR(before.pattern.data[row * s.keys + j], expected, rounding(s.d, s.keys));
      }
    }
  });
}

TEST(LinearAttention, NothingComesFromTheFuture) {
  constexpr std::size_t kTokens = 13, kWidth = 5, kChanged = 7;
  const Array q = random_array({1, kTokens, kWidth}, 1);
  Array k = random_array({1, kTokens, kWidth}, 2), v = random_array({1, kTokens, kWidth}, 3);
  const Result before = attend(q, k, v, true);
  k.data[kChanged * kWidth] += 1.0F;
  v.data[kChanged * kWidth] -= 1.0F;
  const Result after = attend(q, k, v, true);
  EXPECT_TRUE(std::ranges::equal(numbers(before.output).first(kChanged * kWidth),
                                 numbers(after.output).first(kChanged * kWidth)));
  EXPECT_TRUE(std::ranges::equal(numbers(before.pattern).first(kChanged * kTokens),
                                 numbers(after.pattern).first(kChanged * kTokens)));
  EXPECT_NE(before.output.data[kChanged * kWidth], after.output.data[kChanged * kWidth]);
}

TEST(LinearAttention, ThePatternChangesNothingOfTheOutput) {
  const Array q = random_array({2, 2, 9, 4}, 1), k = random_array({2, 2, 9, 4}, 2), v = random_array({2, 2, 9, 6}, 3);
  Array output;
  linear_attention_operator(q, k, v, true, output, nullptr);
  EXPECT_TRUE(same(output, attend(q, k, v, true).output));
}

TEST(LinearAttention, FeaturesFarBelowZeroKeepTheirShares) {
  Array q = filled({1, 1, 2}, -30.0F);
  const Array k = random_array({1, 3, 2}, 2), v = random_array({1, 3, 2}, 3);
  const Result far = attend(q, k, v, false);
  std::ranges::fill(q.data, 0.0F);  // the same direction of features
  EXPECT_TRUE(close(numbers(far.pattern), numbers(attend(q, k, v, false).pattern), rounding(2, 3)));
}

TEST(LinearAttention, AQueryWhoseFeaturesAreAllZeroGetsZeros) {
  const Result found = attend(filled({1, 2, 3}, -200.0F), filled({1, 4, 3}, 1.0F), filled({1, 4, 3}, 1.0F), false);
  EXPECT_EQ(magnitude_of(numbers(found.output)), magnitude_of({}));
  for (const float p : found.pattern.data) EXPECT_EQ(p, 0.0F);
  for (const float z : found.output.data) EXPECT_EQ(z, 0.0F);
}

TEST(LinearAttention, WithoutAPatternMemoryGrowsWithTheTokens) {
  constexpr std::size_t kTokens = 8192;
  const Array q = random_array({1, kTokens, 4}, 1), k = random_array({1, kTokens, 4}, 2);
  const Allocations before;
  Array output;
  linear_attention_operator(q, k, k, true, output, nullptr);
  EXPECT_LT(before.bytes_since(), 16 * kTokens * sizeof(float));
}

TEST(LinearAttentionRefusal, ShapesThatDoNotGoTogether) {
  const auto message = [](std::vector<std::size_t> q, std::vector<std::size_t> k, std::vector<std::size_t> v) {
    const auto call = [&] { attend(filled(q, 1), filled(k, 1), filled(v, 1), false); };
    return code_of(call) + ": " + message_of(call);
  };
  const auto expect = [](const std::string& found, const std::string& begin) {
    EXPECT_EQ(found.find(begin), 0U) << found;
  };
  expect(message({4, 4}, {1, 4, 4}, {1, 4, 4}), "argument_shape: q: found (4, 4)");
  expect(message({1, 4, 4}, {1, 0, 4}, {1, 4, 4}), "argument_shape: k: found (1, 0, 4)");
  expect(message({1, 4, 5}, {1, 4, 4}, {1, 4, 4}), "argument_shape: k: found (1, 4, 4)");
  expect(message({2, 4, 4}, {1, 4, 4}, {1, 4, 4}), "argument_shape: k: found (1, 4, 4)");
  expect(message({1, 4, 4}, {1, 4, 4}, {1, 5, 4}), "argument_shape: v: found (1, 5, 4)");
  expect(message({1, 1 << 15, 1}, {1, 1 << 14, 1}, {1, 1 << 14, 1}), "memory_limit: pattern");
  expect(message({1, 1, 1 << 14}, {1, 1, 1 << 14}, {1, 1, 1 << 15}), "memory_limit: q, v");
  Array q = filled({1, 2, 2}, 1.0F);
  EXPECT_EQ(code_of([&] { linear_attention_operator(q, q, q, false, q, nullptr); }), "argument_shape");
}

}  // namespace
}  // namespace attn::test
