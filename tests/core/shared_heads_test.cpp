#include "layers/shared_heads.hpp"

#include "arrays.hpp"
#include "golden.hpp"

namespace attn::test {
namespace {

struct Result {
  Array output, pattern;
};

/// Arguments of one call, each to be changed before it.
struct Call {
  Array q, k, v, w_q, w_k, w_v, w_o, b_o, mask;
  unsigned n_heads = 1;

  Result run() {
    Result out;
    shared_heads_attention_operator(q, k, v, {w_q, w_k, w_v, w_o, b_o}, n_heads, mask.shape.empty() ? nullptr : &mask,
                                    out.output, out.pattern);
    return out;
  }
};

Call golden_call(const Golden& golden, const std::string& name) {
  const auto array = [&](const char* of) { return golden.array(name + "." + of); };
  Call out = {array("q"),   array("k"),   array("v"),   array("w_q"), array("w_k"),
              array("w_v"), array("w_o"), array("b_o"), {},           static_cast<unsigned>(array("n_heads").data[0])};
  if (golden.has(name + ".mask")) out.mask = array("mask");
  return out;
}

TEST(SharedHeads, EqualsTheTutorialsModuleInPyTorch) {
  const Golden golden("shared_heads.safetensors");
  ASSERT_EQ(golden.cases().size(), 5U);
  for (const std::string& name : golden.cases()) {
    Call call = golden_call(golden, name);
    for (int time = 0; time < 2; ++time) {  // the second time with weights that are laid out already
      const Result found = call.run();
      EXPECT_EQ(found.output.shape, golden.shape(name + ".output"));
      EXPECT_EQ(found.pattern.shape, golden.shape(name + ".pattern"));
      EXPECT_TRUE(close(numbers(found.pattern), golden.values(name + ".pattern"), tolerance(1.0, 4 * 3 * 12))) << name;
      EXPECT_TRUE(close(numbers(found.output), golden.values(name + ".output"), tolerance(1.0, 4 * 4 * 12))) << name;
    }
  }
}

TEST(SharedHeads, AQueryThatSeesNothingAttendsEvenlyToEverything) {
  Call call = golden_call(Golden("shared_heads.safetensors"), "cross");
  call.mask = filled({4, 7}, 1.0F);
  std::fill_n(call.mask.data.begin() + 7, 7, 0.0F);
  const Array pattern = call.run().pattern;
  for (std::size_t row = 0; row < 2 * 2 * 4; ++row) {
    for (std::size_t j = 0; j < 7; ++j) {
      const float p = pattern.data[row * 7 + j];
      if (row % 4 == 1) {
        EXPECT_NEAR(p, 1.0 / 7.0, tolerance(1.0, 2));
      } else {
        EXPECT_NE(p, pattern.data[row * 7 + (j + 1) % 7]);
      }
    }
  }
}

TEST(SharedHeads, ASequenceAloneEqualsItselfInABatch) {
  Call all = golden_call(Golden("shared_heads.safetensors"), "cross"), one = all;
  one.q = part(all.q, 1);
  one.k = part(all.k, 1);
  one.v = part(all.v, 1);
  const Result whole = all.run(), alone = one.run();
  EXPECT_EQ(alone.pattern.shape, (std::vector<std::size_t>{2, 4, 7}));
  EXPECT_TRUE(close(numbers(alone.output), numbers(part(whole.output, 1)), tolerance(1.0, 4 * 12)));
  EXPECT_TRUE(close(numbers(alone.pattern), numbers(part(whole.pattern, 1)), tolerance(1.0, 4 * 12)));
}

TEST(SharedHeads, TakesOneTokenOfOneHeadOfOneNumber) {
  const Array one = filled({1, 1}, 2.0F);
  Call call = {one, one, one, one, one, one, one, filled({1}, 0.5F), {}, 1};
  const Result found = call.run();
  EXPECT_EQ(found.pattern.data[0], 1.0F);
  EXPECT_EQ(found.output.data[0], 2.0F * 2.0F * 2.0F + 0.5F);
}

struct Refusal {
  const char* what;
  void (*change)(Call& call);
  const char* message;
};

class SharedHeadsRefusalTest : public testing::TestWithParam<Refusal> {};

INSTANTIATE_TEST_SUITE_P(
    All, SharedHeadsRefusalTest,
    testing::Values(Refusal{"rank", [](Call& c) { c.q = filled({12}, 1); }, "argument_shape: q: found (12)"},
                    Refusal{"keys", [](Call& c) { c.k = filled({2, 7, 8}, 1); }, "argument_shape: k: found (2, 7, 8)"},
                    Refusal{"values", [](Call& c) { c.v = filled({2, 6, 12}, 1); },
                            "argument_shape: v: found (2, 6, 12)"},
                    Refusal{"heads", [](Call& c) { c.n_heads = 5; }, "argument_range: n_heads: found 5"},
                    Refusal{"no_heads", [](Call& c) { c.n_heads = 0; }, "argument_range: n_heads: found 0"},
                    Refusal{"map", [](Call& c) { c.w_k = filled({12, 12}, 1); },
                            "argument_shape: w_k: found (12, 12), expected (6, 6)"},
                    Refusal{"bias", [](Call& c) { c.b_o = filled({6}, 1); }, "argument_shape: b_o: found (6)"},
                    Refusal{"mask", [](Call& c) { c.mask = filled({7, 4}, 1); }, "argument_shape: mask: found (7, 4)"}),
    [](const auto& test) { return std::string(test.param.what); });

TEST_P(SharedHeadsRefusalTest, WhatDoesNotFitIsRefusedByName) {
  Call call = golden_call(Golden("shared_heads.safetensors"), "cross");
  GetParam().change(call);
  const std::string found = code_of([&] { call.run(); }) + ": " + message_of([&] { call.run(); });
  EXPECT_EQ(found.find(GetParam().message), 0U) << found;
}

TEST(SharedHeadsRefusal, AnOutputThatIsReadAgain) {
  Call call = golden_call(Golden("shared_heads.safetensors"), "self");
  Array pattern;
  for (Array* taken : {&call.k, &call.w_v}) {
    EXPECT_EQ(code_of([&] {
                shared_heads_attention_operator(call.q, call.k, call.v,
                                                {call.w_q, call.w_k, call.w_v, call.w_o, call.b_o}, 3, nullptr, *taken,
                                                pattern);
              }),
              "argument_shape");
  }
}

}  // namespace
}  // namespace attn::test
