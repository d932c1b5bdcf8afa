#include <array>

#include "golden.hpp"
#include "kernels/activation.hpp"
#include "kernels/rotation.hpp"
#include "kernels/softmax.hpp"
#include "layers/feed_forward.hpp"
#include "layers/norm.hpp"
#include "position/encoding.hpp"

namespace attn::test {
namespace {

constexpr std::array kBase = {10000.0};

std::vector<float> copy(std::span<const float> values) { return {values.begin(), values.end()}; }

class LayersGolden : public testing::Test {
 protected:
  const Golden golden{"layers.safetensors"};
  const MatrixView<const float> x = golden.matrix("layer_norm.x");
  std::vector<float> out = std::vector<float>(x.rows * x.cols);
  const MatrixView<float> y{out.data(), x.rows, x.cols};
  const double allowed = tolerance(1.0, 4 * x.cols);
};

TEST_F(LayersGolden, LayerNormEqualsPyTorch) {
  norm({golden.values("layer_norm.gain").data(), golden.values("layer_norm.bias").data(), 1e-5F}, x, y);
  EXPECT_TRUE(close(out, golden.values("layer_norm.y"), allowed));
}

TEST_F(LayersGolden, RmsNormEqualsPyTorch) {
  norm({golden.values("layer_norm.gain").data(), nullptr, 1e-6F, NormKind::rms}, x, y);
  EXPECT_TRUE(close(out, golden.values("rms_norm.y"), allowed));
}

TEST_F(LayersGolden, SoftmaxEqualsPyTorch) {
  out = copy(golden.values("layer_norm.x"));
  for (std::size_t i = 0; i < x.rows; ++i) softmax(out.data() + i * x.cols, x.cols, out.data() + i * x.cols);
  EXPECT_TRUE(close(out, golden.values("softmax.y"), allowed));
}

TEST_F(LayersGolden, ActivationsEqualPyTorch) {
  const std::pair<const char*, Activation> rows[] = {{"gelu_tanh", gelu_tanh}, {"gelu_erf", gelu_erf}, {"silu", silu}};
  for (const auto& [name, activation] : rows) {
    std::vector<float> values = copy(golden.values("activation.x"));
    activation(values.data(), values.size());
    EXPECT_TRUE(close(values, golden.values(std::string("activation.") + name), tolerance(1.0, 14))) << name;
  }
}

TEST_F(LayersGolden, FeedForwardEqualsPyTorch) {
  std::vector<float> panels[2];
  const auto linear = [this](const std::string& name, std::vector<float>& space) {
    const MatrixView<const float> weight = golden.matrix("feed_forward." + name);
    space.resize(panels_size(weight.rows, weight.cols));
    return Linear{Weight{pack(weight, space.data()), {}}, golden.values("feed_forward." + name + "_bias").data()};
  };
  const FeedForward weights = {linear("up", panels[0]), linear("down", panels[1]), gelu_tanh};
  const std::size_t d_mlp = weights.up.weight.cols();
  std::vector<float> hidden(x.rows * d_mlp);
  Probe silent(1, 1);
  feed_forward(weights, x, {hidden.data(), x.rows, d_mlp}, Site{silent}, y);
  EXPECT_TRUE(close(out, golden.values("feed_forward.y"), allowed));
}

TEST_F(LayersGolden, SinusoidalTableEqualsPyTorch) {
  const MatrixView<const float> expected = golden.matrix("sinusoidal.table");
  const Array table = encoding_table(encoding("sinusoidal"), expected.rows, expected.cols, kBase);
  EXPECT_TRUE(close({table.data.data(), table.data.size()}, golden.values("sinusoidal.table"), tolerance(1.0, 2)));
}

TEST_F(LayersGolden, RotaryPositionsEqualPyTorch) {
  const MatrixView<const float> rows = golden.matrix("rotary.x");
  const std::size_t half = rows.cols / 2;
  const Array table = encoding_table(encoding("rotary"), rows.rows, rows.cols, std::array{10000.0, 1.0});
  const MatrixView<const float> angles(table.data.data(), rows.rows, rows.cols);
  std::vector<float> turned = copy(golden.values("rotary.x"));
  rotate_halves(angles.sub_cols(0, half), angles.sub_cols(half, half), {turned.data(), rows.rows, rows.cols});
  EXPECT_TRUE(close(turned, golden.values("rotary.y"), tolerance(1.0, 8)));
}

}  // namespace
}  // namespace attn::test
