#include "axes_support.hpp"
#include "golden.hpp"

/// Each row of the table of scorings, against its float64 twin and by the law that holds for it.
namespace attn::test {
namespace {

class ScoringTest : public testing::TestWithParam<Scoring> {};

INSTANTIATE_TEST_SUITE_P(All, ScoringTest, testing::ValuesIn(scorings().begin(), scorings().end()),
                         [](const auto& test) { return std::string(test.param.facts.name); });

Array stored(const Golden& golden, const std::string& name) { return array(golden.shape(name), golden.values(name)); }

/// A score errs by a few roundings for each of its terms, a weight by as much as its score does.
void expect_stations(const Scoring& row, const Golden& golden, const std::string& name) {
  const Array q = stored(golden, name + "q"), k = stored(golden, name + "k"), v = stored(golden, name + "v");
  std::vector<Array> weights;
  for (const ScoringWeight& weight : row.weights) weights.push_back(stored(golden, name + std::string(weight.name)));
  const std::vector<DenseArray> views = dense(weights);
  std::vector<double> params;
  if (golden.has(name + "params")) {
    for (const float p : golden.values(name + "params")) params.push_back(static_cast<double>(p));
  }
  OperatorOptions options;
  options.scoring = row.facts.name;
  options.scoring_params = params;
  options.weights = views;
  const Attended found = attend(q, k, v, options);
  const std::size_t roundings = 4 * (q.shape[2] + k.shape[1] + k.shape[2] + 8);
  const double largest = std::max(1.0, magnitude_of(golden.values(name + "scores")));
  EXPECT_EQ(found.scores.shape, golden.shape(name + "scores"));
  EXPECT_TRUE(close(numbers(found.scores), golden.values(name + "scores"), tolerance(1.0, roundings))) << name;
  EXPECT_EQ(found.pattern.shape, golden.shape(name + "pattern"));
  EXPECT_TRUE(close(numbers(found.pattern), golden.values(name + "pattern"), tolerance(largest, roundings))) << name;
  EXPECT_EQ(found.output.shape, golden.shape(name + "z"));
  EXPECT_TRUE(close(numbers(found.output), golden.values(name + "z"), tolerance(largest, roundings))) << name;
}

TEST_P(ScoringTest, EqualsItsTwinAtEachStation) {
  const Golden golden("axes.safetensors");
  const std::string row = "scoring." + std::string(GetParam().facts.name) + ".", last = "scores";
  std::size_t cases = 0;
  for (const TensorEntry& entry : golden.entries()) {
    if (!entry.name.starts_with(row) || !entry.name.ends_with("." + last)) continue;
    expect_stations(GetParam(), golden, entry.name.substr(0, entry.name.size() - last.size()));
    ++cases;
  }
  EXPECT_GE(cases, 4U) << "make_axes_golden.py has to know this row";
}

/// Arrays of one attention: 2 heads, 5 queries, 6 keys.
struct Drawn {
  Array q, k, v;
  explicit Drawn(std::size_t d_q = 4, std::size_t d_k = 4)
      : q(random_array({2, 5, d_q}, 1)), k(random_array({2, 6, d_k}, 2)), v(random_array({2, 6, 3}, 3)) {}

  Attended by(std::string_view name, const std::vector<Array>& weights = {}, std::vector<double> params = {},
              float scale = 0.0F) const {
    const std::vector<DenseArray> views = dense(weights);
    OperatorOptions options;
    options.scoring = name;
    options.scoring_params = params;
    options.weights = views;
    options.scale = scale;
    return attend(q, k, v, options);
  }
  const float* query(std::size_t h, std::size_t i) const { return q.data.data() + (h * 5 + i) * q.shape[2]; }
  const float* key(std::size_t h, std::size_t j) const { return k.data.data() + (h * 6 + j) * k.shape[2]; }
};

/// The scores by a plain loop: f(q row, k row) in double.
template <class Function>
std::vector<float> plain_scores(const Drawn& drawn, Function f) {
  std::vector<float> out;
  for (std::size_t h = 0; h < 2; ++h) {
    for (std::size_t i = 0; i < 5; ++i) {
      for (std::size_t j = 0; j < 6; ++j) out.push_back(static_cast<float>(f(drawn.query(h, i), drawn.key(h, j))));
    }
  }
  return out;
}

/// Number c of x W.
double mapped(const float* x, const Array& w, std::size_t c) {
  double sum = 0.0;
  for (std::size_t d = 0; d < w.shape[0]; ++d) {
    sum += static_cast<double>(x[d]) * static_cast<double>(w.data[d * w.shape[1] + c]);
  }
  return sum;
}

void multiply_rows(Array& a, std::span<const float> factors) {
  const std::size_t width = a.shape.back();
  for (std::size_t n = 0; n < a.data.size(); ++n) a.data[n] *= factors[n / width % factors.size()];
}

constexpr double kRounding = 64.0;  // roundings in a score of these sizes

void expect_same(const Attended& found, const Attended& expected) {
  EXPECT_TRUE(std::ranges::equal(numbers(found.scores), numbers(expected.scores)));
  EXPECT_TRUE(std::ranges::equal(numbers(found.pattern), numbers(expected.pattern)));
  EXPECT_TRUE(std::ranges::equal(numbers(found.output), numbers(expected.output)));
}

void expect_scores(const Attended& found, std::span<const float> expected) {
  EXPECT_TRUE(close(numbers(found.scores), expected, tolerance(1.0, kRounding)));
}

void expect_patterns(const Attended& found, const Attended& expected, double largest_score) {
  EXPECT_TRUE(close(numbers(found.pattern), numbers(expected.pattern), tolerance(largest_score, kRounding)));
}

/// Halving is exact, and sqrt(4) is 2.
void scaled_dot_product_is_half_the_product_at_width_4() {
  Drawn drawn;
  const Attended found = drawn.by("scaled_dot_product");
  multiply_rows(drawn.q, std::vector{0.5F});
  expect_same(found, drawn.by("dot_product"));
}

void dot_product_is_symmetric() {
  Drawn drawn;
  const std::vector<float> scores = plain_scores(drawn, [](const float* q, const float* k) {
    double sum = 0.0;
    for (std::size_t d = 0; d < 4; ++d) sum += static_cast<double>(q[d]) * static_cast<double>(k[d]);
    return sum;
  });
  expect_scores(drawn.by("dot_product"), scores);
  std::swap(drawn.q, drawn.k);
  drawn.v = random_array({2, 5, 3}, 4);
  const Attended turned = drawn.by("dot_product");
  for (std::size_t n = 0; n < scores.size(); ++n) {
    const std::size_t h = n / 30, i = n % 30 / 6, j = n % 6;
    EXPECT_NEAR(turned.scores.data[h * 30 + j * 5 + i], scores[n], tolerance(16.0, kRounding));
  }
}

void additive_is_a_layer_of_tanh() {
  const Drawn drawn(4, 7);
  const std::vector<Array> w = random_weights(scoring("additive"), 4, 7, 5);
  expect_scores(drawn.by("additive", w), plain_scores(drawn, [&](const float* q, const float* k) {
                  double sum = 0.0;
                  for (std::size_t c = 0; c < 3; ++c) {
                    sum += static_cast<double>(w[2].data[c]) * std::tanh(mapped(q, w[0], c) + mapped(k, w[1], c));
                  }
                  return sum;
                }));
}

void general_by_the_identity_is_the_dot_product() {
  const Drawn drawn;
  Array identity = array({4, 4}, std::vector<float>(16));
  for (std::size_t d = 0; d < 4; ++d) identity.data[d * 5] = 1.0F;
  expect_same(drawn.by("general", {identity}), drawn.by("dot_product"));
}

/// Up to lengths whose squares float cannot hold.
void cosine_does_not_see_lengths() {
  const Drawn drawn;
  const Attended expected = drawn.by("cosine");
  for (const float s : numbers(expected.scores)) EXPECT_LE(std::abs(s), 1.0 + tolerance(1.0, 8));
  for (const std::vector<float>& factors : {std::vector{3.0F, 0.125F, 77.0F}, {1e30F, 1e-30F}, {1e-30F}, {1e37F}}) {
    Drawn longer;
    multiply_rows(longer.q, factors);
    expect_scores(longer.by("cosine"), numbers(expected.scores));
    multiply_rows(longer.k, factors);
    expect_scores(longer.by("cosine"), numbers(expected.scores));
  }
  Drawn none;
  multiply_rows(none.q, std::vector{0.0F});
  for (const float s : none.by("cosine").scores.data) EXPECT_EQ(s, 0.0F);
}

/// |q|^2 is the same along a row, and |k|^2 by construction: what differs is q . k / h^2.
void gaussian_kernel_at_keys_of_one_norm_is_the_dot_product() {
  constexpr double kBandwidth = 0.8;
  Drawn drawn;
  for (std::size_t n = 0; n < 12; ++n) {
    float* key = drawn.k.data.data() + n * 4;
    const float length = std::sqrt(key[0] * key[0] + key[1] * key[1] + key[2] * key[2] + key[3] * key[3]);
    for (std::size_t d = 0; d < 4; ++d) key[d] *= 1.7F / length;
  }
  const Attended found = drawn.by("gaussian_kernel", {}, {kBandwidth});
  const float factor = static_cast<float>(1.0 / (kBandwidth * kBandwidth));
  expect_patterns(found, drawn.by("dot_product", {}, {}, factor), magnitude_of(numbers(found.scores)));
}

/// All of |k|^2 makes softmax that of the Gaussian kernel, nothing of it leaves the dot product, and at keys of length
/// 1 the share makes no difference.
void key_norms_lead_from_the_dot_product_to_the_gaussian_kernel() {
  constexpr double kWidth = 0.8;
  Drawn drawn;
  const float factor = static_cast<float>(1.0 / (kWidth * kWidth));
  const auto by = [&](double share) { return drawn.by("dot_product_key_norm", {}, {share, kWidth}); };
  const Attended kernel = drawn.by("gaussian_kernel", {}, {kWidth}), product = drawn.by("dot_product", {}, {}, factor);
  const double largest = magnitude_of(numbers(kernel.scores)) + magnitude_of(numbers(product.scores));
  expect_patterns(by(1.0), kernel, largest);
  expect_patterns(by(0.0), product, largest);
  EXPECT_FALSE(close(numbers(by(0.5).pattern), numbers(by(1.0).pattern), 0.01));
  for (std::size_t n = 0; n < 12; ++n) {
    float* key = drawn.k.data.data() + n * 4;
    const float length = std::sqrt(key[0] * key[0] + key[1] * key[1] + key[2] * key[2] + key[3] * key[3]);
    for (std::size_t d = 0; d < 4; ++d) key[d] /= length;
  }
  const Attended bare = by(0.0), expected = drawn.by("gaussian_kernel", {}, {kWidth});
  for (const double share : {0.25, 0.5, 1.0}) expect_patterns(by(share), bare, largest);
  expect_patterns(bare, expected, largest);
}

void gaussian_width_is_the_kernel_of_the_inverse_bandwidth() {
  const Drawn drawn;
  const Attended found = drawn.by("gaussian_width", {array({1}, std::vector{1.0F / 0.8F})});
  const Attended kernel = drawn.by("gaussian_kernel", {}, {0.8});
  expect_scores(found, numbers(kernel.scores));
  expect_patterns(found, kernel, magnitude_of(numbers(kernel.scores)));
  Drawn same;  // a width whose square is infinite
  std::fill(same.q.data.begin(), same.q.data.end(), 0.5F);
  std::fill(same.k.data.begin(), same.k.data.end(), 0.5F);
  for (const float s : same.by("gaussian_width", {array({1}, std::vector{1e20F})}).scores.data) EXPECT_EQ(s, 0.0F);
}

void non_local_gaussian_is_the_dot_product() {
  const Drawn drawn;
  expect_same(drawn.by("non_local_gaussian"), drawn.by("dot_product"));
}

/// The two operands of the product as they stand after the maps.
Drawn embedded(const Drawn& drawn, const std::vector<Array>& weights) {
  Drawn out(3, 3);
  out.v = drawn.v;
  for (std::size_t n = 0; n < out.q.data.size(); ++n) {
    out.q.data[n] = static_cast<float>(mapped(drawn.query(0, n / 3), weights[0], n % 3));
  }
  for (std::size_t n = 0; n < out.k.data.size(); ++n) {
    out.k.data[n] = static_cast<float>(mapped(drawn.key(0, n / 3), weights[1], n % 3));
  }
  return out;
}

void embedded_gaussian_is_the_dot_product_of_what_is_mapped() {
  const Drawn drawn(4, 7);
  const std::vector<Array> weights = random_weights(scoring("non_local_embedded_gaussian"), 4, 7, 6);
  const Attended found = drawn.by("non_local_embedded_gaussian", weights);
  const Attended expected = embedded(drawn, weights).by("dot_product");
  expect_scores(found, numbers(expected.scores));
  expect_patterns(found, expected, magnitude_of(numbers(expected.scores)));
}

void non_local_dot_product_divides_the_embedded_one_by_the_keys() {
  const Drawn drawn(4, 7);
  const std::vector<Array> weights = random_weights(scoring("non_local_dot_product"), 4, 7, 6);
  const Attended found = drawn.by("non_local_dot_product", weights);
  const Attended gaussian = drawn.by("non_local_embedded_gaussian", weights);
  EXPECT_TRUE(std::ranges::equal(numbers(found.scores), numbers(gaussian.scores)));
  for (std::size_t n = 0; n < found.pattern.data.size(); ++n) {
    EXPECT_EQ(found.pattern.data[n], gaussian.scores.data[n] / 6.0F);
  }
}

void concatenation_is_a_layer_of_relu_over_both() {
  const Drawn drawn(4, 7);
  const std::vector<Array> w = random_weights(scoring("non_local_concatenation"), 4, 7, 7);
  const std::vector<float> expected = plain_scores(drawn, [&](const float* q, const float* k) {
    double sum = 0.0;
    for (std::size_t c = 0; c < 3; ++c) {
      sum += static_cast<double>(w[2].data[c]) * mapped(q, w[0], c);
      sum += static_cast<double>(w[2].data[3 + c]) * mapped(k, w[1], c);
    }
    return std::max(sum, 0.0);
  });
  EXPECT_GT(std::ranges::count(expected, 0.0F), 0);
  expect_scores(drawn.by("non_local_concatenation", w), expected);
}

struct Law {
  std::string_view row;
  void (*check)();
};

constexpr Law kLaws[] = {
    {"scaled_dot_product", scaled_dot_product_is_half_the_product_at_width_4},
    {"dot_product", dot_product_is_symmetric},
    {"additive", additive_is_a_layer_of_tanh},
    {"general", general_by_the_identity_is_the_dot_product},
    {"cosine", cosine_does_not_see_lengths},
    {"gaussian_kernel", gaussian_kernel_at_keys_of_one_norm_is_the_dot_product},
    {"dot_product_key_norm", key_norms_lead_from_the_dot_product_to_the_gaussian_kernel},
    {"gaussian_width", gaussian_width_is_the_kernel_of_the_inverse_bandwidth},
    {"non_local_gaussian", non_local_gaussian_is_the_dot_product},
    {"non_local_embedded_gaussian", embedded_gaussian_is_the_dot_product_of_what_is_mapped},
    {"non_local_dot_product", non_local_dot_product_divides_the_embedded_one_by_the_keys},
    {"non_local_concatenation", concatenation_is_a_layer_of_relu_over_both},
};

TEST_P(ScoringTest, ObeysItsLaw) {
  const auto* law = std::ranges::find(kLaws, GetParam().facts.name, &Law::row);
  ASSERT_NE(law, std::end(kLaws)) << "this row has no law here";
  law->check();
}

TEST_P(ScoringTest, AGivenScaleTakesThePlaceOfItsOwn) {
  const Drawn drawn;
  const std::vector<Array> weights = random_weights(GetParam(), 4, 4, 8);
  const Attended once = drawn.by(GetParam().facts.name, weights, {}, 1.0F);
  const Attended twice = drawn.by(GetParam().facts.name, weights, {}, -2.0F);
  for (std::size_t n = 0; n < once.scores.data.size(); ++n) {
    EXPECT_EQ(twice.scores.data[n], -2.0F * once.scores.data[n]);
  }
}

TEST_P(ScoringTest, WhatIsNoNumberReachesEveryRowThatSeesIt) {
  const std::vector<Array> weights = random_weights(GetParam(), 4, 4, 8);
  Drawn query, key;
  query.q.data[4 * 3 + 1] = kNaN;
  key.k.data[6 * 4 + 2] = kNaN;
  const Attended by_query = query.by(GetParam().facts.name, weights), by_key = key.by(GetParam().facts.name, weights);
  for (std::size_t n = 0; n < by_query.pattern.data.size(); ++n) {
    ASSERT_EQ(std::isnan(by_query.pattern.data[n]), n / 6 == 3) << n;
    ASSERT_EQ(std::isnan(by_key.pattern.data[n]), n / 30 == 1) << n;
  }
  for (std::size_t n = 0; n < by_query.output.data.size(); ++n) {
    ASSERT_EQ(std::isnan(by_query.output.data[n]), n / 3 == 3) << n;
    ASSERT_EQ(std::isnan(by_key.output.data[n]), n / 15 == 1) << n;
  }
}

}  // namespace
}  // namespace attn::test
