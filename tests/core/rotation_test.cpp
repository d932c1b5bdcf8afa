#include "kernels/rotation.hpp"

#include "guarded.hpp"

namespace attn::test {
namespace {

TEST(Rotation, EqualsTheDoubleLoopAtEveryWidthAndOffset) {
  constexpr std::size_t kRows = 3;
  sweep(0, [](std::size_t half, std::size_t offset) {
    const std::size_t width = 2 * half;
    const std::size_t stride = width + 3;
    const std::vector<float> table = random_floats(kRows * width, 1.0F, 31);
    const std::vector<float> before = random_floats(kRows * stride, 2.0F, 32);
    Guarded t(table, 0), x(before, offset);
    rotate_halves({t.data(), kRows, width}, {x.data(), kRows, width, stride});
    EXPECT_TRUE(x.intact());
    for (std::size_t i = 0; i < kRows; ++i) {
      for (std::size_t j = 0; j < half; ++j) {
        const double a = before[i * stride + j], b = before[i * stride + half + j];
        const double c = table[i * width + j], s = table[i * width + half + j];
        EXPECT_NEAR(x.values()[i * stride + j], a * c - b * s, tolerance(4.0, 3));
        EXPECT_NEAR(x.values()[i * stride + half + j], a * s + b * c, tolerance(4.0, 3));
      }
      for (std::size_t j = width; j < stride; ++j) EXPECT_EQ(x.values()[i * stride + j], before[i * stride + j]);
    }
  });
}

}  // namespace
}  // namespace attn::test
