#include "kernels/rotation.hpp"

#include "guarded.hpp"

namespace attn::test {
namespace {

/// Where the two numbers of pair j stand in a row of 2 * half.
struct Layout {
  const char* name;
  decltype(rotate_halves)* rotate;
  bool interleaved;

  std::size_t first(std::size_t j) const { return interleaved ? 2 * j : j; }
  std::size_t second(std::size_t j, std::size_t half) const { return interleaved ? 2 * j + 1 : half + j; }
};

constexpr Layout kLayouts[] = {{"halves", rotate_halves, false}, {"pairs", rotate_pairs, true}};

class Rotation : public testing::TestWithParam<Layout> {};

TEST_P(Rotation, EqualsTheDoubleLoopAtEveryWidthAndOffset) {
  constexpr std::size_t kRows = 3;
  const Layout& layout = GetParam();
  sweep(0, [&](std::size_t half, std::size_t offset) {
    const std::size_t width = 2 * half;
    const std::size_t stride = width + 3;
    const std::vector<float> cosine = random_floats(kRows * half, 1.0F, 31),
                             sine = random_floats(kRows * half, 1.0F, 33);
    const std::vector<float> before = random_floats(kRows * stride, 2.0F, 32);
    Guarded c(cosine, 0), s(sine, offset), x(before, offset);
    layout.rotate({c.data(), kRows, half}, {s.data(), kRows, half}, {x.data(), kRows, width, stride});
    EXPECT_TRUE(x.intact());
    for (std::size_t i = 0; i < kRows; ++i) {
      for (std::size_t j = 0; j < half; ++j) {
        const std::size_t one = i * stride + layout.first(j), other = i * stride + layout.second(j, half);
        const double a = before[one], b = before[other], cos = cosine[i * half + j], sin = sine[i * half + j];
        EXPECT_NEAR(x.values()[one], a * cos - b * sin, tolerance(4.0, 3));
        EXPECT_NEAR(x.values()[other], a * sin + b * cos, tolerance(4.0, 3));
      }
      for (std::size_t j = width; j < stride; ++j) EXPECT_EQ(x.values()[i * stride + j], before[i * stride + j]);
    }
  });
}

TEST_P(Rotation, TurnsAllRowsByTheSameAnglesWhereTheStrideIsZero) {
  constexpr std::size_t kRows = 4, kHalf = 7;
  const std::vector<float> cosine = random_floats(kHalf, 1.0F, 34), sine = random_floats(kHalf, 1.0F, 35);
  std::vector<float> x = random_floats(kRows * 2 * kHalf, 2.0F, 36), one = x;
  GetParam().rotate({cosine.data(), kRows, kHalf, 0}, {sine.data(), kRows, kHalf, 0}, {x.data(), kRows, 2 * kHalf});
  for (std::size_t i = 0; i < kRows; ++i) {
    GetParam().rotate({cosine.data(), 1, kHalf}, {sine.data(), 1, kHalf}, {one.data() + i * 2 * kHalf, 1, 2 * kHalf});
  }
  EXPECT_EQ(x, one);
}

INSTANTIATE_TEST_SUITE_P(Layouts, Rotation, testing::ValuesIn(kLayouts),
                         [](const auto& info) { return std::string(info.param.name); });

/// A row in the half-split order, from one of pairs of neighbours.
std::vector<float> by_halves(std::span<const float> pairs) {
  std::vector<float> out(pairs.size());
  for (std::size_t j = 0; j < pairs.size() / 2; ++j) {
    out[j] = pairs[2 * j];
    out[pairs.size() / 2 + j] = pairs[2 * j + 1];
  }
  return out;
}

TEST(RotationLayouts, AreThePermutationOfOneAnother) {
  sweep(1, [](std::size_t half, std::size_t) {
    const std::vector<float> cosine = random_floats(half, 1.0F, 37), sine = random_floats(half, 1.0F, 38);
    std::vector<float> pairs = random_floats(2 * half, 2.0F, 39), halves = by_halves(pairs);
    const MatrixView<const float> c(cosine.data(), 1, half), s(sine.data(), 1, half);
    rotate_pairs(c, s, {pairs.data(), 1, 2 * half});
    rotate_halves(c, s, {halves.data(), 1, 2 * half});
    EXPECT_TRUE(close(by_halves(pairs), halves, tolerance(2.0, 3)));
  });
}

}  // namespace
}  // namespace attn::test
