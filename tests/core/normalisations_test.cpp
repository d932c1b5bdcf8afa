#include <numeric>

#include "axes_support.hpp"
#include "golden.hpp"

/// Each row of the table of normalisations, against an independent reference and by the law that holds for it.
namespace attn::test {
namespace {

class NormalisationTest : public testing::TestWithParam<Normalisation> {};

INSTANTIATE_TEST_SUITE_P(All, NormalisationTest, testing::ValuesIn(normalisations().begin(), normalisations().end()),
                         [](const auto& test) { return std::string(test.param.facts.name); });

/// A row of weights may round once for each of its scores; a score that a cap bent, in proportion to the cap.
double row_tolerance(std::span<const double> params, std::size_t keys) {
  return tolerance(params.empty() ? 1.0 : std::max(1.0, params[0]), 2 * keys + 12);
}

TEST_P(NormalisationTest, EqualsItsReference) {
  const Golden golden("axes.safetensors");
  const std::string row = "normalisation." + std::string(GetParam().facts.name) + ".", last = "scores";
  std::size_t cases = 0;
  for (const TensorEntry& entry : golden.entries()) {
    if (!entry.name.starts_with(row) || !entry.name.ends_with("." + last)) continue;
    const std::string name = entry.name.substr(0, entry.name.size() - last.size());
    std::vector<double> params;
    if (golden.has(name + "params")) params.push_back(static_cast<double>(golden.number(name + "params")));
    const Array scores = array(golden.shape(name + "scores"), golden.values(name + "scores"));
    const Array found = weights_of(GetParam(), scores, params);
    const std::size_t keys = scores.shape[1];
    for (std::size_t i = 0; i < scores.shape[0]; ++i) {  // row by row: 1/N keeps the size of its scores
      EXPECT_TRUE(close(numbers(found).subspan(i * keys, keys), golden.values(name + "weights").subspan(i * keys, keys),
                        row_tolerance(params, keys)))
          << name << " row " << i;
    }
    ++cases;
  }
  EXPECT_GE(cases, 1U) << "make_axes_golden.py has to know this row";
}

constexpr std::size_t kRows = 7, kKeys = 11;

Array some_scores() { return random_array({kRows, kKeys}, 1); }

Array with(std::string_view name, const Array& scores, std::vector<double> params = {}) {
  return weights_of(normalisation(name), scores, params);
}

double row_sum(const Array& weights, std::size_t row) {
  const std::size_t keys = weights.shape[1];
  const auto first = weights.data.begin() + static_cast<std::ptrdiff_t>(row * keys);
  return std::accumulate(first, first + static_cast<std::ptrdiff_t>(keys), 0.0);
}

void expect_close(const Array& found, const Array& expected, double relative) {
  EXPECT_TRUE(close(numbers(found), numbers(expected), relative));
}

void towards_0_the_largest_scores_share() {
  Array scores = some_scores();
  for (std::size_t i = 0; i < kRows; ++i) {
    scores.data[i * kKeys + i] = 5.0F;  // one is the largest, of the first rows two
    if (i < 3) scores.data[i * kKeys + 9] = 5.0F;
  }
  for (const double temperature : {0.0, -0.0, 1e-300, 1e-3}) {
    const Array weights = with("softmax", scores, {temperature});
    for (std::size_t n = 0; n < weights.data.size(); ++n) {
      const float share = n / kKeys < 3 ? 0.5F : 1.0F;
      EXPECT_NEAR(weights.data[n], scores.data[n] == 5.0F ? share : 0.0F, tolerance(1.0, 4)) << temperature;
    }
  }
}

void temperature_divides_the_scores() {
  Array scores = some_scores();
  const Array weights = with("softmax", scores, {4.0});
  for (float& s : scores.data) s /= 4.0F;
  EXPECT_TRUE(std::ranges::equal(numbers(weights), numbers(with("softmax", scores))));
  towards_0_the_largest_scores_share();
}

void a_valid_length_is_softmax_over_the_first_keys() {
  for (std::size_t length = 0; length <= kKeys + 1; ++length) {
    Array scores = some_scores();
    const Array weights = with("masked_softmax", scores, {static_cast<double>(length)});
    for (std::size_t n = 0; n < scores.data.size(); ++n) {
      if (n % kKeys >= length) scores.data[n] = -kInfinity;
    }
    EXPECT_TRUE(std::ranges::equal(numbers(weights), numbers(with("softmax", scores)))) << length;
  }
}

/// c tanh(s / c) = s - s^3 / 3c^2 + ...
void a_wide_cap_is_softmax_and_a_narrow_one_is_even() {
  const Array scores = some_scores();
  expect_close(with("softcap", scores, {1000.0}), with("softmax", scores), 8.0 / 3e6 + tolerance(2.0, 24));
  for (const float weight : with("softcap", scores, {0.01}).data) EXPECT_NEAR(weight, 1.0 / 11.0, 0.02 / 11.0);
}

/// The nearest point p of the simplex: s_j - p_j is the same, t, where p_j > 0, and s_j <= t where p_j = 0.
void sparsemax_is_the_nearest_point_of_the_simplex() {
  const Array scores = some_scores(), weights = with("sparsemax", scores);
  std::size_t zeros = 0;
  for (std::size_t i = 0; i < kRows; ++i) {
    const float *s = scores.data.data() + i * kKeys, *p = weights.data.data() + i * kKeys;
    const std::size_t top = static_cast<std::size_t>(std::max_element(s, s + kKeys) - s);
    const double t = static_cast<double>(s[top]) - static_cast<double>(p[top]);
    for (std::size_t j = 0; j < kKeys; ++j) {
      EXPECT_GE(p[j], 0.0F);
      if (p[j] == 0.0F) {
        ++zeros;
        EXPECT_LE(s[j], t + tolerance(2.0, 2));
      } else {
        EXPECT_NEAR(static_cast<double>(s[j]) - static_cast<double>(p[j]), t, tolerance(2.0, 2));
      }
    }
  }
  EXPECT_GT(zeros, kRows);
}

double entropy(std::span<const float> weights) {
  double sum = 0.0;
  for (const float p : weights) sum -= p > 0.0F ? static_cast<double>(p) * std::log(static_cast<double>(p)) : 0.0;
  return sum;
}

/// sqrt(p_j) = s_j / 2 - t where p_j > 0; less even than softmax, more so than sparsemax, whose keys it keeps.
void entmax_lies_between_softmax_and_sparsemax() {
  const Array scores = some_scores(), weights = with("entmax15", scores);
  const Array sparse = with("sparsemax", scores), soft = with("softmax", scores);
  std::size_t zeros = 0;
  for (std::size_t i = 0; i < kRows; ++i) {
    const float *s = scores.data.data() + i * kKeys, *p = weights.data.data() + i * kKeys;
    const std::size_t top = static_cast<std::size_t>(std::max_element(s, s + kKeys) - s);
    const auto threshold = [&](std::size_t j) {
      return static_cast<double>(s[j]) / 2.0 - std::sqrt(static_cast<double>(p[j]));
    };
    for (std::size_t j = 0; j < kKeys; ++j) {
      EXPECT_TRUE(p[j] > 0.0F || sparse.data[i * kKeys + j] == 0.0F);
      zeros += p[j] == 0.0F;
      if (p[j] == 0.0F) {
        EXPECT_LE(threshold(j), threshold(top) + tolerance(1.0, 4));
      } else {
        EXPECT_NEAR(threshold(j), threshold(top), tolerance(1.0, 4));
      }
    }
    const auto row = [i](const Array& a) { return numbers(a).subspan(i * kKeys, kKeys); };
    EXPECT_LT(entropy(row(sparse)), entropy(row(weights)));
    EXPECT_LT(entropy(row(weights)), entropy(row(soft)));
  }
  EXPECT_GT(zeros, 0U);
}

void plus_one_is_softmax_with_a_key_of_score_0() {
  for (const float shift : {0.0F, 30.0F, -30.0F, 1e4F, -1e4F}) {
    Array scores = some_scores(), longer = random_array({kRows, kKeys + 1}, 2);
    for (std::size_t i = 0; i < kRows; ++i) {
      for (std::size_t j = 0; j < kKeys; ++j) {
        scores.data[i * kKeys + j] += shift;
        longer.data[i * (kKeys + 1) + j] = scores.data[i * kKeys + j];
      }
      longer.data[i * (kKeys + 1) + kKeys] = 0.0F;
    }
    const Array weights = with("softmax_plus_one", scores), soft = with("softmax", longer);
    for (std::size_t n = 0; n < weights.data.size(); ++n) {
      const double expected = static_cast<double>(soft.data[n / kKeys * (kKeys + 1) + n % kKeys]);
      const double rounding = tolerance(expected, 2 * kKeys + 12) * std::max(1.0F, std::abs(shift));
      EXPECT_NEAR(weights.data[n], expected, rounding + std::numeric_limits<float>::min()) << shift;
    }
  }
}

void one_over_n_divides_by_the_keys_that_are_seen() {
  Array scores = random_array({2, 1}, 3);
  EXPECT_TRUE(std::ranges::equal(numbers(with("count", scores)), numbers(scores)));
  scores = random_array({1, 8}, 4);
  for (const std::size_t hidden : {1, 2, 3, 6}) scores.data[hidden] = -kInfinity;
  const Array weights = with("count", scores);
  for (std::size_t j = 0; j < 8; ++j) {
    EXPECT_EQ(weights.data[j], scores.data[j] == -kInfinity ? 0.0F : scores.data[j] / 4.0F);
  }
}

/// Twice all scores give the same weights; a row of the form (s, -s) cancels out, and so does one that does but for the
/// rounding of its scores.
void linear_weights_are_proportional_to_the_scores() {
  Array scores = array({3, 4}, std::vector{1.0F, 2.0F, -0.5F, 1.5F,     //
                                           3.0F, -3.0F, 1.25F, -1.25F,  //
                                           0.1F, 0.2F, -0.3F, -kInfinity});
  const std::vector<float> expected = {0.25F, 0.5F, -0.125F, 0.375F, 0, 0, 0, 0, 0, 0, 0, 0};
  EXPECT_TRUE(std::ranges::equal(numbers(with("linear", scores)), expected));
  for (float& s : scores.data) s *= 2.0F;
  EXPECT_TRUE(std::ranges::equal(numbers(with("linear", scores)), expected));
}

void squares_do_not_see_signs() {
  Array scores = some_scores();
  const Array weights = with("square", scores);
  for (std::size_t n = 0; n < scores.data.size(); n += 2) scores.data[n] = -scores.data[n];
  EXPECT_TRUE(std::ranges::equal(numbers(with("square", scores)), numbers(weights)));
  for (float& s : scores.data) s *= s;
  EXPECT_TRUE(close(numbers(with("linear", scores)), numbers(weights), tolerance(1.0, 4)));
  for (const float weight : with("square", array({1, 3}, std::vector{0.0F, -0.0F, 0.0F})).data) EXPECT_EQ(weight, 0.0F);
}

/// What is below 0 might as well be 0, and of positive scores it is the linear row.
void relu_drops_what_is_not_positive() {
  Array scores = some_scores();
  std::fill_n(scores.data.begin() + kKeys, kKeys, -0.5F);
  const Array weights = with("relu", scores);
  EXPECT_EQ(row_sum(weights, 1), 0.0);
  for (std::size_t n = 0; n < scores.data.size(); ++n) EXPECT_EQ(weights.data[n] > 0.0F, scores.data[n] > 0.0F) << n;
  for (float& s : scores.data) s = std::max(s, 0.0F);
  EXPECT_TRUE(std::ranges::equal(numbers(with("linear", scores)), numbers(weights)));
}

struct Law {
  std::string_view row;
  void (*check)();
  /// Least and most that a row of these scores may sum to; null where the row of the table says what it sums to.
  std::pair<double, double> (*sum)(std::span<const float> seen) = nullptr;
};

std::pair<double, double> mean(std::span<const float> seen) {
  const double sum = std::accumulate(seen.begin(), seen.end(), 0.0) / static_cast<double>(seen.size());
  return {sum, sum};
}

/// Of the positive scores all of the weight, of others none.
std::pair<double, double> one_if_positive(std::span<const float> seen) {
  const double sum = std::ranges::any_of(seen, [](float s) { return s > 0.0F; }) ? 1.0 : 0.0;
  return {sum, sum};
}

constexpr Law kLaws[] = {
    {"softmax", temperature_divides_the_scores},
    {"masked_softmax", a_valid_length_is_softmax_over_the_first_keys, [](auto) { return std::pair(0.0, 1.0); }},
    {"softcap", a_wide_cap_is_softmax_and_a_narrow_one_is_even},
    {"sparsemax", sparsemax_is_the_nearest_point_of_the_simplex},
    {"entmax15", entmax_lies_between_softmax_and_sparsemax},
    {"softmax_plus_one", plus_one_is_softmax_with_a_key_of_score_0, [](auto) { return std::pair(0.0, 1.0); }},
    {"count", one_over_n_divides_by_the_keys_that_are_seen, mean},
    {"linear", linear_weights_are_proportional_to_the_scores, [](auto) { return std::pair(1.0, 1.0); }},
    {"square", squares_do_not_see_signs, [](auto) { return std::pair(1.0, 1.0); }},
    {"relu", relu_drops_what_is_not_positive, one_if_positive},
};

TEST_P(NormalisationTest, ObeysItsLaw) {
  const auto* law = std::ranges::find(kLaws, GetParam().facts.name, &Law::row);
  ASSERT_NE(law, std::end(kLaws)) << "this row has no law here";
  law->check();
}

TEST_P(NormalisationTest, RowsSumToWhatTheTableSays) {
  const auto* law = std::ranges::find(kLaws, GetParam().facts.name, &Law::row);
  const bool depends = std::isnan(GetParam().sum);
  ASSERT_TRUE(law != std::end(kLaws) && (law->sum != nullptr) == depends) << "this row has no bound here";
  for (const std::size_t keys : {1, 2, 4, 5, 20, 67}) {
    Array scores = random_array({kRows, keys}, 5);
    for (std::size_t n = 1; n < scores.data.size(); n += 3) {
      if (n % keys != 0) scores.data[n] = -kInfinity;  // a key is left to see
    }
    const Array weights = weights_of(GetParam(), scores);
    for (std::size_t i = 0; i < kRows; ++i) {
      std::vector<float> seen;
      std::ranges::copy_if(numbers(scores).subspan(i * keys, keys), std::back_inserter(seen),
                           [](float s) { return s != -kInfinity; });
      const auto [least, most] = depends ? law->sum(seen) : std::pair(GetParam().sum, GetParam().sum);
      EXPECT_GE(row_sum(weights, i), least - tolerance(2.0, keys + 8));
      EXPECT_LE(row_sum(weights, i), most + tolerance(2.0, keys + 8));
    }
  }
}

TEST_P(NormalisationTest, HiddenKeysGetNothingAndAHiddenRowGetsZeros) {
  Array scores = some_scores();
  for (std::size_t n = 0; n < scores.data.size(); n += 2) scores.data[n] = -kInfinity;
  std::fill_n(scores.data.begin() + 2 * kKeys, kKeys, -kInfinity);
  const Array weights = weights_of(GetParam(), scores);
  for (std::size_t n = 0; n < scores.data.size(); ++n) {
    EXPECT_TRUE(std::isfinite(weights.data[n]));
    EXPECT_TRUE(weights.data[n] == 0.0F || scores.data[n] != -kInfinity);
  }
}

TEST_P(NormalisationTest, WhatIsNoNumberOrInfiniteMakesItsRowNaN) {
  for (const float bad : {kNaN, kInfinity}) {
    for (std::size_t place = 0; place < kKeys; ++place) {
      Array scores = some_scores();
      scores.data[3 * kKeys + (place + 1) % kKeys] = -kInfinity;
      scores.data[3 * kKeys + place] = bad;
      const Array weights = weights_of(GetParam(), scores);
      for (std::size_t n = 0; n < weights.data.size(); ++n) {
        EXPECT_EQ(std::isnan(weights.data[n]), n / kKeys == 3) << bad << " at " << place;
      }
    }
  }
}

TEST_P(NormalisationTest, HugeScoresGiveWeightsThatAreFinite) {
  for (const float size : {1e30F, std::numeric_limits<float>::max(), 1e-42F}) {
    Array scores = some_scores();
    for (float& s : scores.data) s *= size / 2.0F;
    const Array weights = weights_of(GetParam(), scores);
    for (const float weight : weights.data) EXPECT_TRUE(std::isfinite(weight)) << size;
  }
}

TEST_P(NormalisationTest, ManyEqualKeysShare) {
  constexpr std::size_t kMany = 5000;
  Array scores = array({1, kMany}, std::vector<float>(kMany, -7.25F));
  const Array weights =
      weights_of(GetParam(), scores,
                 GetParam().facts.name == "masked_softmax" ? std::vector<double>{static_cast<double>(kMany)}
                                                           : std::vector<double>{});
  for (const float weight : weights.data) EXPECT_EQ(weight, weights.data[0]);
  if (std::isnan(GetParam().sum)) return;
  EXPECT_NEAR(weights.data[0], 1.0 / kMany, tolerance(1.0 / kMany, kMany));
}

}  // namespace
}  // namespace attn::test
