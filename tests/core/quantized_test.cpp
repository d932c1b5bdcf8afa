#include "kernels/quantized.hpp"

#include "guarded.hpp"

namespace attn::test {
namespace {

/// A matrix in bytes, and the numbers that these stand for.
struct Quantized {
  std::vector<float> scales;
  std::vector<std::int8_t> bytes;
  BytePanels panels;

  Quantized(MatrixView<const float> b, std::size_t rows_at_a_time)
      : scales(b.cols, 0.0F),
        bytes(byte_panels_size(b.rows, b.cols), 0),
        panels(bytes.data(), scales.data(), b.rows, b.cols) {
    raise_to_columns(b, scales.data());
    for (float& scale : scales) scale /= kLargestByte;
    for (std::size_t k = 0; k < b.rows; k += rows_at_a_time) {
      quantize_rows(b.sub_rows(k, std::min(rows_at_a_time, b.rows - k)), k, scales.data(), bytes.data(), panels.stride);
    }
  }
};

struct Shape {
  std::size_t n, k, m;
};

template <class Check>
void shapes(Check check) {
  for (const std::size_t n : {1, 2, 4, 5, 7}) {
    for (const std::size_t k : {1, 2, 3, 8, 17, 1025}) {
      for (const std::size_t m : {std::size_t{1}, simd::kWidth, kPanelCols - 1, kPanelCols, kPanelCols + 3}) {
        SCOPED_TRACE(std::to_string(n) + " x " + std::to_string(k) + " x " + std::to_string(m));
        check(Shape{n, k, m});
        if (testing::Test::HasFailure()) return;
      }
    }
  }
}

TEST(Quantized, EveryNumberIsWithinHalfAStepAndTheLargestOfAColumnIsExact) {
  shapes([](Shape s) {
    const std::vector<float> numbers = random_floats(s.k * s.m, 3.0F, 21);
    const MatrixView<const float> b(numbers.data(), s.k, s.m);
    const Quantized q(b, 3);
    for (std::size_t j = 0; j < s.m; ++j) {
      float largest = 0.0F;
      for (std::size_t k = 0; k < s.k; ++k) {
        largest = std::max(largest, std::abs(b.row(k)[j]));
        EXPECT_NEAR(q.panels.at(k, j), b.row(k)[j], 0.5F * q.scales[j] * (1.0F + 1e-5F));
      }
      EXPECT_FLOAT_EQ(q.scales[j] * kLargestByte, largest);
    }
  });
}

/// Against the numbers that the bytes stand for, in double. One row is rounded to 15 bits of its largest number; the
/// rest is float's rounding.
TEST(Quantized, TheProductIsThatOfTheNumbersThatTheBytesStandFor) {
  shapes([](Shape s) {
    const std::vector<float> left = random_floats(s.n * s.k, 1.0F, 22), right = random_floats(s.k * s.m, 1.0F, 23);
    const std::vector<float> bias = random_floats(s.m, 1.0F, 24);
    const MatrixView<const float> a(left.data(), s.n, s.k), b(right.data(), s.k, s.m);
    const Quantized q(b, s.k);
    Guarded out(s.n * s.m, 1);
    matmul(a, q.panels, {out.data(), s.n, s.m}, bias.data());
    EXPECT_TRUE(out.intact());
    for (std::size_t i = 0; i < s.n; ++i) {
      for (std::size_t j = 0; j < s.m; ++j) {
        double sum = static_cast<double>(bias[j]), weight = 0.0;
        for (std::size_t k = 0; k < s.k; ++k) {
          sum += static_cast<double>(a.row(i)[k]) * static_cast<double>(q.panels.at(k, j));
          weight += std::abs(static_cast<double>(q.panels.at(k, j)));
        }
        const double rounded = weight / 16383.0 / 2.0 * 1.001;
        EXPECT_NEAR(out.values()[i * s.m + j], sum, rounded + tolerance(static_cast<double>(s.k + 1), s.k + 4));
      }
    }
  });
}

TEST(Quantized, APartOfTheRowsIsThatPartOfTheSum) {
  const std::vector<float> left = random_floats(6 * 4, 1.0F, 25), right = random_floats(11 * 5, 1.0F, 26);
  const Quantized q({right.data(), 11, 5}, 11);
  for (const std::size_t rows : {1, 6}) {
    for (const std::size_t first : {2, 3}) {
      const BytePanels part = q.panels.sub_rows(first, 4);
      std::vector<float> out(rows * 5);
      matmul({left.data(), rows, 4}, part, {out.data(), rows, 5});
      for (std::size_t i = 0; i < rows; ++i) {
        for (std::size_t j = 0; j < 5; ++j) {
          double sum = 0.0;
          for (std::size_t k = 0; k < 4; ++k)
            sum += static_cast<double>(left[i * 4 + k]) * static_cast<double>(q.panels.at(first + k, j));
          EXPECT_NEAR(out[i * 5 + j], sum, 4e-4);
        }
      }
    }
  }
}

TEST(Quantized, RowsAndColumnsOfZerosStayZeros) {
  const std::vector<float> zeros(40, 0.0F), ones(8, 1.0F);
  const Quantized q({zeros.data(), 8, 5}, 8);
  std::vector<float> out(5, kNaN);
  matmul({ones.data(), 1, 8}, q.panels, {out.data(), 1, 5});
  EXPECT_EQ(out, std::vector<float>(5, 0.0F));
  const std::vector<float> numbers = random_floats(40, 1.0F, 27);
  const Quantized r({numbers.data(), 8, 5}, 8);
  matmul({zeros.data(), 1, 8}, r.panels, {out.data(), 1, 5});
  EXPECT_EQ(out, std::vector<float>(5, 0.0F));
}

TEST(Quantized, OverNoInnerAxisGivesTheBias) {
  const std::vector<float> bias = {1.0F, -2.0F, 3.0F};
  for (const std::size_t rows : {1, 6}) {
    std::vector<float> out(rows * 3, kNaN);
    matmul({nullptr, rows, 0}, BytePanels(nullptr, nullptr, 0, 3), {out.data(), rows, 3}, bias.data());
    for (std::size_t n = 0; n < out.size(); ++n) EXPECT_EQ(out[n], bias[n % 3]);
  }
}

TEST(Quantized, ARowOfTheSmallestFloatsIsNotLost) {
  const std::vector<float> tiny(8, 1e-39F), numbers(8, 1e37F);
  const Quantized q({numbers.data(), 8, 1}, 8);
  float out = 0.0F;
  matmul({tiny.data(), 1, 8}, q.panels, {&out, 1, 1});
  EXPECT_NEAR(out, 8e-2, 3e-3);  // the row itself has few bits left
}

TEST(Quantized, WhatIsNotFiniteIsNotHidden) {
  const std::vector<float> numbers = random_floats(40, 1.0F, 27);
  const Quantized q({numbers.data(), 8, 5}, 8);
  for (const float bad : {kNaN, kInfinity}) {
    std::vector<float> a(8, 1.0F), out(5);
    a[3] = bad;
    matmul({a.data(), 1, 8}, q.panels, {out.data(), 1, 5});
    for (const float x : out) EXPECT_FALSE(std::isfinite(x));
  }
}

}  // namespace
}  // namespace attn::test
