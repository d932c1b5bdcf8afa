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
  for (const std::size_t n : {1, 2, 3, 4, 5, 9}) {
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

/// Panels between guards.
struct Laid {
  Guarded cells;
  Panels panels;

  explicit Laid(Padded& b)
      : cells(panels_size(b.view().rows, b.view().cols), 1), panels(pack(b.view(), cells.data())) {}
};

/// More rows than a tile has, so that every number of rows left over occurs.
TEST(Matmul, ByPanelsEqualsTheDoubleSumForEveryTailAndStride) {
  shapes([](std::size_t n, std::size_t k, std::size_t m, std::size_t gap) {
    Padded a(n, k, gap, 41), b(k, m, gap, 42), c(n, m, gap, 43);
    const Laid laid(b);
    EXPECT_TRUE(laid.cells.intact());
    matmul(a.view(), laid.panels, c.view());
    expect_equal(c, product(a.values(), b.values()), k);
  });
}

TEST(Matmul, ByPanelsAddsABiasToEveryRow) {
  shapes([](std::size_t n, std::size_t k, std::size_t m, std::size_t gap) {
    Padded a(n, k, gap, 44), b(k, m, gap, 45), c(n, m, gap, 46), bias(1, m, 0, 47);
    matmul(a.view(), Laid(b).panels, c.view(), bias.view().data);
    expect_equal(c, product(a.values(), b.values()) + bias.values(), k);
  });
}

/// More of everything than the blocks of rows and of the summed axis hold.
TEST(Matmul, ByPanelsEqualsTheDoubleSumBeyondItsBlocks) {
  Padded a(167, 525, 1, 51), b(525, 2 * kPanelCols + 3, 2, 52), c(167, 2 * kPanelCols + 3, 3, 53);
  matmul(a.view(), Laid(b).panels, c.view());
  expect_equal(c, product(a.values(), b.values()), 525);
}

TEST(Matmul, APartOfTheRowsOfPanelsIsThatPartOfTheSum) {
  Padded a(6, 9, 0, 54), b(17, 11, 0, 55), c(6, 11, 0, 56);
  matmul(a.view(), Laid(b).panels.sub_rows(5, 9), c.view());
  expect_equal(c, product(a.values(), xt::view(b.values(), xt::range(5, 14), xt::all())), 9);
}

TEST(Matmul, PanelsOfTheTransposeAreThePanelsOfTheTransposedMatrix) {
  shapes([](std::size_t, std::size_t k, std::size_t m, std::size_t gap) {
    Padded b(m, k, gap, 57);
    Guarded cells(panels_size(k, m), 1);
    const Panels panels = pack_transposed(b.view(), cells.data());
    EXPECT_TRUE(cells.intact());
    for (std::size_t i = 0; i < k; ++i) {
      for (std::size_t j = 0; j < m; ++j) EXPECT_EQ(panels.at(i, j), b.view().row(j)[i]);
    }
  });
}

/// Infinities and NaN in a must not meet the zeros that fill the last panel up.
TEST(Matmul, WhatFillsAPanelUpNeverShows) {
  Padded a(5, 4, 0, 58), b(4, 3, 0, 59), c(5, 3, 1, 60);
  a.view().row(2)[1] = kInfinity;
  matmul(a.view(), Laid(b).panels, c.view());
  EXPECT_TRUE(c.intact());
  for (std::size_t j = 0; j < 3; ++j) EXPECT_TRUE(std::isinf(c.view().row(2)[j]));
}

TEST(Matmul, OfFewRowsEqualsTheDoubleSumForEveryTailAndStride) {
  shapes([](std::size_t n, std::size_t k, std::size_t m, std::size_t gap) {
    Padded a(n, k, gap, 61), b(k, m, gap, 62), c(n, m, gap, 63);
    matmul(a.view(), b.view(), c.view());
    expect_equal(c, product(a.values(), b.values()), k);
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
  matmul(a.view(), Laid(b).panels, c.view());
  expect_equal(c, xt::zeros<double>({2, 5}), 0);
}

}  // namespace
}  // namespace attn::test
