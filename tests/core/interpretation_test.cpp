#include <functional>

#include "arrays.hpp"
#include "golden.hpp"
#include "interpretation/maximum_flow.hpp"
#include "interpretation/operators.hpp"
#include "kernels/softmax.hpp"

namespace attn::test {
namespace {

/// Random patterns whose rows sum to 1.
Array patterns(std::vector<std::size_t> shape, std::uint32_t seed) {
  Array out = random_array(shape, seed, 3.0F);
  const std::size_t keys = shape.back();
  for (std::size_t i = 0; i < out.data.size(); i += keys) softmax(out.data.data() + i, keys, out.data.data() + i);
  return out;
}

Array identity(std::size_t layers, std::size_t tokens) {
  Array out = filled({layers, 1, tokens, tokens}, 0.0F);
  for (std::size_t n = 0; n < layers * tokens; ++n) out.data[n * tokens + n % tokens] = 1.0F;
  return out;
}

Array rollout(const Array& of, float residual = 0.5F) {
  Array out;
  attention_rollout_operator(of, residual, out);
  return out;
}

Array flow(const Array& of, float residual = 0.5F, bool normalise = false) {
  Array out;
  attention_flow_operator(of, residual, normalise, out);
  return out;
}

using Measure = void (*)(const Array& pattern, Array& out);

Array measured(Measure measure, const Array& of) {
  Array out;
  measure(of, out);
  return out;
}

TEST(Interpretation, EqualsNumpyAndTheLinearProgramOfScipy) {
  const Golden golden("interpretation.safetensors");
  std::size_t flows = 0;
  for (const std::string& name : golden.cases()) {
    SCOPED_TRACE(name);
    const Array given = golden.array(name + ".patterns");
    const float residual = golden.number(name + ".residual");
    const std::size_t layers = given.shape[0], heads = given.shape[1], tokens = given.shape[2];
    const auto expect = [&](const Array& found, const char* of, std::size_t roundings) {
      EXPECT_EQ(found.shape, golden.shape(name + "." + of));
      EXPECT_TRUE(close(numbers(found), golden.values(name + "." + of), tolerance(1.0, roundings))) << of;
    };
    expect(measured(mean_over_heads_operator, given), "mean", heads + 1);
    expect(rollout(given, residual), "rollout", layers * (heads + tokens + 5));
    expect(measured(head_entropy_operator, given), "entropy", 8);
    expect(measured(head_distance_operator, given), "distance", 2);
    if (!golden.has(name + ".flow")) continue;
    ++flows;
    expect(flow(given, residual), "flow", tokens * (heads + 4));
  }
  EXPECT_EQ(flows, 7U);
}

TEST(MeanOverHeads, TakesOneLayerAndKeysOfAnotherNumberThanQueries) {
  const Array given = patterns({3, 4, 6}, 1);
  const Array mean = measured(mean_over_heads_operator, given);
  EXPECT_EQ(mean.shape, (std::vector<std::size_t>{4, 6}));
  for (std::size_t row = 0; row < 4; ++row) {
    double sum = 0.0;
    for (std::size_t j = 0; j < 6; ++j) sum += static_cast<double>(mean.data[row * 6 + j]);
    EXPECT_NEAR(sum, 1.0, tolerance(1.0, 12));
  }
}

TEST(Rollout, RowsSumToOneEvenWhereThePatternsDoNot) {
  for (const std::size_t tokens : {1, 2, 7, 20}) {
    Array given = patterns({6, 3, tokens, tokens}, 2);
    given.data[0] *= 0.25F;
    const Array found = rollout(given);
    for (std::size_t row = 0; row < 6 * tokens; ++row) {
      double sum = 0.0;
      for (std::size_t j = 0; j < tokens; ++j) sum += static_cast<double>(found.data[row * tokens + j]);
      EXPECT_NEAR(sum, 1.0, tolerance(1.0, 6 * (2 * tokens + 6)));
    }
  }
}

TEST(Rollout, OfOneLayerIsHalfItsMeanAndHalfTheTokenItself) {
  const Array given = patterns({1, 2, 5, 5}, 3);
  const Array mean = measured(mean_over_heads_operator, given), found = rollout(given);
  for (std::size_t n = 0; n < 25; ++n) {
    EXPECT_NEAR(found.data[n], 0.5F * mean.data[n] + (n % 6 == 0 ? 0.5F : 0.0F), tolerance(1.0, 8));
  }
}

TEST(Rollout, OfIdentitiesOrOfResidualsAloneIsTheIdentity) {
  const Array one = identity(3, 4);
  EXPECT_TRUE(close(numbers(rollout(one)), numbers(one), tolerance(1.0, 4)));
  EXPECT_TRUE(close(numbers(rollout(patterns({3, 2, 4, 4}, 4), 1.0F)), numbers(one), tolerance(1.0, 4)));
}

TEST(Rollout, NothingComesFromTheFutureOfCausalPatterns) {
  Array given = patterns({4, 2, 6, 6}, 5);
  for (std::size_t n = 0; n < given.data.size(); ++n) {
    if (n % 6 > n / 6 % 6) given.data[n] = 0.0F;
  }
  for (const Array& found : {part(rollout(given), 3), flow(given)}) {
    for (std::size_t n = 0; n < 36; ++n) EXPECT_EQ(found.data[n] == 0.0F, n % 6 > n / 6) << n;
  }
}

TEST(Flow, OfOneLayerIsItsCapacities) {
  const Array given = patterns({1, 2, 6, 6}, 6);
  EXPECT_TRUE(close(numbers(flow(given)), numbers(rollout(given)), tolerance(1.0, 20)));
}

TEST(Flow, OfIdentitiesIsTheIdentity) { EXPECT_TRUE(same(flow(identity(5, 4)), part(part(identity(1, 4), 0), 0))); }

TEST(Flow, OfTwoLayersIsTheSumOfTheNarrowerEdges) {
  const Array given = patterns({2, 1, 7, 7}, 7), found = flow(given, 0.0F);
  for (std::size_t i = 0; i < 7; ++i) {
    for (std::size_t j = 0; j < 7; ++j) {
      double sum = 0.0;
      for (std::size_t n = 0; n < 7; ++n) {
        sum += static_cast<double>(std::min(given.data[49 + i * 7 + n], given.data[n * 7 + j]));
      }
      EXPECT_NEAR(found.data[i * 7 + j], sum, tolerance(1.0, 4));
    }
  }
}

TEST(Flow, NormalisedRowsSumToOne) {
  const Array plain = flow(patterns({3, 2, 5, 5}, 8)), found = flow(patterns({3, 2, 5, 5}, 8), 0.5F, true);
  for (std::size_t i = 0; i < 5; ++i) {
    double sum = 0.0, whole = 0.0;
    for (std::size_t j = 0; j < 5; ++j) {
      sum += static_cast<double>(found.data[i * 5 + j]);
      whole += static_cast<double>(plain.data[i * 5 + j]);
    }
    EXPECT_NEAR(sum, 1.0, tolerance(1.0, 6));
    EXPECT_NEAR(found.data[i * 5] * whole, plain.data[i * 5], tolerance(1.0, 4));
  }
}

/// The first way found goes through node 0 throughout and shuts the second one out, unless it gives way.
TEST(MaximumFlow, TakesBackWhatStandsInTheWay) {
  const std::vector<double> capacities = {1, 0, 1, 0,   // both nodes lead to the sink
                                          1, 1, 1, 0,   // node 0 reaches both, node 1 only node 0
                                          1, 1, 0, 0};  // the source reaches both
  LayeredNetwork network(3, 2, capacities);
  EXPECT_DOUBLE_EQ(network.maximum_flow(0, 0), 2.0);
  EXPECT_DOUBLE_EQ(network.maximum_flow(1, 0), 0.0);
  EXPECT_DOUBLE_EQ(network.maximum_flow(0, 1), 0.0);
  EXPECT_DOUBLE_EQ(network.maximum_flow(0, 0), 2.0);  // nothing is left of the calls before
}

TEST(Measures, EntropyIsLogNOfEvenRowsAndNothingOfOneKey) {
  for (const std::size_t n : {1, 2, 10}) {
    const Array even = filled({2, 3, n}, 1.0F / static_cast<float>(n));
    const Array found = measured(head_entropy_operator, even);
    EXPECT_EQ(found.shape, (std::vector<std::size_t>{2}));
    for (const float h : found.data) EXPECT_NEAR(h, std::log(static_cast<double>(n)), tolerance(2.5, 6));
  }
  EXPECT_EQ(measured(head_entropy_operator, identity(2, 5)).data[1], 0.0F);
  EXPECT_EQ(measured(head_entropy_operator, filled({1, 4, 4}, 0.0F)).data[0], 0.0F);
}

TEST(Measures, DistanceCountsTokensWhateverTheDirection) {
  Array given = filled({3, 5, 5}, 0.0F);
  for (std::size_t i = 0; i < 5; ++i) {
    given.data[i * 5 + i] = 1.0F;                          // the token itself
    given.data[25 + i * 5 + (i == 0 ? 0 : i - 1)] = 1.0F;  // the one before
    given.data[50 + i * 5 + 4] = 1.0F;                     // the last
  }
  const Array found = measured(head_distance_operator, given);
  EXPECT_EQ(found.data[0], 0.0F);
  EXPECT_FLOAT_EQ(found.data[1], 0.8F);
  EXPECT_FLOAT_EQ(found.data[2], 2.0F);
  EXPECT_EQ(measured(head_distance_operator, filled({1, 4, 4}, 0.0F)).data[0], 0.0F);
}

std::string refusal(const std::function<void()>& call) { return code_of(call) + ": " + message_of(call); }

TEST(InterpretationRefusal, ShapesAndWeightsThatHaveNoMeaning) {
  const auto expect = [](const std::function<void()>& call, const std::string& begin) {
    EXPECT_EQ(refusal(call).find(begin), 0U) << refusal(call);
  };
  for (const Measure measure : {mean_over_heads_operator, head_entropy_operator, head_distance_operator}) {
    expect([&] { measured(measure, filled({4, 4}, 0.25F)); }, "argument_shape: pattern: found (4, 4)");
    expect([&] { measured(measure, filled({1, 0, 4}, 0.25F)); }, "argument_shape: pattern: found (1, 0, 4)");
    for (const float wrong : {-0.5F, kNaN, kInfinity}) {
      Array given = filled({1, 4, 4}, 0.25F);
      given.data[7] = wrong;
      expect([&] { measured(measure, given); }, "argument_range: pattern: found a weight of ");
    }
    Array own = filled({1, 4, 4}, 0.25F);
    expect([&] { measure(own, own); }, "argument_shape: out: ");
  }
  expect([&] { measured(head_distance_operator, filled({1, 4, 5}, 0.2F)); },
         "argument_shape: pattern: found (1, 4, 5)");
  for (const auto& call : {std::function<void(const Array&, float)>([](const Array& p, float r) { rollout(p, r); }),
                           std::function<void(const Array&, float)>([](const Array& p, float r) { flow(p, r); })}) {
    expect([&] { call(filled({2, 4, 4}, 0.25F), 0.5F); }, "argument_shape: patterns: found (2, 4, 4)");
    expect([&] { call(filled({2, 1, 4, 5}, 0.2F), 0.5F); }, "argument_shape: patterns: found (2, 1, 4, 5)");
    for (const float wrong : {-0.1F, 1.1F, kNaN}) {
      expect([&] { call(filled({2, 1, 4, 4}, 0.25F), wrong); }, "argument_range: residual: found ");
    }
  }
}

TEST(InterpretationRefusal, AFlowThatWouldTakeTooLong) {
  EXPECT_EQ(code_of([] { flow(filled({12, 1, 58, 58}, 1.0F / 58.0F)); }), "argument_range");
  const std::string found = message_of([] { flow(filled({12, 1, 58, 58}, 1.0F / 58.0F)); });
  EXPECT_EQ(found.find("patterns: found layers * tokens^4 of "), 0U) << found;
}

}  // namespace
}  // namespace attn::test
