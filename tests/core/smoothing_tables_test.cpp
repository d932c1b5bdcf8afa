#include <functional>

#include "arrays.hpp"
#include "golden.hpp"
#include "smoothing/operators.hpp"

/// Distances, principal components and votes: against scipy and numpy, by their laws, and what is refused.
namespace attn::test {
namespace {

Array distances(const Array& a, const Array& b, bool product, bool squared = false) {
  Array out;
  pairwise_distances_operator(a, b, product, squared, out);
  return out;
}

struct Components {
  Array directions, variances, mean;
};

Components components(const Array& x, std::size_t count) {
  Components out;
  principal_components_operator(x, count, out.directions, out.variances, out.mean);
  return out;
}

struct Vote {
  Array votes, accuracy;
};

Vote vote(const Array& scores, const std::vector<float>& labels, double temperature) {
  Array own = filled({labels.size()}, 0.0F);
  std::ranges::copy(labels, own.data.begin());
  Vote out;
  leave_one_out_vote_operator(scores, own, temperature, out.votes, out.accuracy);
  return out;
}

double product(const Array& x, std::size_t i, const Array& y, std::size_t j) {
  const std::size_t d = x.shape[1];
  double sum = 0.0;
  for (std::size_t c = 0; c < d; ++c) {
    sum += static_cast<double>(x.data[i * d + c]) * static_cast<double>(y.data[j * d + c]);
  }
  return sum;
}

void expect_refusal(const std::function<void()>& call, const std::string& begin) {
  const std::string found = code_of(call) + ": " + message_of(call);
  EXPECT_EQ(found.find(begin), 0U) << found;
}

/// A square errs by the roundings of its sums, of terms up to |a|^2 + |b|^2 for the product and d^2 for the loops; its
/// root by that over twice itself, and by no more than the error's root.
void expect_distances(const Array& a, const Array& b, const std::vector<double>& squares, bool by_product) {
  const Array found = distances(a, b, by_product), square = distances(a, b, by_product, true);
  for (std::size_t n = 0; n < squares.size(); ++n) {
    const std::size_t i = n / b.shape[0], j = n % b.shape[0];
    const double size = by_product ? 2.0 * (product(a, i, a, i) + product(b, j, b, j)) : squares[n];
    const double allowed = tolerance(size, a.shape[1] + 4), root = std::sqrt(squares[n]);
    EXPECT_NEAR(square.data[n], squares[n], allowed) << n;
    const double moved = root > 0.0 ? std::min(std::sqrt(allowed), allowed / root) : std::sqrt(allowed);
    EXPECT_NEAR(found.data[n], root, moved + tolerance(root, 1)) << n;
  }
}

TEST(PairwiseDistances, EqualScipy) {
  const Golden golden("smoothing.safetensors");
  for (const std::string name : {"distances_0.", "distances_1.", "distances_2."}) {
    const Array a = golden.array(name + "a"), b = golden.array(name + "b");
    const std::span<const float> squares = golden.values(name + "squares");
    for (const bool by_product : {false, true}) {
      EXPECT_EQ(distances(a, b, by_product).shape, golden.shape(name + "distances"));
      expect_distances(a, b, {squares.begin(), squares.end()}, by_product);
    }
    EXPECT_TRUE(
        close(numbers(distances(a, b, false)), golden.values(name + "distances"), tolerance(1.0, a.shape[1] + 4)));
  }
}

TEST(PairwiseDistances, AreSymmetricAndNeverNegative) {
  for (const std::size_t d : {1, 3, 17}) {
    const Array x = random_array({9, d}, 1, 1e3F);
    const Array loops = distances(x, x, false), by_product = distances(x, x, true);
    for (std::size_t n = 0; n < 81; ++n) {
      EXPECT_EQ(loops.data[n], loops.data[n % 9 * 9 + n / 9]);
      if (n % 10 == 0) {
        EXPECT_EQ(loops.data[n], 0.0F);
      }
      EXPECT_GE(by_product.data[n], 0.0F);  // NaN fails
    }
  }
}

TEST(PairwiseDistances, Refuse) {
  const Array a = filled({2, 3}, 1.0F), b = filled({4, 3}, 1.0F);
  expect_refusal([&] { distances(a, filled({4, 2}, 1.0F), false); },
                 "argument_shape: b: found (4, 2), expected (4, 3)");
  expect_refusal([&] { distances(filled({3}, 1.0F), b, true); }, "argument_shape: a: found (3), expected two axes");
  expect_refusal([&] { distances(a, filled({0, 3}, 1.0F), true); }, "argument_shape: b: found (0, 3)");
  expect_refusal([&] { distances(filled({2, 3}, kNaN), b, false); }, "argument_range: a: found NaN");
  expect_refusal([&] { distances(a, filled({4, 3}, -1e19F), true); }, "argument_range: b: found -1e19, expected a");
  expect_refusal([&] { distances(filled({20'000, 1}, 1.0F), filled({20'000, 1}, 1.0F), false); },
                 "memory_limit: distances: found 400000000 numbers");
  const float most = std::sqrt(std::numeric_limits<float>::max() / 12.0F) * 0.999F;
  for (const bool by_product : {false, true}) {
    for (const float x : distances(filled({2, 3}, most), filled({1, 3}, -most), by_product).data) {
      EXPECT_NEAR(x, 2.0 * std::sqrt(3.0) * static_cast<double>(most), tolerance(4.0 * static_cast<double>(most), 8));
    }
  }
}

TEST(PrincipalComponents, EqualNumpy) {
  const Golden golden("smoothing.safetensors");
  for (const std::string name : {"components_0.", "components_1.", "components_2.", "components_3."}) {
    const Components found = components(golden.array(name + "x"), golden.shape(name + "variances")[0]);
    EXPECT_EQ(found.directions.shape, golden.shape(name + "components"));
    EXPECT_TRUE(close(numbers(found.directions), golden.values(name + "components"), tolerance(1.0, 2))) << name;
    EXPECT_TRUE(close(numbers(found.variances), golden.values(name + "variances"), tolerance(1.0, 2))) << name;
    EXPECT_TRUE(close(numbers(found.mean), golden.values(name + "mean"), tolerance(1.0, 2))) << name;
  }
}

/// As many as there are columns: orthonormal, of the variance that their projections have, which sums to that of x.
TEST(PrincipalComponents, AreAnOrthonormalBasisInWhichNothingVariesTogether) {
  for (const auto& [n, d] : {std::pair<std::size_t, std::size_t>{30, 6}, {4, 9}, {2, 3}, {50, 1}}) {
    Array x = random_array({n, d}, 2, 3.0F);
    for (std::size_t i = 0; i < n; ++i) x.data[i * d + d / 2] = 7.5F;  // a constant column
    Components found = components(x, d);
    const std::size_t row[] = {1, d};
    found.mean.resize(row);
    double sum = 0.0, expected = 0.0;
    for (std::size_t c = 0; c < d; ++c) {
      sum += static_cast<double>(found.variances.data[c]);
      for (std::size_t e = 0; e < d; ++e) {
        EXPECT_NEAR(product(found.directions, c, found.directions, e), c == e, tolerance(1.0, d + 2));
        double covariance = 0.0;
        for (std::size_t i = 0; i < n; ++i) {
          const double one = product(x, i, found.directions, c) - product(found.mean, 0, found.directions, c);
          const double other = product(x, i, found.directions, e) - product(found.mean, 0, found.directions, e);
          covariance += one * other / static_cast<double>(n - 1);
        }
        const double variance = c == e ? static_cast<double>(found.variances.data[c]) : 0.0;
        EXPECT_NEAR(covariance, variance, tolerance(9.0 * static_cast<double>(d), 2 * d + 8)) << n << ", " << d;
      }
      for (std::size_t i = 0; i < n; ++i) {
        const double apart = static_cast<double>(x.data[i * d + c]) - static_cast<double>(found.mean.data[c]);
        expected += apart * apart / static_cast<double>(n - 1);
      }
      if (c > 0) {
        EXPECT_LE(found.variances.data[c], found.variances.data[c - 1]);
      }
    }
    EXPECT_NEAR(sum, expected, tolerance(9.0 * static_cast<double>(d), d + 8));
  }
}

TEST(PrincipalComponents, AreSignedByTheirLargestNumber) {
  const Components found = components(random_array({12, 5}, 3), 5);
  for (std::size_t c = 0; c < 5; ++c) {
    const std::span<const float> one = numbers(found.directions).subspan(c * 5, 5);
    EXPECT_GT(*std::ranges::max_element(one, {}, [](float x) { return std::abs(x); }), 0.0F);
  }
  Array tied = filled({3, 2}, 0.0F);  // along (1, -1)
  for (std::size_t n = 0; n < 6; ++n) tied.data[n] = static_cast<float>(n / 2) * (n % 2 == 0 ? -1.0F : 1.0F);
  const Components half = components(tied, 1);
  EXPECT_FLOAT_EQ(half.directions.data[0], std::sqrt(0.5F));
  EXPECT_FLOAT_EQ(half.directions.data[1], -std::sqrt(0.5F));
  EXPECT_FLOAT_EQ(half.variances.data[0], 2.0F);
}

TEST(PrincipalComponents, OfPointsThatAreOneHaveNoVarianceAndOfTheWidestTableStayOrthonormal) {
  const Components none = components(filled({5, 4}, 1e30F), 4);
  for (const float variance : none.variances.data) EXPECT_EQ(variance, 0.0F);
  for (std::size_t n = 0; n < 16; ++n) EXPECT_EQ(none.directions.data[n], n % 5 == 0 ? 1.0F : 0.0F);
  const Components wide = components(random_array({20, 256}, 4), 30);
  for (std::size_t c = 0; c < 30; ++c) {
    for (std::size_t e = 0; e <= c; ++e) {
      EXPECT_NEAR(product(wide.directions, c, wide.directions, e), c == e, tolerance(1.0, 256));
    }
    const double most = static_cast<double>(wide.variances.data[0]);
    if (c >= 19) {
      EXPECT_NEAR(wide.variances.data[c], 0.0, tolerance(most, 1));
    }
  }
}

TEST(PrincipalComponents, Refuse) {
  const Array x = filled({4, 3}, 1.0F);
  expect_refusal([&] { components(filled({1, 3}, 1.0F), 1); }, "argument_shape: x: found (1, 3)");
  expect_refusal([&] { components(filled({2, 257}, 1.0F), 1); }, "argument_shape: x: found (2, 257)");
  expect_refusal([&] { components(x, 0); }, "argument_range: count: found 0, expected a number from 1 to 3");
  expect_refusal([&] { components(x, 4); }, "argument_range: count: found 4, expected a number from 1 to 3");
  expect_refusal([&] { components(filled({4, 3}, kInfinity), 1); }, "argument_range: x: found infinity");
  expect_refusal([&] { components(filled({4}, 1.0F), 1); }, "argument_shape: x: found (4), expected two axes");
}

TEST(LeaveOneOutVote, EqualsNumpy) {
  const Golden golden("smoothing.safetensors");
  for (const std::string name : {"vote_0.", "vote_1.", "vote_2."}) {
    const std::span<const float> labels = golden.values(name + "labels");
    const Vote found = vote(golden.array(name + "scores"), {labels.begin(), labels.end()},
                            static_cast<double>(golden.number(name + "options")));
    EXPECT_EQ(found.votes.shape, golden.shape(name + "votes"));
    EXPECT_TRUE(close(numbers(found.votes), golden.values(name + "votes"), tolerance(1.0, 2))) << name;
    EXPECT_EQ(found.accuracy.data[0], golden.number(name + "accuracy")) << name;
  }
}

TEST(LeaveOneOutVote, AtTheEndsOfTheTemperature) {
  Array scores = filled({4, 4}, 0.0F);
  const float rows[] = {9, 1, 5, 5, 2, 9, 2, 2, -3e38F, 3e38F, 9, 0, 1, 2, 3, 9};  // the diagonal is not asked
  std::ranges::copy(rows, scores.data.begin());
  for (const double temperature : {0.0, -0.0, 1e-300}) {
    const Vote found = vote(scores, {0, 2, 2, 0}, temperature);
    const std::vector<float> votes = {0.5F, 0, 0.5F, 2.0F / 3.0F, 0, 1.0F / 3.0F, 0, 0, 1, 0, 0, 1};
    EXPECT_TRUE(close(numbers(found.votes), votes, tolerance(1.0, 2))) << temperature;
    EXPECT_EQ(found.accuracy.data[0], 0.5F);  // row 0 by its tie, whose lowest class is right, and row 2
  }
  const Vote even = vote(scores, {0, 2, 2, 0}, std::numeric_limits<double>::infinity());
  for (std::size_t n = 0; n < 12; ++n) {
    const float expected = n % 3 == 1 ? 0.0F : (n % 3 == 0) == (n / 3 % 3 == 0) ? 1.0F / 3.0F : 2.0F / 3.0F;
    EXPECT_FLOAT_EQ(even.votes.data[n], expected) << n;
  }
  EXPECT_EQ(even.accuracy.data[0], 0.0F);  // of four in two classes the others outvote each
}

TEST(LeaveOneOutVote, RowsSumToOneAndIgnoreTheDiagonal) {
  Array scores = random_array({20, 20}, 5, 4.0F);
  std::vector<float> labels;
  for (std::size_t n = 0; n < 20; ++n) labels.push_back(static_cast<float>(n * 7 % 5));
  const Vote found = vote(scores, labels, 0.7);
  for (std::size_t i = 0; i < 20; ++i) {
    double sum = 0.0;
    for (std::size_t c = 0; c < 5; ++c) sum += static_cast<double>(found.votes.data[i * 5 + c]);
    EXPECT_NEAR(sum, 1.0, tolerance(1.0, 5));
    scores.data[i * 21] = 100.0F;
  }
  EXPECT_TRUE(same(vote(scores, labels, 0.7).votes, found.votes));
}

TEST(LeaveOneOutVote, Refuses) {
  const Array scores = filled({3, 3}, 0.0F);
  expect_refusal([&] { vote(filled({3, 4}, 0.0F), {0, 0, 0}, 1.0); },
                 "argument_shape: scores: found (3, 4), expected (n, n)");
  expect_refusal([&] { vote(filled({1, 1}, 0.0F), {0}, 1.0); }, "argument_shape: scores: found (1, 1)");
  expect_refusal([&] { vote(scores, {0, 0}, 1.0); }, "argument_shape: labels: found (2), expected (3)");
  expect_refusal([&] { vote(scores, {0, 1.5F, 0}, 1.0); }, "argument_range: labels: found 1.5");
  expect_refusal([&] { vote(scores, {0, 2e7F, 0}, 1.0); }, "argument_range: labels: found 20000000");
  expect_refusal([&] { vote(scores, {0, 1, 0}, -1.0); },
                 "argument_range: temperature: found -1, expected a number from 0 to infinity");
  expect_refusal([&] { vote(filled({3, 3}, -kInfinity), {0, 1, 0}, 1.0); }, "argument_range: scores: found -infinity");
}

}  // namespace
}  // namespace attn::test
