#include "arrays.hpp"
#include "golden.hpp"
#include "layers/decoder_layer.hpp"
#include "layers/encoder_layer.hpp"

namespace attn::test {
namespace {

constexpr const char* kEncoderNames[] = {"w_qkv", "b_qkv", "w_o",    "b_o",    "gain_1", "bias_1",
                                         "w_up",  "b_up",  "w_down", "b_down", "gain_2", "bias_2"};
constexpr const char* kDecoderNames[] = {"w_qkv",     "b_qkv",     "w_o",       "b_o",        "gain_1",
                                         "bias_1",    "w_cross_q", "b_cross_q", "w_cross_kv", "b_cross_kv",
                                         "w_cross_o", "b_cross_o", "gain_2",    "bias_2",     "w_up",
                                         "b_up",      "w_down",    "b_down",    "gain_3",     "bias_3"};

/// A layer of width 8 with two heads and the arguments of its call, from PyTorch.
struct Layer {
  Golden golden{"transformer_layers.safetensors"};
  std::string name;
  Array x, memory, y, mask, padding, memory_mask, memory_padding;
  std::vector<Array> w;

  explicit Layer(std::string of) : name(std::move(of)) {
    const auto take = [&](const char* array, Array& into) {
      if (golden.has(name + "." + array)) into = golden.array(name + "." + array);
    };
    take("x", x);
    take("memory", memory);
    take("y", y);
    take("mask", mask);
    take("key_padding_mask", padding);
    take("memory_mask", memory_mask);
    take("memory_key_padding_mask", memory_padding);
    for (const char* weight : names()) w.push_back(golden.array(name + "." + weight));
  }
  bool decodes() const { return name.starts_with("decoder"); }
  std::span<const char* const> names() const {
    return decodes() ? std::span<const char* const>(kDecoderNames) : std::span<const char* const>(kEncoderNames);
  }
  Array& weight(std::string_view of) {
    return w[static_cast<std::size_t>(std::ranges::find(names(), of) - names().begin())];
  }
  bool flag(const std::string& of) const {
    return golden.has(name + "." + of) && golden.number(name + "." + of) != 0.0F;
  }
  EncoderLayerWeights encoder() { return {w[0], w[1], w[2], w[3], w[4], w[5], w[6], w[7], w[8], w[9], w[10], w[11]}; }
  DecoderLayerWeights decoder() {
    return {w[0],  w[1],  w[2],  w[3],  w[4],  w[5],  w[6],  w[7],  w[8],  w[9],
            w[10], w[11], w[12], w[13], w[14], w[15], w[16], w[17], w[18], w[19]};
  }
  static LayerMask masks(const Array& cells, bool additive, const Array& padding) {
    return {cells.shape.empty() ? nullptr : &cells, additive, padding.shape.empty() ? nullptr : &padding};
  }
  EncoderLayerOptions encoder_options() const {
    return {2, flag("norm_first"), flag("gelu"), 1e-5F, flag("causal"), masks(mask, flag("mask_additive"), padding)};
  }
  DecoderLayerOptions decoder_options() const {
    return {2,
            flag("norm_first"),
            flag("gelu"),
            1e-5F,
            flag("causal"),
            masks(mask, flag("mask_additive"), padding),
            masks(memory_mask, flag("memory_mask_additive"), memory_padding)};
  }
  Array run() {
    Array out;
    if (decodes()) {
      decoder_layer_operator(x, memory, decoder(), decoder_options(), out);
    } else {
      encoder_layer_operator(x, encoder(), encoder_options(), out);
    }
    return out;
  }
};

/// Of a layer: three parts, each of products in sums of at most 3 * 8 terms, between norms that keep the scale near 1.
const double kRounding = tolerance(1.0, 3 * 2 * 3 * 8);

class TransformerLayersTest : public testing::TestWithParam<const char*> {};

INSTANTIATE_TEST_SUITE_P(All, TransformerLayersTest,
                         testing::Values("encoder_causal", "encoder_padding", "encoder_added", "encoder_one",
                                         "decoder_post_relu", "decoder_pre_gelu", "decoder_one", "decoder_padding",
                                         "decoder_masks"),
                         [](const auto& test) { return std::string(test.param); });

TEST_P(TransformerLayersTest, EqualPyTorch) {
  Layer layer(GetParam());
  for (int time = 0; time < 2; ++time) {  // the second time with weights that are laid out already
    const Array found = layer.run();
    EXPECT_EQ(found.shape, layer.x.shape);
    EXPECT_TRUE(close(numbers(found), numbers(layer.y), kRounding));
  }
}

TEST(TransformerLayers, AllGoldenCasesAreCompared) {
  EXPECT_EQ(Golden("transformer_layers.safetensors").cases().size(), 9U);
}

TEST(TransformerLayers, NothingComesFromTheFutureWhereTheyAreCausal) {
  for (const char* name : {"encoder_causal", "decoder_post_relu", "decoder_pre_gelu"}) {
    Layer layer(name);
    const Array before = layer.run();
    constexpr std::size_t kChanged = 4, kWidth = 8;
    layer.x.data[kChanged * kWidth] += 1.0F;
    const Array after = layer.run();
    EXPECT_TRUE(std::ranges::equal(numbers(before).first(kChanged * kWidth), numbers(after).first(kChanged * kWidth)));
    EXPECT_NE(before.data[kChanged * kWidth], after.data[kChanged * kWidth]);
    EXPECT_NE(before.data[(kChanged + 1) * kWidth], after.data[(kChanged + 1) * kWidth]);
    EXPECT_TRUE(same(part(before, 1), part(after, 1)));  // nor from another sequence
  }
}

TEST(DecoderLayer, AMemoryThatNobodySeesAddsItsBiasOnly) {
  Layer hidden("decoder_pre_gelu"), absent("decoder_pre_gelu");
  hidden.memory_padding = filled({2, 5}, 0.0F);
  std::ranges::fill(absent.weight("w_cross_o").data, 0.0F);
  EXPECT_TRUE(close(numbers(hidden.run()), numbers(absent.run()), kRounding));
}

TEST(DecoderLayer, IsCausalUnlessToldOtherwise) {
  Layer layer("decoder_post_relu");
  Array out;
  decoder_layer_operator(layer.x, layer.memory, layer.decoder(), {.n_heads = 2}, out);
  EXPECT_TRUE(same(out, layer.run()));
}

TEST(EncoderRefusal, APartThatIsLargerThanMemoryBeforeAnythingIsWritten) {
  Array x = filled({1 << 20, 1}, 1.0F), one = filled({1}, 1.0F), three = filled({3}, 1.0F), out = filled({1}, 7.0F);
  Array w_qkv = filled({1, 3}, 1.0F), square = filled({1, 1}, 1.0F), b_up = filled({512}, 1.0F);
  Array w_up = filled({1, 512}, 1.0F), w_down = filled({512, 1}, 1.0F);
  const EncoderLayerWeights weights = {w_qkv, three, square, one, one, one, w_up, b_up, w_down, one, one, one};
  const auto run = [&] { encoder_layer_operator(x, weights, {.n_heads = 1}, out); };
  EXPECT_EQ(code_of(run), "memory_limit");
  EXPECT_EQ(message_of(run).find("x, w_up: found "), 0U);
  EXPECT_EQ(out.data[0], 7.0F);
}

struct Refusal {
  const char* what;
  void (*change)(Layer& layer);
  const char* message;
};

class DecoderRefusalTest : public testing::TestWithParam<Refusal> {};

INSTANTIATE_TEST_SUITE_P(
    All, DecoderRefusalTest,
    testing::Values(
        Refusal{"rank", [](Layer& l) { l.x = filled({8}, 1); }, "x: found (8)"},
        Refusal{"memory", [](Layer& l) { l.memory = filled({5, 8}, 1); }, "memory: found (5, 8)"},
        Refusal{"memory_width", [](Layer& l) { l.memory = filled({2, 5, 7}, 1); }, "memory: found (2, 5, 7)"},
        Refusal{"w_cross_kv", [](Layer& l) { l.weight("w_cross_kv") = filled({8, 8}, 1); },
                "w_cross_kv: found (8, 8), expected (8, 16)"},
        Refusal{"bias_3", [](Layer& l) { l.weight("bias_3") = filled({7}, 1); }, "bias_3: found (7)"},
        Refusal{"w_down", [](Layer& l) { l.weight("w_down") = filled({11, 8}, 1); }, "w_down: found (11, 8)"},
        Refusal{"mask", [](Layer& l) { l.mask = filled({7, 5}, 1); }, "mask: found (7, 5), expected (7, 7)"},
        Refusal{"padding", [](Layer& l) { l.padding = filled({2, 5}, 1); }, "key_padding_mask: found (2, 5)"},
        Refusal{"memory_mask", [](Layer& l) { l.memory_mask = filled({7, 7}, 1); }, "memory_mask: found (7, 7)"},
        Refusal{"memory_padding", [](Layer& l) { l.memory_padding = filled({2, 7}, 1); },
                "memory_key_padding_mask: found (2, 7), expected (2, 5)"}),
    [](const auto& test) { return std::string(test.param.what); });

TEST_P(DecoderRefusalTest, WhatDoesNotFitIsRefusedByName) {
  Layer layer("decoder_post_relu");
  GetParam().change(layer);
  EXPECT_EQ(code_of([&] { layer.run(); }), "argument_shape");
  const std::string message = message_of([&] { layer.run(); });
  EXPECT_EQ(message.find(GetParam().message), 0U) << message;
}

TEST(DecoderRefusal, NumbersOutOfRangeAndAnOutputThatIsReadAgain) {
  Layer layer("decoder_post_relu");
  const auto code = [&](const DecoderLayerOptions& options, Array& out) {
    return code_of([&] { decoder_layer_operator(layer.x, layer.memory, layer.decoder(), options, out); });
  };
  Array out;
  EXPECT_EQ(code({.n_heads = 3}, out), "argument_range");
  EXPECT_EQ(code({.n_heads = 0}, out), "argument_range");
  EXPECT_EQ(code({.n_heads = 2, .epsilon = 0.0F}, out), "argument_range");
  EXPECT_EQ(code({.n_heads = 2, .epsilon = kNaN}, out), "argument_range");
  EXPECT_EQ(code({.n_heads = 2}, layer.x), "argument_shape");
  EXPECT_EQ(code({.n_heads = 2}, layer.memory), "argument_shape");
  EXPECT_EQ(code({.n_heads = 2}, layer.w[7]), "argument_shape");
}

}  // namespace
}  // namespace attn::test
