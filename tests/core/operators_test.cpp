#include "layers/operators.hpp"

#include "kernels/matmul.hpp"
#include "support.hpp"

namespace attn::test {
namespace {

Array array(std::vector<std::size_t> shape, std::uint32_t seed) {
  Array out;
  out.resize(shape);
  const std::vector<float> numbers = random_floats(out.data.size(), 2.0F, seed);
  std::copy(numbers.begin(), numbers.end(), out.data.begin());
  return out;
}

std::span<const float> numbers(const Array& a) { return {a.data.data(), a.data.size()}; }

std::vector<float> product(const Array& a, const Array& b) {
  const std::size_t k = b.shape[0], m = b.shape[1];
  std::vector<float> out;
  for (std::size_t i = 0; i < a.data.size() / k; ++i) {
    for (std::size_t j = 0; j < m; ++j) {
      double sum = 0.0;
      for (std::size_t n = 0; n < k; ++n)
        sum += static_cast<double>(a.data[i * k + n]) * static_cast<double>(b.data[n * m + j]);
      out.push_back(static_cast<float>(sum));
    }
  }
  return out;
}

TEST(Operators, MatmulEqualsTheDoubleSumAndTakesLeadingAxes) {
  Array b = array({7, 9}, 1);
  for (const std::vector<std::size_t>& shape : {std::vector<std::size_t>{1, 7}, {6, 7}, {2, 3, 7}}) {
    const Array a = array(shape, 2);
    Array out;
    matmul_operator(a, b, out);
    std::vector<std::size_t> expected = shape;
    expected.back() = 9;
    EXPECT_EQ(out.shape, expected);
    EXPECT_TRUE(close(numbers(out), product(a, b), tolerance(4.0, 7)));
  }
}

/// One row is multiplied by b as it stands, more by its panels: what is laid out must follow b.
TEST(Operators, MatmulLaysARightOperandOutOnceAndAnewWhenItChanged) {
  const Array a = array({6, 7}, 2), row = array({1, 7}, 3);
  Array b = array({7, 9}, 1), out;
  matmul_operator(row, b, out);
  EXPECT_EQ(b.panels.size(), 0U);
  matmul_operator(a, b, out);
  EXPECT_EQ(b.panels.size(), panels_size(7, 9));
  gelu_operator(b, true, b);
  EXPECT_EQ(b.panels.size(), 0U);
  matmul_operator(a, b, out);
  EXPECT_TRUE(close(numbers(out), product(a, b), tolerance(4.0, 7)));
}

TEST(Operators, SoftmaxAndLayerNormGoAlongTheLastAxis) {
  const Array x = array({2, 3, 5}, 4), gain = array({5}, 5), bias = array({5}, 6);
  Array shares, normed;
  softmax_operator(x, shares);
  layer_norm_operator(x, gain, bias, 1e-5F, normed);
  EXPECT_EQ(shares.shape, x.shape);
  EXPECT_EQ(normed.shape, x.shape);
  for (std::size_t i = 0; i < 6; ++i) {
    double sum = 0.0, spread = 0.0;
    for (std::size_t j = 0; j < 5; ++j) {
      sum += static_cast<double>(shares.data[i * 5 + j]);
      spread += static_cast<double>((normed.data[i * 5 + j] - bias.data[j]) / gain.data[j]);
    }
    EXPECT_NEAR(sum, 1.0, tolerance(1.0, 10));
    EXPECT_NEAR(spread, 0.0, tolerance(8.0, 40));
  }
}

TEST(Operators, MatmulRefusesAProductBeyondMemory) {
  const Array a = array({1 << 16, 1}, 1);
  Array b = array({1, 1 << 13}, 2), out;
  EXPECT_EQ(code_of([&] { matmul_operator(a, b, out); }), "memory_limit");
}

TEST(Operators, WorkInPlace) {
  Array x = array({2, 5}, 4);
  const Array before = x;
  Array apart;
  softmax_operator(before, apart);
  softmax_operator(x, x);
  EXPECT_TRUE(std::ranges::equal(numbers(x), numbers(apart)));
}

TEST(Operators, RefuseShapesThatDoNotGoTogether) {
  Array a = array({2, 3}, 1), b = array({4, 2}, 2), cube = array({3, 2, 2}, 3), none = array({2, 0}, 4), out;
  const Array one = array({3}, 5), two = array({2}, 6);
  EXPECT_EQ(code_of([&] { matmul_operator(a, b, out); }), "argument_shape");
  EXPECT_EQ(code_of([&] { matmul_operator(a, cube, out); }), "argument_shape");
  EXPECT_EQ(code_of([&] { softmax_operator(none, out); }), "argument_shape");
  EXPECT_EQ(code_of([&] { layer_norm_operator(a, two, one, 1e-5F, out); }), "argument_shape");
  EXPECT_EQ(code_of([&] { layer_norm_operator(a, one, two, 1e-5F, out); }), "argument_shape");
  EXPECT_EQ(code_of([&] { layer_norm_operator(a, one, one, 0.0F, out); }), "argument_range");
  EXPECT_NE(message_of([&] { matmul_operator(a, b, out); }).find("a: found (2, 3), expected (..., n, 4)"),
            std::string::npos);
}

}  // namespace
}  // namespace attn::test
