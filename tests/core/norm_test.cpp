#include "kernels/norm.hpp"

#include "guarded.hpp"

namespace attn::test {
namespace {

struct Row {
  std::vector<float> x, gain, bias;

  Row(std::size_t length, float scale, float shift)
      : x(random_floats(length, scale, 21)),
        gain(random_floats(length, 2.0F, 22)),
        bias(random_floats(length, 1.0F, 23)) {
    for (float& value : x) value += shift;
  }
};

/// Mean and variance sum n roundings each, on numbers up to max |x|, then are divided by the spread.
void expect_layer_norm(const Row& row, double epsilon, std::size_t offset) {
  const std::size_t n = row.x.size();
  Guarded x(row.x, offset), gain(row.gain, (offset + 1) % simd::kWidth), bias(row.bias, 0), y(n, offset);
  layer_norm(x.data(), n, gain.data(), bias.data(), static_cast<float>(epsilon), y.data());
  EXPECT_TRUE(y.intact());
  double mean = 0.0, variance = 0.0;
  for (const float v : row.x) mean += static_cast<double>(v) / static_cast<double>(n);
  for (const float v : row.x) variance += (v - mean) * (v - mean) / static_cast<double>(n);
  const double spread = std::sqrt(variance + epsilon);
  for (std::size_t i = 0; i < n; ++i) {
    const double normed = (row.x[i] - mean) / spread;
    const double allowed = tolerance(2.0 * magnitude_of(row.x) / spread * (1.0 + std::abs(normed)) + 1.0, n + 8);
    EXPECT_NEAR(y.values()[i], normed * row.gain[i] + row.bias[i], allowed) << "at " << i;
  }
  layer_norm(x.data(), n, gain.data(), bias.data(), static_cast<float>(epsilon), x.data());
  EXPECT_TRUE(x.intact());
  EXPECT_TRUE(std::equal(x.values().begin(), x.values().end(), y.values().begin())) << "in place";
}

void expect_rms_norm(const Row& row, double epsilon, std::size_t offset) {
  const std::size_t n = row.x.size();
  Guarded x(row.x, offset), gain(row.gain, (offset + 1) % simd::kWidth), y(n, offset);
  rms_norm(x.data(), n, gain.data(), static_cast<float>(epsilon), y.data());
  EXPECT_TRUE(y.intact());
  double square = 0.0;
  for (const float v : row.x) square += static_cast<double>(v) * static_cast<double>(v) / static_cast<double>(n);
  for (std::size_t i = 0; i < n; ++i) {
    const double expected = row.x[i] / std::sqrt(square + epsilon) * row.gain[i];
    EXPECT_NEAR(y.values()[i], expected, tolerance(std::abs(expected), n + 8)) << "at " << i;
  }
  rms_norm(x.data(), n, gain.data(), static_cast<float>(epsilon), x.data());
  EXPECT_TRUE(x.intact());
  EXPECT_TRUE(std::equal(x.values().begin(), x.values().end(), y.values().begin())) << "in place";
}

TEST(LayerNorm, EqualsTheDoubleLoopAtEveryLengthAndOffset) {
  sweep(1, [](std::size_t length, std::size_t offset) {
    expect_layer_norm(Row(length, 3.0F, 0.0F), 1e-5, offset);
    expect_layer_norm(Row(length, 3.0F, 20.0F), 1e-5, offset);
    expect_layer_norm(Row(length, 1e-3F, 0.0F), 1e-2, offset);
  });
}

TEST(LayerNorm, OfAConstantRowIsTheBias) {
  for (std::size_t n = 1; n <= 3 * simd::kWidth; ++n) {
    const std::vector<float> x(n, 4.0F), gain(n, 3.0F), bias(n, -0.75F);
    std::vector<float> y(n);
    layer_norm(x.data(), n, gain.data(), bias.data(), 1e-5F, y.data());
    EXPECT_EQ(y, bias);
  }
}

TEST(LayerNorm, OfNothingWritesNothing) {
  Guarded row(0, 1);
  layer_norm(row.data(), 0, row.data(), row.data(), 1e-5F, row.data());
  rms_norm(row.data(), 0, row.data(), 1e-5F, row.data());
  EXPECT_TRUE(row.intact());
}

TEST(RmsNorm, EqualsTheDoubleLoopAtEveryLengthAndOffset) {
  sweep(1, [](std::size_t length, std::size_t offset) {
    expect_rms_norm(Row(length, 3.0F, 0.0F), 1e-6, offset);
    expect_rms_norm(Row(length, 1e-3F, 0.0F), 1e-2, offset);
  });
}

}  // namespace
}  // namespace attn::test
