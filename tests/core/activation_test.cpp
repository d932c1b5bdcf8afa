#include "kernels/activation.hpp"

#include "guarded.hpp"

namespace attn::test {
namespace {

constexpr double kPi = 3.14159265358979323846;

double gelu_tanh_reference(double x) {
  return 0.5 * x * (1.0 + std::tanh(std::sqrt(2.0 / kPi) * (x + 0.044715 * x * x * x)));
}
double gelu_erf_reference(double x) { return 0.5 * x * (1.0 + std::erf(x / std::sqrt(2.0))); }
double silu_reference(double x) { return x / (1.0 + std::exp(-x)); }
double relu_reference(double x) { return std::max(x, 0.0); }
double elu_plus_one_reference(double x) { return x > 0.0 ? x + 1.0 : std::exp(x); }

struct Case {
  const char* name;
  void (*kernel)(float* x, std::size_t count);
  double (*reference)(double x);
};

class ActivationTest : public testing::TestWithParam<Case> {};

INSTANTIATE_TEST_SUITE_P(All, ActivationTest,
                         testing::Values(Case{"gelu_tanh", gelu_tanh, gelu_tanh_reference},
                                         Case{"gelu_erf", gelu_erf, gelu_erf_reference},
                                         Case{"silu", silu, silu_reference}, Case{"relu", relu, relu_reference},
                                         Case{"elu_plus_one", elu_plus_one, elu_plus_one_reference}),
                         [](const auto& test) { return test.param.name; });

/// Roundings: at most ten multiplications and additions, and one function of the library.
void expect_equal(const Case& c, std::vector<float> values, std::size_t offset) {
  Guarded x(values, offset);
  c.kernel(x.data(), values.size());
  EXPECT_TRUE(x.intact());
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double in = static_cast<double>(values[i]), expected = c.reference(in);
    const double magnitude = std::max(std::abs(in), std::abs(expected));
    EXPECT_NEAR(x.values()[i], expected, tolerance(magnitude, 14)) << c.name << " of " << in;
  }
}

TEST_P(ActivationTest, EqualsTheDoubleLoopAtEveryLengthAndOffset) {
  sweep(0, [](std::size_t length, std::size_t offset) {
    for (const float scale : {1.0F, 6.0F}) expect_equal(GetParam(), random_floats(length, scale, 11), offset);
  });
}

TEST_P(ActivationTest, HoldsFarFromZeroAndNearIt) {
  expect_equal(GetParam(), {0.0F, -0.0F, 1e-30F, -1e-30F, 12.0F, -12.0F, 80.0F, -80.0F, 200.0F, -200.0F, 1e6F, -1e6F},
               0);
}

TEST(EluPlusOne, KeepsItsDigitsFarBelowZeroAndIsNeverNegative) {
  std::vector<float> values = {-1.0F, -9.0F, -20.0F, -60.0F, -1000.0F, -kInfinity};
  const std::vector<float> before = values;
  elu_plus_one(values.data(), values.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double expected = std::exp(static_cast<double>(before[i]));
    EXPECT_NEAR(values[i], expected, tolerance(expected, 4));
    EXPECT_GE(values[i], 0.0F);
  }
}

TEST_P(ActivationTest, CarriesNaNOn) {
  std::vector<float> x = {1.0F, kNaN, 2.0F};
  GetParam().kernel(x.data(), x.size());
  EXPECT_TRUE(std::isnan(x[1]));
  EXPECT_FALSE(std::isnan(x[0]) || std::isnan(x[2]));
}

}  // namespace
}  // namespace attn::test
