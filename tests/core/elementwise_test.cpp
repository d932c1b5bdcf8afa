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

TEST(Elementwise, MultiplyEqualsTheDoubleLoop) {
  sweep(0, [](std::size_t length, std::size_t offset) {
    const std::vector<float> a = random_floats(length, 2.0F, 1), b = random_floats(length, 2.0F, 2);
    for (std::size_t other = 0; other < simd::kWidth; ++other) {
      Guarded x(a, offset), y(b, other);
      multiply(y.data(), length, x.data());
      EXPECT_TRUE(x.intact() && y.intact());
      for (std::size_t i = 0; i < length; ++i) {
        EXPECT_NEAR(x.values()[i], static_cast<double>(a[i]) * static_cast<double>(b[i]), tolerance(4.0, 1));
      }
    }
  });
}

TEST(Elementwise, AddScaledEqualsTheDoubleLoop) {
  sweep(0, [](std::size_t length, std::size_t offset) {
    const std::vector<float> a = random_floats(length, 2.0F, 1), b = random_floats(length, 2.0F, 2);
    for (std::size_t other = 0; other < simd::kWidth; ++other) {
      Guarded x(a, offset), y(b, other);
      add_scaled(-1.7F, y.data(), length, x.data());
      EXPECT_TRUE(x.intact() && y.intact());
      for (std::size_t i = 0; i < length; ++i) {
        const double expected = static_cast<double>(a[i]) - static_cast<double>(1.7F) * static_cast<double>(b[i]);
        EXPECT_NEAR(x.values()[i], expected, tolerance(5.4, 2));
      }
    }
  });
}

TEST(Elementwise, MeanOfRowsEqualsTheDoubleLoop) {
  for (const std::size_t rows : {1, 2, 5}) {
    sweep(0, [rows](std::size_t length, std::size_t offset) {
      const std::vector<float> a = random_floats(rows * length, 2.0F, 3);
      Guarded x(a, offset), out(std::vector<float>(length, kNaN), offset);
      mean_of_rows(x.data(), rows, length, out.data());
      EXPECT_TRUE(x.intact() && out.intact());
      for (std::size_t i = 0; i < length; ++i) {
        double sum = 0.0;
        for (std::size_t r = 0; r < rows; ++r) sum += static_cast<double>(a[r * length + i]);
        EXPECT_NEAR(out.values()[i], sum / static_cast<double>(rows), tolerance(2.0, rows + 2));
      }
    });
  }
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
