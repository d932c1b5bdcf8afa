#include "arrays.hpp"
#include "attention/operator.hpp"
#include "golden.hpp"
#include "smoothing/operators.hpp"
#include "smoothing/smoothing_kernel.hpp"

namespace attn {

/// How GoogleTest names a row.
inline void PrintTo(const SmoothingKernel& row, std::ostream* out) { *out << row.facts.name; }

}  // namespace attn

/// Kernel regression: every row of the table of smoothing kernels against numpy, and at the ends of its range.
namespace attn::test {
namespace {

constexpr double kEndless = std::numeric_limits<double>::infinity();

Array table(std::vector<std::size_t> shape, std::vector<float> numbers) {
  Array out = filled(std::move(shape), 0.0F);
  EXPECT_EQ(out.data.size(), numbers.size());
  std::ranges::copy(numbers, out.data.begin());
  return out;
}

struct Smoothed {
  Array output, weights;
};

Smoothed smooth(const Array& queries, const Array& points, const Array& values, const RegressionOptions& options) {
  Smoothed out;
  kernel_regression_operator(queries, points, values, options, out.output, out.weights);
  return out;
}

class KernelRegressionTest : public testing::TestWithParam<SmoothingKernel> {
 protected:
  static std::string_view name() { return GetParam().facts.name; }
  /// What the row makes of queries on points whose values are 1, 2, 3, ...
  static Smoothed on_a_line(std::vector<float> queries, std::vector<float> points, double bandwidth,
                            bool leave_one_out = false) {
    std::vector<float> values(points.size());
    for (std::size_t n = 0; n < values.size(); ++n) values[n] = static_cast<float>(n + 1);
    const std::size_t n = points.size(), m = queries.size();
    return smooth(table({m, 1}, queries), table({n, 1}, points), table({n, 1}, values),
                  {name(), bandwidth, leave_one_out});
  }
};

INSTANTIATE_TEST_SUITE_P(All, KernelRegressionTest,
                         testing::ValuesIn(smoothing_kernels().begin(), smoothing_kernels().end()),
                         [](const auto& test) { return std::string(test.param.facts.name); });

/// Computed in double: one rounding here, one in the file.
TEST_P(KernelRegressionTest, EqualsNumpy) {
  const Golden golden("smoothing.safetensors");
  for (std::size_t n = 0; n < 4; ++n) {
    const std::string name = "regression_" + std::string(this->name()) + "_" + std::to_string(n) + ".";
    const std::span<const float> options = golden.values(name + "options");
    const Smoothed found = smooth(golden.array(name + "queries"), golden.array(name + "points"),
                                  golden.array(name + "values"), {this->name(), options[0], options[1] != 0.0F});
    EXPECT_EQ(found.weights.shape, golden.shape(name + "weights"));
    EXPECT_EQ(found.output.shape, golden.shape(name + "output"));
    EXPECT_TRUE(close(numbers(found.weights), golden.values(name + "weights"), tolerance(1.0, 2))) << name;
    EXPECT_TRUE(close(numbers(found.output), golden.values(name + "output"), tolerance(1.0, 2))) << name;
  }
}

TEST_P(KernelRegressionTest, AtAnInfiniteBandwidthAllPointsWeighAlike) {
  const Smoothed found = on_a_line({-1e30F, 0.0F, 3.5F}, {-3e38F, -1.0F, 0.0F, 3e38F}, kEndless);
  for (const float weight : found.weights.data) EXPECT_EQ(weight, 0.25F);
  for (const float mean : found.output.data) EXPECT_EQ(mean, 2.5F);
}

/// The Gaussian's nearest points share, however far away; of the others only points at distance 0 count.
TEST_P(KernelRegressionTest, AtBandwidthZeroIsTheLimit) {
  for (const double bandwidth : {0.0, -0.0, 1e-300, 1e-30}) {
    const Smoothed found = on_a_line({0.0F, 2.0F, 1e30F}, {-1.0F, 1.0F, 2.0F, 2.0F}, bandwidth);
    std::vector<float> weights = {0.5F, 0.5F, 0, 0, 0, 0, 0.5F, 0.5F, 0.25F, 0.25F, 0.25F, 0.25F};
    if (name() == "uniform") weights.assign(12, 0.25F);
    if (name() == "boxcar" || name() == "epanechnikov") weights = {0, 0, 0, 0, 0, 0, 0.5F, 0.5F, 0, 0, 0, 0};
    // Seen from 1e30 all points are as far away in float and in double.
    EXPECT_TRUE(std::ranges::equal(numbers(found.weights), weights)) << bandwidth;
    const float none = found.weights.data[0] == 0.0F ? 0.0F : found.weights.data[2] == 0.0F ? 1.5F : 2.5F;
    EXPECT_EQ(found.output.data[0], none);
    EXPECT_EQ(found.output.data[1], name() == "uniform" ? 2.5F : 3.5F);
  }
}

TEST_P(KernelRegressionTest, RowsSumToOneOrAttendToNothing) {
  const Array x = random_array({40, 2}, 1, 3.0F), q = random_array({30, 2}, 2, 4.0F), v = random_array({40, 3}, 3);
  for (const double bandwidth : {0.0, 1e-200, 1e-12, 1e-3, 0.1, 0.7, 3.0, 1e6, 1e200, kEndless}) {
    for (const bool leave_one_out : {false, true}) {
      const Smoothed found = smooth(leave_one_out ? x : q, x, v, {name(), bandwidth, leave_one_out});
      const std::size_t rows = found.weights.shape[0];
      for (std::size_t i = 0; i < rows; ++i) {
        double sum = 0.0;
        for (std::size_t j = 0; j < 40; ++j) sum += static_cast<double>(found.weights.data[i * 40 + j]);
        EXPECT_TRUE(sum == 0.0 || std::abs(sum - 1.0) <= tolerance(1.0, 40)) << bandwidth << ", row " << i;
        if (name() == "gaussian" || name() == "uniform") {
          EXPECT_GT(sum, 0.5);
        }
        if (leave_one_out) {
          EXPECT_EQ(found.weights.data[i * 40 + i], 0.0F);
        }
        for (std::size_t c = 0; c < 3; ++c) {
          const float mean = found.output.data[i * 3 + c];
          EXPECT_TRUE(sum == 0.0 ? mean == 0.0F : std::abs(mean) <= 1.0F);  // NaN fails both
        }
      }
    }
  }
}

TEST_P(KernelRegressionTest, LeavingOneOutIsRegressionOnTheOthers) {
  const Array x = random_array({7, 2}, 4), v = random_array({7, 2}, 5);
  const Smoothed found = smooth(x, x, v, {name(), 0.75, true});
  for (std::size_t i = 0; i < 7; ++i) {
    std::vector<float> others, values;
    for (std::size_t n = 0; n < 14; ++n) {
      if (n / 2 == i) continue;
      others.push_back(x.data[n]);
      values.push_back(v.data[n]);
    }
    const Array query = table({1, 2}, {x.data[2 * i], x.data[2 * i + 1]});
    const Smoothed expected = smooth(query, table({6, 2}, others), table({6, 2}, values), {name(), 0.75, false});
    for (std::size_t c = 0; c < 2; ++c) EXPECT_EQ(found.output.data[2 * i + c], expected.output.data[c]);
  }
  const Smoothed alone = on_a_line({1.0F}, {1.0F}, 1.0, true);
  EXPECT_EQ(alone.output.data[0], 0.0F);
  EXPECT_EQ(alone.weights.data[0], 0.0F);
}

TEST(SmoothingKernels, EndWhereTheirFormulasSay) {
  const Array edge = table({3, 1}, {0.0F, 1.0F, 1.5F}), query = table({1, 1}, {2.0F}), v = table({3, 1}, {1, 2, 4});
  const auto output = [&](const char* kernel, double bandwidth) {
    return smooth(query, edge, v, {kernel, bandwidth, false}).output.data[0];
  };
  EXPECT_EQ(output("boxcar", 1.0), 3.0F);        // a point at the edge counts
  EXPECT_EQ(output("epanechnikov", 1.0), 4.0F);  // and weighs nothing
  EXPECT_EQ(output("boxcar", 0.4375), 0.0F);
  EXPECT_EQ(output("epanechnikov", 0.5), 0.0F);
  EXPECT_EQ(output("epanechnikov", 2.0), (2.0F * 0.75F + 4.0F * 0.9375F) / 1.6875F);
}

TEST(SmoothingKernels, TheGaussianIsAttentionWithTheScoringOfThatName) {
  const Array q = random_array({1, 5, 3}, 6, 2.0F), x = random_array({1, 8, 3}, 7, 2.0F),
              v = random_array({1, 8, 2}, 8);
  const double bandwidth[] = {0.75};
  OperatorOptions options;
  options.scoring = "gaussian_kernel";
  options.scoring_params = bandwidth;
  Array output, pattern;
  attention_operator(q, x, v, options, output, {&pattern});
  const Smoothed found = smooth(part(q, 0), part(x, 0), part(v, 0), {"gaussian", 0.75, false});
  const double largest_score = 3.0 * 16.0 / (2.0 * 0.75 * 0.75);
  EXPECT_TRUE(close(numbers(pattern), numbers(found.weights), tolerance(largest_score, 3 + 8 + 8)));
  EXPECT_TRUE(close(numbers(output), numbers(found.output), tolerance(largest_score, 3 + 2 * 8 + 8)));
}

TEST(KernelRegressionRefusal, NamesTheArgumentWhatWasFoundAndWhatWasExpected) {
  const Array q = filled({3, 2}, 1.0F), x = filled({4, 2}, 1.0F), v = filled({4, 1}, 1.0F);
  const auto expect = [](const Array& queries, const Array& points, const Array& values,
                         const RegressionOptions& options, const std::string& begin) {
    const auto call = [&] { smooth(queries, points, values, options); };
    const std::string found = code_of(call) + ": " + message_of(call);
    EXPECT_EQ(found.find(begin), 0U) << found;
  };
  expect(filled({3}, 1.0F), x, v, {}, "argument_shape: queries: found (3), expected two axes");
  expect(q, filled({0, 2}, 1.0F), v, {}, "argument_shape: points: found (0, 2), expected two axes, none of length 0");
  expect(q, filled({4, 3}, 1.0F), v, {}, "argument_shape: points: found (4, 3), expected (4, 2)");
  expect(q, x, filled({3, 1}, 1.0F), {},
         "argument_shape: values: found (3, 1), expected 4 rows, as many as the points");
  expect(q, x, v, {"gaussian", 1.0, true}, "argument_shape: queries: found (3, 2), expected 4 rows");
  expect(q, x, v, {"tricube"}, "variant_unknown: kernel \"tricube\": expected one of uniform, boxcar");
  for (const auto& [bandwidth, text] : {std::pair{-1.0, "-1"}, {static_cast<double>(kNaN), "NaN"}}) {
    for (const SmoothingKernel& row : smoothing_kernels()) {
      expect(q, x, v, {row.facts.name, bandwidth},
             std::string("argument_range: bandwidth: found ") + text + ", expected a number from 0 to infinity");
    }
  }
  for (const float wrong : {kNaN, kInfinity, -kInfinity}) {
    Array bad = v;
    bad.data[2] = wrong;
    expect(q, x, bad, {}, "argument_range: values: found ");
    bad = x;
    bad.data[5] = wrong;
    expect(q, bad, v, {}, "argument_range: points: found ");
    expect(bad, x, v, {}, "argument_range: queries: found ");
  }
  expect(filled({20'000, 1}, 1.0F), filled({20'000, 1}, 1.0F), filled({20'000, 1}, 1.0F), {},
         "memory_limit: weights: found 400000000 numbers, expected at most ");
}

}  // namespace
}  // namespace attn::test
