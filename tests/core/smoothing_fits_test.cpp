#include <functional>

#include "arrays.hpp"
#include "golden.hpp"
#include "smoothing/operators.hpp"

/// The two descents, of a kernel's width and of a projection: against torch's autograd, by their laws, and what is
/// refused.
namespace attn::test {
namespace {

struct WidthFit {
  Array widths, losses, gradients;
};

WidthFit fit(const Array& points, const Array& values, const WidthOptions& options) {
  WidthFit out;
  fit_kernel_width_operator(points, values, options, out.widths, out.losses, out.gradients);
  return out;
}

struct ProjectionFit {
  Array losses, projection;
};

ProjectionFit fit(const Array& x, const Array& labels, const Array& projection, const ProjectionOptions& options) {
  ProjectionFit out;
  fit_projection_operator(x, labels, projection, options, out.losses, out.projection);
  return out;
}

/// Whole labels 0, 1, ..., classes - 1, 0, ...
Array labels_in_turn(std::size_t n, std::size_t classes) {
  Array out = filled({n}, 0.0F);
  for (std::size_t i = 0; i < n; ++i) out.data[i] = static_cast<float>(i % classes);
  return out;
}

/// Computed in double: one rounding here, one in the file.
void expect_golden(const Golden& golden, const std::string& name, const Array& found) {
  EXPECT_EQ(found.shape, golden.shape(name));
  EXPECT_TRUE(close(numbers(found), golden.values(name), tolerance(1.0, 2))) << name;
}

void expect_refusal(const std::function<void()>& call, const std::string& begin) {
  const std::string found = code_of(call) + ": " + message_of(call);
  EXPECT_EQ(found.find(begin), 0U) << found;
}

TEST(FitKernelWidth, EqualsAutograd) {
  const Golden golden("smoothing.safetensors");
  bool crossed = false;
  for (const std::string name : {"width_0.", "width_1.", "width_2."}) {
    const std::span<const float> options = golden.values(name + "options");
    const WidthFit found = fit(golden.array(name + "points"), golden.array(name + "values"),
                               {options[0], options[1], static_cast<std::size_t>(options[2])});
    expect_golden(golden, name + "widths", found.widths);
    expect_golden(golden, name + "losses", found.losses);
    expect_golden(golden, name + "gradients", found.gradients);
    for (std::size_t t = 0; t + 1 < found.widths.data.size(); ++t) {
      crossed = crossed || found.widths.data[t] < options[1] * found.gradients.data[t];
    }
  }
  EXPECT_TRUE(crossed) << "no case has a step beyond 0";
}

/// The regression of bandwidth 1 / w, each point left out of its own.
TEST(FitKernelWidth, LosesWhatTheRegressionErrs) {
  const Array x = random_array({11, 2}, 1, 2.0F), v = random_array({11, 2}, 2);
  for (const double width : {0.0, 0.5, 3.0, 1e3}) {
    Array output, weights;
    kernel_regression_operator(x, x, v, {"gaussian", 1.0 / width, true}, output, weights);
    double sum = 0.0;
    for (std::size_t n = 0; n < 22; ++n) sum += std::pow(static_cast<double>(output.data[n] - v.data[n]), 2.0) / 11.0;
    EXPECT_NEAR(fit(x, v, {width, 0.0, 0}).losses.data[0], sum, tolerance(4.0 * 2.0, 4)) << width;
  }
}

TEST(FitKernelWidth, FallsWithSmallStepsAndStaysWhereNothingPulls) {
  const Array x = random_array({15, 1}, 3, 2.0F), v = random_array({15, 1}, 4);
  const WidthFit found = fit(x, v, {1.0, 0.01, 30});
  EXPECT_EQ(found.widths.shape, (std::vector<std::size_t>{31}));
  for (std::size_t t = 1; t <= 30; ++t) EXPECT_LE(found.losses.data[t], found.losses.data[t - 1]);
  EXPECT_LT(found.losses.data[30], found.losses.data[0]);
  const WidthFit still = fit(x, v, {1.5, 0.0, 3}), flat = fit(x, v, {0.0, 1.0, 3});
  for (const float width : still.widths.data) EXPECT_EQ(width, 1.5F);
  for (std::size_t t = 0; t <= 3; ++t) EXPECT_TRUE(flat.widths.data[t] == 0.0F && flat.gradients.data[t] == 0.0F);
  EXPECT_EQ(fit(random_array({2, 1}, 5), random_array({2, 1}, 6), {}).gradients.data[50], 0.0F);  // one other point
}

TEST(FitKernelWidth, NoStepLeavesTheNumbers) {
  const double rates[] = {10.0, 1e10, 1e200, std::numeric_limits<double>::max()};
  for (const float size : {1e-20F, 1.0F, 1e15F}) {
    for (const double rate : rates) {
      const WidthFit found = fit(random_array({6, 2}, 7, size), random_array({6, 1}, 8, size), {1.0, rate, 10});
      for (std::size_t t = 0; t <= 10; ++t) {
        EXPECT_TRUE(std::isfinite(found.widths.data[t]) && found.widths.data[t] >= 0.0F) << size << ", " << rate;
        EXPECT_FALSE(std::isnan(found.losses.data[t]) || std::isnan(found.gradients.data[t])) << size << ", " << rate;
      }
    }
  }
}

TEST(FitKernelWidth, Refuses) {
  const Array x = filled({4, 1}, 1.0F), v = filled({4, 2}, 1.0F);
  expect_refusal([&] { fit(x, filled({3, 2}, 1.0F), {}); }, "argument_shape: values: found (3, 2), expected 4 rows");
  expect_refusal([&] { fit(filled({4}, 1.0F), v, {}); }, "argument_shape: points: found (4), expected two axes");
  expect_refusal([&] { fit(filled({1, 1}, 1.0F), filled({1, 1}, 1.0F), {}); }, "argument_shape: points: found (1, 1)");
  expect_refusal([&] { fit(filled({4, 1}, kNaN), v, {}); },
                 "argument_range: points: found NaN, expected finite numbers");
  expect_refusal([&] { fit(x, v, {-1.0}); }, "argument_range: width: found -1, expected a number from 0 to 3.40282e38");
  expect_refusal([&] { fit(x, v, {1.0, -0.1}); }, "argument_range: rate: found -0.1");
  expect_refusal([&] { fit(x, v, {1.0, static_cast<double>(kInfinity)}); }, "argument_range: rate: found infinity");
  expect_refusal([&] { fit(x, v, {1.0, 1.0, 1'000'000'000}); },
                 "argument_range: points, steps: found 48000000048, expected at most 1073741824 multiplications");
}

TEST(FitProjection, EqualsAutograd) {
  const Golden golden("smoothing.safetensors");
  for (const std::string name : {"projection_0.", "projection_1.", "projection_2."}) {
    const std::span<const float> options = golden.values(name + "options");
    const ProjectionFit found =
        fit(golden.array(name + "x"), golden.array(name + "labels"), golden.array(name + "projection"),
            {options[0], static_cast<std::size_t>(options[1])});
    expect_golden(golden, name + "losses", found.losses);
    expect_golden(golden, name + "fitted", found.projection);
    EXPECT_LT(found.losses.data[static_cast<std::size_t>(options[1])], found.losses.data[0]) << name;
  }
}

TEST(FitProjection, LosesTheVotesForOtherLabelsWhateverTheBasis) {
  const Array x = random_array({12, 2}, 1), labels = labels_in_turn(12, 3), start = random_array({2, 2}, 2, 2.0F);
  const ProjectionFit found = fit(x, labels, start, {0.0, 2});
  EXPECT_TRUE(same(found.projection, start));
  Array turned = start;  // by a quarter turn in the space of z
  for (const std::size_t row : {0, 2}) turned.data[row] = -start.data[row + 1], turned.data[row + 1] = start.data[row];
  EXPECT_FLOAT_EQ(fit(x, labels, turned, {0.0, 0}).losses.data[0], found.losses.data[0]);
  Array scores = filled({12, 12}, 0.0F);
  for (std::size_t n = 0; n < 144; ++n) {
    for (std::size_t e = 0; e < 2; ++e) {
      const std::size_t i = n / 12, j = n % 12;
      const float apart =
          (x.data[2 * i] - x.data[2 * j]) * start.data[e] + (x.data[2 * i + 1] - x.data[2 * j + 1]) * start.data[2 + e];
      scores.data[n] -= apart * apart;
    }
  }
  Array votes, accuracy;
  leave_one_out_vote_operator(scores, labels, 1.0, votes, accuracy);
  double right = 0.0;
  for (std::size_t i = 0; i < 12; ++i) right += static_cast<double>(votes.data[i * 3 + i % 3]) / 12.0;
  EXPECT_NEAR(found.losses.data[0], 1.0 - right, tolerance(1.0 + magnitude_of(numbers(scores)), 12));
  for (const float loss : found.losses.data) EXPECT_EQ(loss, found.losses.data[0]);
}

TEST(FitProjection, NoStepLeavesTheNumbers) {
  for (const float size : {1e-20F, 1.0F, 1e15F, 3e38F}) {
    for (const double rate : {10.0, 1e30, std::numeric_limits<double>::max()}) {
      const Array x = random_array({6, 3}, 3, size), start = random_array({3, 2}, 4, size);
      const ProjectionFit found = fit(x, labels_in_turn(6, 2), start, {rate, 6});
      for (const float loss : found.losses.data) EXPECT_TRUE(loss >= 0.0F && loss <= 1.0F) << size << ", " << rate;
      for (const float number : found.projection.data) EXPECT_TRUE(std::isfinite(number)) << size << ", " << rate;
    }
  }
}

TEST(FitProjection, OfOneLabelLosesNothingAndOfAllDifferentOnesEverything) {
  const Array x = random_array({5, 2}, 5), start = random_array({2, 1}, 6);
  EXPECT_NEAR(fit(x, labels_in_turn(5, 1), start, {}).losses.data[100], 0.0, tolerance(1.0, 2));
  EXPECT_EQ(fit(x, labels_in_turn(5, 5), start, {}).losses.data[100], 1.0F);
}

TEST(FitProjection, Refuses) {
  const Array x = filled({4, 3}, 1.0F), labels = labels_in_turn(4, 2), start = filled({3, 2}, 1.0F);
  const auto with_label = [&](float label) {
    Array out = labels;
    out.data[1] = label;
    return out;
  };
  expect_refusal([&] { fit(x, labels, filled({2, 2}, 1.0F), {}); },
                 "argument_shape: projection: found (2, 2), expected 3 rows, as many as x has columns");
  expect_refusal([&] { fit(x, filled({3}, 0.0F), start, {}); }, "argument_shape: labels: found (3), expected (4)");
  for (const auto& [label, text] : {std::pair{0.5F, "0.5"}, {-1.0F, "-1"}, {kNaN, "NaN"}, {kInfinity, "infinity"}}) {
    expect_refusal([&] { fit(x, with_label(label), start, {}); },
                   std::string("argument_range: labels: found ") + text + ", expected whole numbers from 0");
  }
  expect_refusal([&] { fit(filled({1001, 3}, 1.0F), labels_in_turn(1001, 2), start, {}); },
                 "argument_range: rows of x: found 1001, expected a number from 2 to 1000");
  expect_refusal([&] { fit(x, labels, start, {static_cast<double>(kNaN)}); }, "argument_range: rate: found NaN");
  expect_refusal([&] { fit(x, labels, start, {0.1, 1'000'000'000}); }, "argument_range: x, projection, steps: found ");
}

}  // namespace
}  // namespace attn::test
