#include "kernels/matmul.hpp"

#include <xtensor/xmath.hpp>
#include <xtensor/xtensor.hpp>
#include <xtensor/xview.hpp>

#include "guarded.hpp"

namespace attn::test {
namespace {

using Reference = xt::xtensor<double, 2>;

/// A matrix between guards whose rows are `gap` numbers apart; the gaps hold NaN too.
class Padded {
 public:
  Padded(std::size_t rows, std::size_t cols, std::size_t gap, std::uint32_t seed)
      : values_(Reference::from_shape({rows, cols})),
        stride_(cols + gap),
        cells_(fill(rows, cols, gap, seed), seed % simd::kWidth) {}

  MatrixView<float> view() { return {cells_.data(), values_.shape(0), values_.shape(1), stride_}; }
  const Reference& values() const { return values_; }

  bool intact() {
    bool gaps = true;
    for (std::size_t i = 0; i < values_.shape(0); ++i) {
      for (std::size_t j = values_.shape(1); j < stride_; ++j) gaps = gaps && std::isnan(view().data[i * stride_ + j]);
    }
    return gaps && cells_.intact();
  }

 private:
  std::vector<float> fill(std::size_t rows, std::size_t cols, std::size_t gap, std::uint32_t seed) {
    const std::vector<float> numbers = random_floats(rows * cols, 1.0F, seed);
    std::vector<float> padded(rows * (cols + gap), kNaN);
    for (std::size_t i = 0; i < rows * cols; ++i) {
      values_(i / cols, i % cols) = static_cast<double>(numbers[i]);
      padded[i / cols * (cols + gap) + i % cols] = numbers[i];
    }
    return padded;
  }

  Reference values_;
  std::size_t stride_;
  Guarded cells_;
};

/// (n, k) times (k, m) by broadcasting over (n, k, m).
Reference product(const Reference& a, const Reference& b) {
  return xt::sum(xt::view(a, xt::all(), xt::all(), xt::newaxis()) * xt::view(b, xt::newaxis(), xt::all(), xt::all()),
                 {1});
}

/// Numbers are below 1, so k + 1 of them (the one that stood there included) sum to at most that.
void expect_equal(Padded& c, const Reference& expected, std::size_t k) {
  EXPECT_TRUE(c.intact());
  for (std::size_t i = 0; i < expected.shape(0); ++i) {
    for (std::size_t j = 0; j < expected.shape(1); ++j) {
      EXPECT_NEAR(c.view().row(i)[j], expected(i, j), tolerance(static_cast<double>(k + 1), k + 1)) << i << ", " << j;
    }
  }
}

template <class Check>
void shapes(Check check) {
  for (const std::size_t n : {1, 3, 4, 5, 9}) {
    for (const std::size_t k : {1, 2, 5, 8, 17}) {
      for (std::size_t m = 1; m <= 3 * simd::kWidth + 1; ++m) {
        for (const std::size_t gap : {0, 3}) {
          SCOPED_TRACE(std::to_string(n) + " x " + std::to_string(k) + " x " + std::to_string(m) + ", gap " +
                       std::to_string(gap));
          check(n, k, m, gap);
          if (testing::Test::HasFailure()) return;
        }
      }
    }
  }
}

TEST(Matmul, EqualsTheDoubleSumForEveryTailAndStride) {
  shapes([](std::size_t n, std::size_t k, std::size_t m, std::size_t gap) {
    Padded a(n, k, gap, 41), b(k, m, gap, 42), c(n, m, gap, 43);
    matmul(a.view(), b.view(), c.view());
    expect_equal(c, product(a.values(), b.values()), k);
  });
}

TEST(Matmul, AddAddsToWhatStoodThere) {
  shapes([](std::size_t n, std::size_t k, std::size_t m, std::size_t gap) {
    Padded a(n, k, gap, 44), b(k, m, gap, 45), c(n, m, gap, 46);
    matmul_add(a.view(), b.view(), c.view());
    expect_equal(c, c.values() + product(a.values(), b.values()), k);
  });
}

/// Here the summed axis runs along the vectors, so it is the one that takes every length.
TEST(Matmul, TransposedEqualsTheDoubleSumForEveryTailAndStride) {
  shapes([](std::size_t n, std::size_t m, std::size_t k, std::size_t gap) {
    Padded a(n, k, gap, 47), b(m, k, gap, 48), c(n, m, gap, 49);
    matmul_transposed(a.view(), b.view(), c.view());
    expect_equal(c, product(a.values(), xt::transpose(b.values())), k);
  });
}

TEST(Matmul, OverNoInnerAxisGivesZeros) {
  Padded a(2, 0, 0, 50), b(0, 5, 0, 51), c(2, 5, 0, 52);
  matmul(a.view(), b.view(), c.view());
  expect_equal(c, xt::zeros<double>({2, 5}), 0);
}

}  // namespace
}  // namespace attn::test
