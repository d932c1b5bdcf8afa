#include "layers/operators.hpp"

#include "golden.hpp"
#include "kernels/matmul.hpp"

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

Array stored(const Golden& golden, const std::string& name) {
  Array out;
  out.resize(golden.shape(name));
  std::ranges::copy(golden.values(name), out.data.begin());
  return out;
}

/// ONNX's published cases; make_onnx_golden.py says what the file holds.
TEST(Operators, GiveWhatOnnxsCasesGive) {
  const Golden golden("onnx_operators.safetensors");
  std::size_t cases = 0;
  for (const TensorEntry& entry : golden.entries()) {
    if (!entry.name.ends_with(".x")) continue;
    const std::string name = entry.name.substr(0, entry.name.size() - 1);
    const std::string kind = name.substr(0, name.find('.'));
    const Array x = stored(golden, name + "x");
    Array gain, bias, out;
    if (golden.has(name + "gain")) gain = stored(golden, name + "gain");
    if (golden.has(name + "bias")) bias = stored(golden, name + "bias");
    const float epsilon = golden.has(name + "epsilon") ? golden.number(name + "epsilon") : 0.0F;
    const int axis = golden.has(name + "axis") ? static_cast<int>(golden.number(name + "axis")) : -1;
    if (kind == "softmax") softmax_operator(x, out, axis);
    if (kind == "log_softmax") log_softmax_operator(x, out, axis);
    if (kind == "layer_norm") layer_norm_operator(x, gain, bias, epsilon, out, axis);
    if (kind == "rms_norm") rms_norm_operator(x, gain, epsilon, out, axis);
    if (kind == "gelu_none" || kind == "gelu_tanh") gelu_operator(x, kind == "gelu_tanh", out);
    EXPECT_EQ(out.shape, x.shape) << name;
    const std::size_t length = x.shape.back();
    for (std::size_t i = 0; i < x.data.size(); i += length) {
      EXPECT_TRUE(close(numbers(out).subspan(i, length), golden.values(name + "y").subspan(i, length),
                        tolerance(1.0, 2 * length + 16)))
          << name << "y, from " << i;
    }
    ++cases;
  }
  EXPECT_EQ(cases, 56U);
}

TEST(Operators, LogSoftmaxIsExactWhereSoftmaxIsZero) {
  Array x = array({4, 9}, 7), out;
  for (std::size_t n = 0; n < x.data.size(); ++n) x.data[n] *= n < 18 ? 1e4F : 1.0F;
  log_softmax_operator(x, out);
  for (std::size_t i = 0; i < 4; ++i) {
    const std::span<const float> row = numbers(x).subspan(i * 9, 9);
    const double highest = static_cast<double>(*std::ranges::max_element(row));
    double sum = 0.0;
    for (const float s : row) sum += std::exp(static_cast<double>(s) - highest);
    for (std::size_t j = 0; j < 9; ++j) {
      const double expected = static_cast<double>(row[j]) - highest - std::log(sum);
      EXPECT_NEAR(out.data[i * 9 + j], expected, tolerance(std::abs(expected) + 1.0, 12));
    }
  }
}

TEST(Operators, RowsThatAreHiddenOrNoNumbers) {
  Array x = array({4, 6}, 8), soft, logs;
  std::fill_n(x.data.begin(), 6, -kInfinity);
  x.data[6 + 2] = kInfinity;
  x.data[12 + 5] = kNaN;
  x.data[18] = -kInfinity;
  softmax_operator(x, soft);
  log_softmax_operator(x, logs);
  for (std::size_t j = 0; j < 6; ++j) {
    EXPECT_EQ(soft.data[j], 0.0F);
    EXPECT_EQ(logs.data[j], -kInfinity);
    for (const std::size_t row : {1, 2}) {
      EXPECT_TRUE(std::isnan(soft.data[row * 6 + j]));
      EXPECT_TRUE(std::isnan(logs.data[row * 6 + j]));
    }
    EXPECT_NEAR(std::exp(logs.data[18 + j]), soft.data[18 + j], tolerance(4.0, 16));
  }
}

/// A row over its root mean square does not see its own size, but for epsilon.
TEST(Operators, RmsNormOfLargeSmallAndNoNumbers) {
  const Array plain = array({1, 7}, 9), gain = array({7}, 10);
  Array expected;
  rms_norm_operator(plain, gain, 1e-12F, expected);
  for (const float size : {1e-3F, 1e4F, 1e15F}) {
    Array x = plain, out;
    for (float& one : x.data) one *= size;
    rms_norm_operator(x, gain, 1e-12F, out);
    EXPECT_TRUE(close(numbers(out), numbers(expected), tolerance(1.0, 32))) << size;
  }
  Array zeros = plain, bad = plain, out;
  std::ranges::fill(zeros.data, 0.0F);
  rms_norm_operator(zeros, gain, 1e-12F, out);
  for (const float one : out.data) EXPECT_EQ(one, 0.0F);
  bad.data[3] = kNaN;
  rms_norm_operator(bad, gain, 1e-12F, out);
  for (const float one : out.data) EXPECT_TRUE(std::isnan(one));
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
  EXPECT_EQ(code_of([&] { log_softmax_operator(none, out); }), "argument_shape");
  EXPECT_EQ(message_of([&] { softmax_operator(a, out, 2); }), "axis: found 2, expected -2 to 1");
  EXPECT_EQ(code_of([&] { softmax_operator(a, out, -3); }), "argument_range");
  EXPECT_EQ(code_of([&] { layer_norm_operator(a, one, one, 1e-5F, out, 0); }), "argument_shape");
  EXPECT_EQ(code_of([&] { rms_norm_operator(a, one, 1e-5F, out, 7); }), "argument_range");
  EXPECT_EQ(message_of([&] { rms_norm_operator(a, two, 1e-5F, out); }), "gain: found (2), expected (3)");
  EXPECT_EQ(code_of([&] { rms_norm_operator(a, one, 0.0F, out); }), "argument_range");
  EXPECT_EQ(code_of([&] { rms_norm_operator(a, one, kNaN, out); }), "argument_range");
  EXPECT_NE(message_of([&] { matmul_operator(a, b, out); }).find("a: found (2, 3), expected (..., n, 4)"),
            std::string::npos);
}

}  // namespace
}  // namespace attn::test
