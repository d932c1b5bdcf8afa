#include "kernels/softmax.hpp"

#include "guarded.hpp"

namespace attn::test {
namespace {

std::vector<double> reference(std::span<const float> row) {
  const double highest = *std::max_element(row.begin(), row.end());
  std::vector<double> out;
  double sum = 0.0;
  for (const float x : row) out.push_back(std::exp(static_cast<double>(x) - highest));
  for (const double e : out) sum += e;
  for (double& e : out) e /= sum;
  return out;
}

/// A share is at most 1; its exponent x - max was rounded once, and p |x - max| stays below 1.
void expect_softmax_of(std::vector<float> values, std::size_t offset) {
  Guarded row(values, offset);
  softmax(row.data(), values.size(), row.data());
  EXPECT_TRUE(row.intact());
  const std::vector<double> expected = reference(values);
  for (std::size_t i = 0; i < values.size(); ++i) {
    EXPECT_NEAR(row.values()[i], expected[i], tolerance(1.0, values.size() + 6)) << "at " << i;
  }
}

std::vector<float> softmax_of(std::vector<float> row) {
  softmax(row.data(), row.size(), row.data());
  return row;
}

TEST(Softmax, EqualsTheDoubleLoopAtEveryLengthAndOffset) {
  sweep(1, [](std::size_t length, std::size_t offset) {
    expect_softmax_of(random_floats(length, 8.0F, static_cast<std::uint32_t>(length)), offset);
  });
}

TEST(Softmax, OfNothingWritesNothing) {
  Guarded row(0, 1);
  softmax(row.data(), 0, row.data());
  EXPECT_TRUE(row.intact());
}

TEST(Softmax, RowsSumToOne) {
  sweep(1, [](std::size_t length, std::size_t offset) {
    Guarded row(random_floats(length, 30.0F, 7), offset);
    softmax(row.data(), length, row.data());
    double sum = 0.0;
    for (const float p : row.values()) sum += static_cast<double>(p);
    EXPECT_NEAR(sum, 1.0, tolerance(1.0, length + 4));
  });
}

TEST(Softmax, HiddenKeysGetNothingAndTheOthersShare) {
  sweep(2, [](std::size_t length, std::size_t offset) {
    std::vector<float> values = random_floats(length, 3.0F, 5);
    for (std::size_t i = 0; i < length; i += 2) values[i] = -kInfinity;
    expect_softmax_of(values, offset);
  });
}

TEST(Softmax, ARowOfMinusInfinitiesBecomesZeros) {
  sweep(1, [](std::size_t length, std::size_t offset) {
    Guarded row(std::vector<float>(length, -kInfinity), offset);
    softmax(row.data(), length, row.data());
    EXPECT_TRUE(row.intact());
    for (const float p : row.values()) EXPECT_EQ(p, 0.0F);
  });
}

TEST(Softmax, OneNaNOrPlusInfinityMakesTheWholeRowNaN) {
  sweep(1, [](std::size_t length, std::size_t offset) {
    for (const float bad : {kNaN, kInfinity}) {
      for (const float other : {0.5F, -kInfinity}) {
        for (std::size_t place = 0; place < length; ++place) {
          std::vector<float> values(length, other);
          values[place] = bad;
          Guarded row(values, offset);
          softmax(row.data(), length, row.data());
          EXPECT_TRUE(row.intact());
          for (const float p : row.values()) EXPECT_TRUE(std::isnan(p)) << bad << " at " << place << ", else " << other;
        }
      }
    }
  });
}

TEST(Softmax, SurvivesHugeNumbers) {
  constexpr float kHuge = std::numeric_limits<float>::max();
  expect_softmax_of({kHuge, -kHuge, kHuge, 0.0F, 1e30F, -1e30F, kHuge}, 1);
  EXPECT_EQ(softmax_of({-kHuge, -kHuge}), (std::vector<float>{0.5F, 0.5F}));
}

TEST(Softmax, TreatsDenormalsAsTheSmallNumbersTheyAre) {
  constexpr float kTiny = std::numeric_limits<float>::denorm_min();
  EXPECT_EQ(softmax_of({kTiny, -kTiny, 0.0F, 3.0F * kTiny}), std::vector<float>(4, 0.25F));
}

TEST(Softmax, DoesNotChangeWhenEveryScoreMovesByTheSame) {
  const std::vector<float> scores = {0.0F, 1.0F, -2.0F, 3.5F, 0.25F, -7.0F, 2.0F, 2.0F, 1.5F};
  std::vector<float> moved = scores;
  for (float& x : moved) x += 64.0F;  // exact in float for these numbers
  EXPECT_EQ(softmax_of(scores), softmax_of(moved));
}

}  // namespace
}  // namespace attn::test
