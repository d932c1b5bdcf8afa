#include "layers/encoder_layer.hpp"

#include "golden.hpp"

namespace attn::test {
namespace {

/// A layer's arrays, from PyTorch.
struct Layer {
  Golden golden{"encoder.safetensors"};
  std::string name;
  std::array<Array, 12> arrays;
  EncoderLayerWeights weights{arrays[0], arrays[1], arrays[2], arrays[3], arrays[4],  arrays[5],
                              arrays[6], arrays[7], arrays[8], arrays[9], arrays[10], arrays[11]};

  explicit Layer(std::string name) : name(std::move(name)) {
    constexpr const char* kNames[] = {"w_qkv", "b_qkv", "w_o",    "b_o",    "gain_1", "bias_1",
                                      "w_up",  "b_up",  "w_down", "b_down", "gain_2", "bias_2"};
    for (std::size_t n = 0; n < arrays.size(); ++n) arrays[n] = array(kNames[n]);
  }
  Array array(const std::string& of) const { return golden.array(name + "." + of); }
  EncoderLayerOptions options() const {
    const bool first = name == "pre_gelu";
    return {2, first, first, 1e-5F};
  }
};

TEST(EncoderLayer, EqualsPyTorch) {
  for (const char* name : {"post_relu", "pre_gelu"}) {
    Layer layer(name);
    const Array x = layer.array("x");
    Array out;
    for (int time = 0; time < 2; ++time) {  // the second time with weights that are laid out already
      encoder_layer_operator(x, layer.weights, layer.options(), out);
      EXPECT_EQ(out.shape, x.shape);
      EXPECT_TRUE(close({out.data.data(), out.data.size()}, layer.golden.values(layer.name + ".y"), 1e-5)) << name;
    }
  }
}

TEST(EncoderLayer, ASequenceKnowsNothingOfTheOthersOfItsBatch) {
  Layer layer("post_relu");
  const Array x = layer.array("x");
  Array all, one, single;
  single.resize(std::span(x.shape).last(2));
  std::copy_n(x.data.begin(), single.data.size(), single.data.begin());
  encoder_layer_operator(x, layer.weights, layer.options(), all);
  encoder_layer_operator(single, layer.weights, layer.options(), one);
  const std::span<const float> first(all.data.data(), one.data.size());
  EXPECT_TRUE(close({one.data.data(), one.data.size()}, first, tolerance(1.0, 64)));
}

TEST(EncoderLayer, RefusesWhatDoesNotFitByName) {
  Layer layer("post_relu");
  Array x = layer.array("x"), out;
  EncoderLayerOptions options = layer.options();
  options.n_heads = 3;
  EXPECT_EQ(code_of([&] { encoder_layer_operator(x, layer.weights, options, out); }), "argument_range");
  EXPECT_EQ(code_of([&] { encoder_layer_operator(x, layer.weights, layer.options(), x); }), "argument_shape");
  EXPECT_EQ(code_of([&] { encoder_layer_operator(x, layer.weights, layer.options(), layer.arrays[3]); }),
            "argument_shape");
  layer.arrays[2].resize(std::array<std::size_t, 2>{8, 7});
  EXPECT_NE(
      message_of([&] { encoder_layer_operator(x, layer.weights, layer.options(), out); }).find("w_o: found (8, 7)"),
      std::string::npos);
}

}  // namespace
}  // namespace attn::test
