#include "allocation.hpp"
#include "axes_support.hpp"

/// What the operator refuses of the rows that it is told to combine, and of the arrays that go with them.
namespace attn::test {
namespace {

/// A call that is in order: additive scores of queries of width 4 and keys of width 6.
struct Call {
  Array q = random_array({2, 5, 4}, 1), k = random_array({2, 7, 6}, 2), v = random_array({2, 7, 3}, 3);
  std::vector<Array> weights = random_weights(scoring("additive"), 4, 6, 4);
  std::vector<double> scoring_params, normalisation_params, structure_params;
  OperatorOptions options;
  Array output;

  Call() { options.scoring = "additive"; }
  void run() {
    const std::vector<DenseArray> views = dense(weights);
    options.weights = views;
    options.scoring_params = scoring_params;
    options.normalisation_params = normalisation_params;
    options.structure_params = structure_params;
    attention_operator(q, k, v, options, output);
  }
};

struct Refusal {
  const char* what;
  const char* code;
  std::vector<const char*> names;  // parts of the message
  void (*bend)(Call& call);
};

void PrintTo(const Refusal& refusal, std::ostream* out) { *out << refusal.what; }

/// Takes a row without weights, for queries and keys of one width.
void choose(Call& call, const char* name) {
  call.options.scoring = name;
  call.weights.clear();
  call.k = random_array({2, 7, 4}, 2);
}

const Refusal kRefusals[] = {
    {"no_weights", "argument_shape", {"weights: found (0)", "3 arrays for additive"}, [](Call& c) { c.weights = {}; }},
    {"a_weight_short", "argument_shape", {"weights: found (2)"}, [](Call& c) { c.weights.pop_back(); }},
    {"a_weight_more", "argument_shape", {"weights: found (4)"}, [](Call& c) { c.weights.push_back(c.weights[0]); }},
    {"weights_for_none",
     "argument_shape",
     {"weights: found (1)", "0 arrays for cosine"},
     [](Call& c) {
       choose(c, "cosine");
       c.weights = {random_array({4, 4}, 1)};
     }},
    {"not_d_q",
     "argument_shape",
     {"w_q: found (5, 3), expected (4, 3)"},
     [](Call& c) { c.weights[0] = random_array({5, 3}, 1); }},
    {"not_d_k",
     "argument_shape",
     {"w_k: found (4, 3), expected (6, 3)"},
     [](Call& c) { c.weights[1] = random_array({4, 3}, 1); }},
    {"another_hidden",
     "argument_shape",
     {"w_k: found (6, 2), expected (6, 3)"},
     [](Call& c) { c.weights[1] = random_array({6, 2}, 1); }},
    {"a_vector_of_another_length",
     "argument_shape",
     {"w_v: found (4), expected (3)"},
     [](Call& c) { c.weights[2] = random_array({4}, 1); }},
    {"a_vector_for_a_map",
     "argument_shape",
     {"w_q: found (12), expected two axes"},
     [](Call& c) { c.weights[0] = random_array({12}, 1); }},
    {"a_map_for_a_vector",
     "argument_shape",
     {"w_v: found (1, 3), expected one axis"},
     [](Call& c) { c.weights[2] = random_array({1, 3}, 1); }},
    {"an_empty_weight", "argument_shape", {"w_q: found (4, 0)"}, [](Call& c) { c.weights[0] = array({4, 0}, {}); }},
    {"data_that_does_not_fill_a_weight",
     "argument_shape",
     {"w_q: found (4, 3)", "6 elements"},
     [](Call& c) { c.weights[0].data.resize({std::size_t{6}}); }},
    {"w_f_of_one_half",
     "argument_shape",
     {"w_f: found (3), expected (6)"},
     [](Call& c) {
       c.options.scoring = "non_local_concatenation";
       c.weights = {random_array({4, 3}, 1), random_array({6, 3}, 2), random_array({3}, 3)};
     }},
    {"a_width_of_two_numbers",
     "argument_shape",
     {"w: found (2), expected (1)"},
     [](Call& c) {
       choose(c, "gaussian_width");
       c.weights = {random_array({2}, 1)};
     }},
    {"general_turned_around",
     "argument_shape",
     {"w_a: found (6, 4), expected (4, 6)"},
     [](Call& c) {
       c.options.scoring = "general";
       c.weights = {random_array({6, 4}, 1)};
     }},
    {"two_widths_for_one_product",
     "argument_shape",
     {"q, k: found (4, 6), expected equal widths for dot_product"},
     [](Call& c) {
       c.options.scoring = "dot_product";
       c.weights = {};
     }},
    {"an_unknown_scoring",
     "variant_unknown",
     {"scoring \"psychic\"", "scaled_dot_product", "cosine"},
     [](Call& c) { c.options.scoring = "psychic"; }},
    {"an_unknown_normalisation",
     "variant_unknown",
     {"normalisation \"psychic\"", "sparsemax"},
     [](Call& c) { c.options.normalisation = "psychic"; }},
    {"an_unknown_structure",
     "variant_unknown",
     {"structure \"psychic\"", "causal"},
     [](Call& c) { c.options.structure = "psychic"; }},
    {"a_bandwidth_of_0",
     "argument_range",
     {"gaussian_kernel, bandwidth: found 0"},
     [](Call& c) {
       choose(c, "gaussian_kernel");
       c.scoring_params = {0.0};
     }},
    {"a_negative_temperature",
     "argument_range",
     {"softmax, temperature: found -1"},
     [](Call& c) { c.normalisation_params = {-1.0}; }},
    {"a_temperature_that_is_no_number",
     "argument_range",
     {"softmax, temperature: found NaN"},
     [](Call& c) { c.normalisation_params = {std::nan("")}; }},
    {"half_a_key",
     "argument_range",
     {"masked_softmax, valid_length: found 2.5, expected a whole number"},
     [](Call& c) {
       c.options.normalisation = "masked_softmax";
       c.normalisation_params = {2.5};
     }},
    {"a_cap_of_0",
     "argument_range",
     {"softcap, cap: found 0"},
     [](Call& c) {
       c.options.normalisation = "softcap";
       c.normalisation_params = {0.0};
     }},
    {"a_window_of_0",
     "argument_range",
     {"sliding_window, window: found 0"},
     [](Call& c) {
       c.options.structure = "sliding_window";
       c.structure_params = {0.0};
     }},
    {"a_mode_that_is_none",
     "argument_range",
     {"qk_matmul_output_mode", "4"},
     [](Call& c) { c.options.matmul_mode = 4; }},
};

class AxesRefusalTest : public testing::TestWithParam<Refusal> {};

INSTANTIATE_TEST_SUITE_P(All, AxesRefusalTest, testing::ValuesIn(kRefusals),
                         [](const auto& test) { return std::string(test.param.what); });

TEST_P(AxesRefusalTest, IsRefusedByName) {
  Call call;
  EXPECT_EQ(code_of([&] { call.run(); }), "none");
  GetParam().bend(call);
  EXPECT_EQ(code_of([&] { call.run(); }), GetParam().code);
  const std::string message = message_of([&] { call.run(); });
  for (const char* part : GetParam().names) EXPECT_NE(message.find(part), std::string::npos) << message;
}

TEST(AxesRefusal, APastWithoutItsOtherHalfOrOfAnotherShape) {
  const auto message = [](std::vector<std::size_t> key, std::vector<std::size_t> value, bool both) {
    Call call;
    choose(call, "dot_product");
    const Array keys = random_array(key, 5), values = random_array(value, 6);
    const DenseArray past_key = keys, past_value = values;
    call.options.past_key = &past_key;
    if (both) call.options.past_value = &past_value;
    EXPECT_TRUE(code_of([&] { call.run(); }) == "argument_shape");
    return message_of([&] { call.run(); });
  };
  EXPECT_EQ(message({1, 2, 3, 4}, {1, 2, 3, 3}, false), "past_key, past_value: found (), expected both or neither");
  EXPECT_EQ(message({2, 3, 4}, {1, 2, 3, 3}, true), "past_key: found (2, 3, 4), expected (1, 2, 0, 4)");
  EXPECT_EQ(message({1, 2, 3, 5}, {1, 2, 3, 3}, true), "past_key: found (1, 2, 3, 5), expected (1, 2, 3, 4)");
  EXPECT_EQ(message({1, 1, 3, 4}, {1, 2, 3, 3}, true), "past_key: found (1, 1, 3, 4), expected (1, 2, 3, 4)");
  EXPECT_EQ(message({1, 2, 3, 4}, {1, 2, 2, 3}, true), "past_value: found (1, 2, 2, 3), expected (1, 2, 3, 3)");
}

TEST(AxesRefusal, APastWhoseDataDoesNotFillItsShape) {
  Call call;
  choose(call, "dot_product");
  const Array keys = random_array({1, 2, 3, 4}, 5), values = random_array({1, 2, 3, 3}, 6);
  const DenseArray past_key = keys, past_value = {values.shape, numbers(values).first(17)};
  call.options.past_key = &past_key;
  call.options.past_value = &past_value;
  EXPECT_EQ(message_of([&] { call.run(); }).substr(0, 40), "past_value: found (1, 2, 3, 3), expected");
}

TEST(AxesRefusal, LengthsForAnotherBatchOrBeyondTheKeys) {
  Call call;
  const std::vector<std::size_t> two = {1, 2}, long_one = {8}, whole = {7};
  call.options.lengths = two;
  EXPECT_EQ(message_of([&] { call.run(); }), "nonpad_kv_seqlen: found (2), expected (1)");
  call.options.lengths = long_one;
  EXPECT_EQ(message_of([&] { call.run(); }), "nonpad_kv_seqlen: found 8, expected at most the 7 keys");
  call.options.lengths = whole;
  EXPECT_EQ(code_of([&] { call.run(); }), "none");
}

TEST(AxesRefusal, HeadsThatDoNotDivideTheWidth) {
  const Array q = random_array({2, 5, 6}, 1), k = random_array({2, 5, 6}, 2);
  const auto message = [&](std::size_t q_heads, std::size_t kv_heads) {
    OperatorOptions options;
    options.q_heads = q_heads;
    options.kv_heads = kv_heads;
    Array output;
    return message_of([&] { attention_operator(q, k, k, options, output); });
  };
  EXPECT_EQ(message(3, 3), "none");
  EXPECT_EQ(message(4, 4), "q: found (2, 5, 6), expected 4 heads, or a last axis that they divide");
  EXPECT_EQ(message(3, 4), "k: found (2, 5, 6), expected 4 heads, or a last axis that they divide");
  EXPECT_EQ(message(2, 3), "k: found (2, 5, 6), expected heads that divide q's 2");
  EXPECT_EQ(message(6, 3), "q, k: found (1, 2), expected equal widths for scaled_dot_product");
}

TEST(AxesRefusal, AnOutputThatIsAWeightOrThePast) {
  Call call;
  call.output = call.weights[0];
  const std::vector<DenseArray> views = {call.output, call.weights[1], call.weights[2]};
  call.options.weights = views;
  const auto run = [&] { attention_operator(call.q, call.k, call.v, call.options, call.output); };
  EXPECT_EQ(message_of(run), "out: found (4, 3), expected an array that is no operand");
  Array past = random_array({1, 2, 3, 4}, 5);
  const Array value = random_array({1, 2, 3, 3}, 6);
  choose(call, "dot_product");
  const DenseArray past_key = past, past_value = value;
  call.options.weights = {};
  call.options.past_key = &past_key;
  call.options.past_value = &past_value;
  EXPECT_EQ(message_of([&] { attention_operator(call.q, call.k, call.v, call.options, past); }),
            "out: found (1, 2, 3, 4), expected an array that is no operand");
}

/// In wasm the products of these lengths wrap around to 0.
TEST(AxesRefusal, WhatIsLargerThanMemoryBeforeAnythingIsAllocated) {
  constexpr std::size_t kMany = std::size_t{1} << 16;
  const Array q = random_array({1, kMany, 1}, 1), row = random_array({1, kMany}, 2);
  const Allocations before;
  Array output;
  OperatorOptions masked;
  masked.mask = {row.shape, {}, numbers(row)};
  EXPECT_EQ(code_of([&] { attention_operator(q, q, q, masked, output); }), "memory_limit");
  EXPECT_NE(message_of([&] { attention_operator(q, q, q, masked, output); }).find("mask"), std::string::npos);
  const std::vector<DenseArray> maps = {row, row};
  OperatorOptions embedded;
  embedded.scoring = "non_local_embedded_gaussian";
  embedded.weights = maps;
  const Array one = random_array({1, 1, 1}, 3);
  EXPECT_EQ(code_of([&] { attention_operator(q, one, one, embedded, output); }), "memory_limit");
  EXPECT_EQ(code_of([&] { attention_operator(one, q, q, embedded, output); }), "memory_limit");
  EXPECT_LT(before.bytes_since(), 20'000U);
}

}  // namespace
}  // namespace attn::test
