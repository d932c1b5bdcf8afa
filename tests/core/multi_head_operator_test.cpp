#include "layers/multi_head_operator.hpp"

#include "arrays.hpp"
#include "attention/operator.hpp"
#include "golden.hpp"
#include "layers/operators.hpp"

namespace attn::test {
namespace {

struct Result {
  Array output, pattern;
};

/// Arguments of one call, each to be changed before it.
struct Call {
  Array q, k, v, w_q, w_k, w_v, w_o, b_q, b_k, b_v, b_o, bias_k, bias_v, mask, padding;
  MultiHeadOptions options;
  bool pattern = true;

  /// Random ones without biases: q (batch, queries, d), keys as wide.
  static Call random(std::size_t batch, std::size_t queries, std::size_t keys, std::size_t d, unsigned heads) {
    Call out;
    out.q = random_array({batch, queries, d}, 1);
    out.k = random_array({batch, keys, d}, 2);
    out.v = random_array({batch, keys, d}, 3);
    for (Array* weight : {&out.w_q, &out.w_k, &out.w_v, &out.w_o}) {
      *weight = random_array({d, d}, static_cast<std::uint32_t>(weight - &out.w_q) + 4);
    }
    out.options.n_heads = out.options.n_kv_heads = heads;
    return out;
  }
  MultiHeadWeights weights() {
    const auto given = [](const Array& a) { return a.shape.empty() ? nullptr : &a; };
    return {w_q, w_k, w_v, w_o, given(b_q), given(b_k), given(b_v), given(b_o), given(bias_k), given(bias_v)};
  }
  Result run() {
    Result out;
    if (!mask.shape.empty()) options.mask.cells = &mask;
    if (!padding.shape.empty()) options.mask.padding = &padding;
    multi_head_attention_operator(q, k, v, weights(), options, out.output, pattern ? &out.pattern : nullptr);
    return out;
  }
};

Call golden_call(const Golden& golden, const std::string& name) {
  Call out;
  const auto take = [&](const char* array, Array& into) {
    if (golden.has(name + "." + array)) into = golden.array(name + "." + array);
  };
  const std::pair<const char*, Array*> arrays[] = {
      {"q", &out.q},           {"k", &out.k},           {"v", &out.v},
      {"w_q", &out.w_q},       {"w_k", &out.w_k},       {"w_v", &out.w_v},
      {"w_o", &out.w_o},       {"b_q", &out.b_q},       {"b_k", &out.b_k},
      {"b_v", &out.b_v},       {"b_o", &out.b_o},       {"mask", &out.mask},
      {"bias_k", &out.bias_k}, {"bias_v", &out.bias_v}, {"key_padding_mask", &out.padding}};
  for (const auto& [array, into] : arrays) take(array, *into);
  const auto number = [&](const char* of) { return golden.number(name + "." + of); };
  out.options.n_heads = static_cast<unsigned>(number("n_heads"));
  out.options.n_kv_heads = static_cast<unsigned>(number("n_kv_heads"));
  out.options.causal = number("causal") != 0.0F;
  out.options.average = number("average") != 0.0F;
  out.options.zero_key = number("add_zero_attn") != 0.0F;
  out.options.mask.additive = golden.has(name + ".additive") && number("additive") != 0.0F;
  return out;
}

/// Three products and an attention deep, in sums of at most `width` terms.
double rounding(std::size_t width) { return tolerance(1.0, 4 * 4 * width); }

TEST(MultiHeadOperator, EqualsPyTorch) {
  const Golden golden("multi_head.safetensors");
  ASSERT_EQ(golden.cases().size(), 15U);
  for (const std::string& name : golden.cases()) {
    Call call = golden_call(golden, name);
    for (int time = 0; time < 2; ++time) {  // the second time with weights that are laid out already
      const Result found = call.run();
      EXPECT_EQ(found.output.shape, golden.shape(name + ".output")) << name;
      EXPECT_EQ(found.pattern.shape, golden.shape(name + ".pattern")) << name;
      EXPECT_TRUE(close(numbers(found.output), golden.values(name + ".output"), rounding(12))) << name;
      EXPECT_TRUE(close(numbers(found.pattern), golden.values(name + ".pattern"), rounding(12))) << name;
    }
    call.pattern = false;
    const Result bare = call.run();
    EXPECT_TRUE(bare.pattern.shape.empty());
    EXPECT_TRUE(close(numbers(bare.output), golden.values(name + ".output"), rounding(12))) << name;
  }
}

TEST(MultiHeadOperator, IsAttentionBetweenProjections) {
  struct Shape {
    std::size_t batch, queries, keys, d;
    unsigned heads;
  };
  for (const Shape& s : {Shape{1, 1, 1, 1, 1}, Shape{3, 1, 9, 6, 3}, Shape{1, 8, 1, 10, 2}, Shape{2, 13, 17, 24, 4}}) {
    Call call = Call::random(s.batch, s.queries, s.keys, s.d, s.heads);
    Array q, k, v, z, output, pattern;
    matmul_operator(call.q, call.w_q, q);
    matmul_operator(call.k, call.w_k, k);
    matmul_operator(call.v, call.w_v, v);
    OperatorOptions options;
    options.q_heads = options.kv_heads = s.heads;
    attention_operator(q, k, v, options, z, {&pattern});
    matmul_operator(z, call.w_o, output);
    const Result found = call.run();
    EXPECT_TRUE(close(numbers(found.pattern), numbers(pattern), rounding(s.d + s.keys)));
    EXPECT_TRUE(close(numbers(found.output), numbers(output), rounding(s.d + s.keys)));
  }
}

TEST(MultiHeadOperator, ASequenceKnowsNothingOfTheOthersOfItsBatch) {
  Call all = Call::random(3, 6, 7, 8, 2);
  all.mask = random_array({3 * 2, 6, 7}, 9);
  all.options.mask.additive = true;
  const Result found = all.run();
  for (std::size_t b = 0; b < 3; ++b) {
    Call one = all;
    one.q = part(all.q, b);
    one.k = part(all.k, b);
    one.v = part(all.v, b);
    one.mask = random_array({2, 6, 7}, 0);
    std::copy_n(all.mask.data.begin() + static_cast<std::ptrdiff_t>(b * 84), 84, one.mask.data.begin());
    const Result alone = one.run();
    EXPECT_EQ(alone.pattern.shape, (std::vector<std::size_t>{2, 6, 7}));
    EXPECT_TRUE(close(numbers(alone.output), numbers(part(found.output, b)), rounding(8)));
    EXPECT_TRUE(close(numbers(alone.pattern), numbers(part(found.pattern, b)), rounding(8)));
  }
}

TEST(MultiHeadOperator, PaddingEqualsKeysThatAreNotThere) {
  Call padded = Call::random(1, 6, 9, 8, 2), shorter = padded;
  padded.padding = filled({1, 9}, 1.0F);
  std::fill_n(padded.padding.data.begin() + 5, 4, 0.0F);
  for (Array* keys : {&shorter.k, &shorter.v}) {
    const Array whole = *keys;
    *keys = filled({1, 5, 8}, 0.0F);
    std::copy_n(whole.data.begin(), 40, keys->data.begin());
  }
  EXPECT_TRUE(close(numbers(padded.run().output), numbers(shorter.run().output), rounding(9)));
}

TEST(MultiHeadOperator, CausalEqualsATriangularMaskOfCellsOrOfNumbers) {
  Call causal = Call::random(2, 7, 7, 8, 4), cells = causal, added = causal;
  causal.options.causal = true;
  cells.mask = filled({7, 7}, 0.0F);
  added.mask = filled({7, 7}, -kInfinity);
  for (std::size_t i = 0; i < 7; ++i) {
    std::fill_n(cells.mask.data.begin() + static_cast<std::ptrdiff_t>(7 * i), i + 1, 1.0F);
    std::fill_n(added.mask.data.begin() + static_cast<std::ptrdiff_t>(7 * i), i + 1, 0.0F);
  }
  added.options.mask.additive = true;
  const Result expected = causal.run();
  EXPECT_TRUE(same(cells.run().pattern, expected.pattern));
  EXPECT_TRUE(same(added.run().pattern, expected.pattern));
  EXPECT_EQ(expected.pattern.data[1], 0.0F);
}

TEST(MultiHeadOperator, AQueryThatSeesNothingGetsTheOutputsBias) {
  for (const bool pattern : {true, false}) {
    Call call = Call::random(2, 6, 5, 8, 2);
    call.pattern = pattern;
    call.b_o = random_array({8}, 20);
    call.padding = filled({2, 5}, 1.0F);
    std::fill_n(call.padding.data.begin(), 5, 0.0F);  // of the first sequence, nothing
    const Result found = call.run();
    for (std::size_t n = 0; n < 48; ++n) EXPECT_EQ(found.output.data[n], call.b_o.data[n % 8]);
    EXPECT_NE(found.output.data[48], call.b_o.data[0]);
    for (std::size_t n = 0; pattern && n < 60; ++n) EXPECT_EQ(found.pattern.data[n], 0.0F);
  }
}

TEST(MultiHeadOperator, TheAveragePatternIsTheMeanOverHeads) {
  Call call = Call::random(2, 5, 6, 12, 3);
  const Array heads = call.run().pattern;
  call.options.average = true;
  const Array mean = call.run().pattern;
  EXPECT_EQ(mean.shape, (std::vector<std::size_t>{2, 5, 6}));
  for (std::size_t n = 0; n < mean.data.size(); ++n) {
    const std::size_t first = n / 30 * 90 + n % 30;
    const double sum = static_cast<double>(heads.data[first]) + static_cast<double>(heads.data[first + 30]) +
                       static_cast<double>(heads.data[first + 60]);
    EXPECT_NEAR(mean.data[n], sum / 3.0, tolerance(1.0, 4));
  }
}

struct Refusal {
  const char* what;
  void (*change)(Call& call);
  const char* code;
  const char* message;
};

class MultiHeadRefusalTest : public testing::TestWithParam<Refusal> {};

constexpr const char* kShape = "argument_shape";

INSTANTIATE_TEST_SUITE_P(
    All, MultiHeadRefusalTest,
    testing::Values(
        Refusal{"rank", [](Call& c) { c.q = random_array({8}, 1); }, kShape, "q: found (8)"},
        Refusal{"no_keys", [](Call& c) { c.k = random_array({2, 0, 8}, 1); }, kShape, "k: found (2, 0, 8)"},
        Refusal{"batch", [](Call& c) { c.k = random_array({3, 5, 8}, 1); }, kShape, "k: found (3, 5, 8)"},
        Refusal{"values", [](Call& c) { c.v = random_array({2, 4, 8}, 1); }, kShape, "v: found (2, 4, 8)"},
        Refusal{"heads", [](Call& c) { c.options.n_heads = 3; }, "argument_range", "n_heads: found 3"},
        Refusal{"kv_heads", [](Call& c) { c.options.n_kv_heads = 3; }, "argument_range", "n_kv_heads: found 3"},
        Refusal{"w_q", [](Call& c) { c.w_q = random_array({8, 7}, 1); }, kShape, "w_q: found (8, 7), expected (8, 8)"},
        Refusal{"group", [](Call& c) { c.options.n_kv_heads = 1; }, kShape, "w_k: found (8, 8), expected (8, 2)"},
        Refusal{"one_bias", [](Call& c) { c.b_k = random_array({8}, 1); }, kShape, "b_q, b_k, b_v"},
        Refusal{"b_o", [](Call& c) { c.b_o = random_array({7}, 1); }, kShape, "b_o: found (7), expected (8)"},
        Refusal{"bias_k", [](Call& c) { c.bias_k = random_array({8}, 1); }, kShape, "bias_k, bias_v"},
        Refusal{"mask", [](Call& c) { c.mask = filled({5, 6}, 1); }, kShape, "mask: found (5, 6), expected (6, 5)"},
        Refusal{"mask_heads", [](Call& c) { c.mask = filled({4, 6, 5}, 1); }, kShape, "expected (8, 6, 5)"},
        Refusal{"mask_rank", [](Call& c) { c.mask = filled({5}, 1); }, kShape, "mask: found (5)"},
        Refusal{"padding", [](Call& c) { c.padding = filled({5}, 1); }, kShape, "key_padding_mask: found (5)"}),
    [](const auto& test) { return std::string(test.param.what); });

TEST_P(MultiHeadRefusalTest, WhatDoesNotFitIsRefusedByName) {
  Call call = Call::random(2, 6, 5, 8, 4);
  GetParam().change(call);
  EXPECT_EQ(code_of([&] { call.run(); }), GetParam().code);
  const std::string message = message_of([&] { call.run(); });
  EXPECT_NE(message.find(GetParam().message), std::string::npos) << message;
}

TEST(MultiHeadRefusal, AnOutputThatIsReadAgainAndAPatternBeyondMemory) {
  Call call = Call::random(1, 6, 5, 8, 4);
  for (Array* taken : {&call.q, &call.v, &call.w_o}) {
    const auto run = [&] {
      multi_head_attention_operator(call.q, call.k, call.v, call.weights(), call.options, *taken, nullptr);
    };
    EXPECT_EQ(code_of(run), kShape);
  }
  Call large = Call::random(1, 1 << 15, 1 << 14, 1, 1);
  EXPECT_EQ(code_of([&] { large.run(); }), "memory_limit");
  large.pattern = false;
  large.padding = filled({1, 1 << 14}, 1.0F);  // laid out, it has the pattern's size
  EXPECT_EQ(code_of([&] { large.run(); }), "memory_limit");
  Call wide = Call::random(1, 1, 1, 1 << 10, 1 << 10);  // one number a head, and one key head for all
  wide.pattern = false;
  wide.options.n_kv_heads = 1;
  wide.w_k = wide.w_v = filled({1, 1}, 1.0F);
  wide.k = wide.v = filled({1, 1 << 19, 1}, 1.0F);
  EXPECT_EQ(code_of([&] { wide.run(); }), "memory_limit");
}

}  // namespace
}  // namespace attn::test
