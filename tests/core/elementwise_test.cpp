#include "kernels/elementwise.hpp"

#include "guarded.hpp"

namespace attn::test {
namespace {

TEST(Elementwise, AddEqualsTheDoubleLoop) {
  sweep(0, [](std::size_t length, std::size_t offset) {
    const std::vector<float> a = random_floats(length, 2.0F, 1), b = random_floats(length, 2.0F, 2);
    for (std::size_t other = 0; other < simd::kWidth; ++other) {
      Guarded x(a, offset), y(b, other);
      add(y.data(), length, x.data());
      EXPECT_TRUE(x.intact() && y.intact());
      for (std::size_t i = 0; i < length; ++i) {
        EXPECT_NEAR(x.values()[i], static_cast<double>(a[i]) + static_cast<double>(b[i]), tolerance(4.0, 1));
      }
    }
  });
}

TEST(Elementwise, ScaleEqualsTheDoubleLoop) {
  sweep(0, [](std::size_t length, std::size_t offset) {
    const std::vector<float> a = random_floats(length, 2.0F, 3);
    Guarded x(a, offset);
    scale(-0.37F, length, x.data());
    EXPECT_TRUE(x.intact());
    for (std::size_t i = 0; i < length; ++i) {
      EXPECT_NEAR(x.values()[i], static_cast<double>(a[i]) * static_cast<double>(-0.37F), tolerance(1.0, 1));
    }
  });
}

TEST(Elementwise, ScaleLeavesInfinitiesUnderAnyFactor) {
  for (const float factor : {0.0F, -2.0F, 0.5F}) {
    std::vector<float> x(2 * simd::kWidth + 1, -kInfinity);
    x[1] = kInfinity;
    scale(factor, x.size(), x.data());
    EXPECT_EQ(x[0], -kInfinity);
    EXPECT_EQ(x[1], kInfinity);
    EXPECT_EQ(x.back(), -kInfinity);
  }
}

TEST(Elementwise, SoftcapEqualsTheDoubleLoopAndStaysBelowItsCap) {
  sweep(0, [](std::size_t length, std::size_t offset) {
    const std::vector<float> a = random_floats(length, 9.0F, 4);
    Guarded x(a, offset);
    softcap(2.5F, length, x.data());
    EXPECT_TRUE(x.intact());
    for (std::size_t i = 0; i < length; ++i) {
      EXPECT_NEAR(x.values()[i], 2.5 * std::tanh(static_cast<double>(a[i]) / 2.5), tolerance(2.5, 6));
      EXPECT_LE(std::abs(x.values()[i]), 2.5F);
    }
  });
}

}  // namespace
}  // namespace attn::test
