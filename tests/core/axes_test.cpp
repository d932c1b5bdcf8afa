#include <numeric>
#include <tuple>

#include "axes_support.hpp"

/// What holds however the three tables are combined.
namespace attn::test {
namespace {

class AxesTest : public testing::TestWithParam<std::tuple<Scoring, Normalisation>> {
 protected:
  static const Scoring& row() { return std::get<0>(GetParam()); }
  static OperatorOptions options() {
    OperatorOptions out;
    out.scoring = row().facts.name;
    out.normalisation = std::get<1>(GetParam()).facts.name;
    return out;
  }
};

INSTANTIATE_TEST_SUITE_P(All, AxesTest,
                         testing::Combine(testing::ValuesIn(scorings().begin(), scorings().end()),
                                          testing::ValuesIn(normalisations().begin(), normalisations().end())),
                         [](const auto& test) {
                           return std::string(std::get<0>(test.param).facts.name) + "_by_" +
                                  std::string(std::get<1>(test.param).facts.name);
                         });

/// Queries, keys, values and weights of a drawn shape, each length from 1 to 20.
struct Drawn {
  std::size_t heads, group, queries, keys, d_q, d_k, d_v;
  Array q, k, v;
  std::vector<Array> weights;

  Drawn(const Scoring& row, std::uint32_t seed) {
    std::mt19937 random(seed);
    const auto length = [&](std::size_t most) { return 1 + random() % most; };
    heads = length(3), group = length(2), queries = length(20), keys = length(20);
    d_q = length(20), d_k = maps_widths(row) ? length(20) : d_q, d_v = length(20);
    q = random_array({heads * group, queries, d_q}, seed);
    k = random_array({heads, keys, d_k}, seed + 1);
    v = random_array({heads, keys, d_v}, seed + 2);
    weights = random_weights(row, d_q, d_k, seed + 3);
  }
};

/// z = pattern times v, in double.
void expect_mix(const Drawn& drawn, const Attended& found) {
  for (std::size_t n = 0; n < found.output.data.size(); ++n) {
    const std::size_t row = n / drawn.d_v, head = row / drawn.queries / drawn.group;
    double sum = 0.0, size = 0.0;
    for (std::size_t j = 0; j < drawn.keys; ++j) {
      const double term = static_cast<double>(found.pattern.data[row * drawn.keys + j]) *
                          static_cast<double>(drawn.v.data[(head * drawn.keys + j) * drawn.d_v + n % drawn.d_v]);
      sum += term;
      size += std::abs(term);
    }
    ASSERT_NEAR(found.output.data[n], sum, tolerance(size, drawn.keys + 2) + std::numeric_limits<float>::min());
  }
}

void expect_hidden(const Drawn& drawn, const Structure& structure, const Attended& found) {
  const Sight seen = sight(structure);
  for (std::size_t n = 0; n < found.pattern.data.size(); ++n) {
    const std::size_t i = n / drawn.keys % drawn.queries, j = n % drawn.keys;
    const KeyRange range = seen.keys_of(i, drawn.keys);
    const bool visible = j >= range.begin && j < range.end && (seen.sees == nullptr || seen.sees(i, j, seen.params));
    ASSERT_TRUE(std::isfinite(found.pattern.data[n]));
    ASSERT_EQ(found.scores.data[n] == -kInfinity, !visible) << i << ", " << j;
    ASSERT_TRUE(visible || found.pattern.data[n] == 0.0F) << i << ", " << j;
  }
}

TEST_P(AxesTest, UnderEveryStructureWeightsAreFiniteHiddenOnesZeroAndMixTheValues) {
  std::uint32_t seed = 1;
  for (const Structure& structure : structures()) {
    for (int repeat = 0; repeat < 4; ++repeat, seed += 20) {
      SCOPED_TRACE(std::string(structure.facts.name) + ", seed " + std::to_string(seed));
      const Drawn drawn(row(), seed);
      const std::vector<DenseArray> views = dense(drawn.weights);
      OperatorOptions settings = options();
      settings.structure = structure.facts.name;
      settings.weights = views;
      const Attended found = attend(drawn.q, drawn.k, drawn.v, settings);
      expect_hidden(drawn, structure, found);
      expect_mix(drawn, found);
      Array alone;  // without its pattern: fused where that is possible
      attention_operator(drawn.q, drawn.k, drawn.v, settings, alone);
      const double score = magnitude_of(numbers(found.scores));
      EXPECT_TRUE(close(numbers(alone), numbers(found.output), tolerance(1.0 + score, drawn.d_q + drawn.keys + 16)));
    }
  }
}

TEST_P(AxesTest, NothingComesFromAKeyThatNobodySees) {
  for (const std::uint32_t seed : {1U, 40U, 80U}) {
    Drawn drawn(row(), seed);
    std::vector<std::uint8_t> allowed(drawn.keys, 1);
    std::vector<float> added(drawn.keys, 0.5F);
    for (std::size_t j = 0; j < drawn.keys; j += 2) allowed[j] = 0, added[j] = -kInfinity;
    const std::vector<std::size_t> shape = {drawn.keys};
    const std::vector<DenseArray> views = dense(drawn.weights);
    for (const MaskArray& mask : {MaskArray{shape, allowed, {}}, MaskArray{shape, {}, added}}) {
      OperatorOptions settings = options();
      settings.weights = views;
      settings.mask = mask;
      const Attended before = attend(drawn.q, drawn.k, drawn.v, settings);
      Array fused_before, fused_after;
      attention_operator(drawn.q, drawn.k, drawn.v, settings, fused_before);
      Drawn other = drawn;
      for (std::size_t n = 0; n < other.k.data.size(); ++n) {
        if (allowed[n / other.d_k % other.keys] == 0) other.k.data[n] = 30.0F - other.k.data[n];
      }
      for (std::size_t n = 0; n < other.v.data.size(); ++n) {
        if (allowed[n / other.d_v % other.keys] == 0) other.v.data[n] += 1000.0F;
      }
      const Attended after = attend(other.q, other.k, other.v, settings);
      attention_operator(other.q, other.k, other.v, settings, fused_after);
      EXPECT_TRUE(std::ranges::equal(numbers(before.pattern), numbers(after.pattern)));
      EXPECT_TRUE(std::ranges::equal(numbers(before.output), numbers(after.output)));
      EXPECT_TRUE(std::ranges::equal(numbers(fused_before), numbers(fused_after)));
    }
  }
}

std::vector<std::size_t> shuffled(std::size_t count, std::uint32_t seed) {
  std::vector<std::size_t> order(count);
  std::iota(order.begin(), order.end(), 0);
  std::shuffle(order.begin(), order.end(), std::mt19937(seed));
  return order;
}

/// Row i of each head becomes the former row order[i].
void reorder(Array& a, const std::vector<std::size_t>& order) {
  const Array before = a;
  const std::size_t rows = a.shape[1], width = a.shape[2];
  for (std::size_t n = 0; n < a.data.size(); ++n) {
    const std::size_t sheet = n / width / rows, i = n / width % rows;
    a.data[n] = before.data[(sheet * rows + order[i]) * width + n % width];
  }
}

/// Nothing here reads positions, but for the valid length: that one has to take in all keys.
TEST_P(AxesTest, PermutedQueriesAndKeysGivePermutedOutputs) {
  for (const std::uint32_t seed : {3U, 60U, 90U}) {
    Drawn drawn(row(), seed);
    const std::vector<DenseArray> views = dense(drawn.weights);
    const std::vector<double> everything = {65536.0};
    OperatorOptions settings = options();
    settings.weights = views;
    if (settings.normalisation == "masked_softmax") settings.normalisation_params = everything;
    Attended expected = attend(drawn.q, drawn.k, drawn.v, settings);
    const std::vector<std::size_t> of_queries = shuffled(drawn.queries, seed), of_keys = shuffled(drawn.keys, seed + 1);
    reorder(drawn.q, of_queries);
    reorder(drawn.k, of_keys);
    reorder(drawn.v, of_keys);
    const Attended found = attend(drawn.q, drawn.k, drawn.v, settings);
    reorder(expected.output, of_queries);
    reorder(expected.pattern, of_queries);
    const double score = magnitude_of(numbers(expected.scores));
    const double relative = tolerance(1.0 + score, drawn.d_q + drawn.keys + 16);
    EXPECT_TRUE(close(numbers(found.output), numbers(expected.output), relative));
    const double largest = magnitude_of(numbers(expected.pattern));
    for (std::size_t n = 0; n < found.pattern.data.size(); ++n) {
      const std::size_t before = n / drawn.keys * drawn.keys + of_keys[n % drawn.keys];
      EXPECT_NEAR(found.pattern.data[n], expected.pattern.data[before], relative * largest);
    }
  }
}

}  // namespace
}  // namespace attn::test
