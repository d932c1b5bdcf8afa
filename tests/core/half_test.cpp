#include "kernels/half.hpp"

#include <array>
#include <cstring>

#include "guarded.hpp"

namespace attn::test {
namespace {

/// Bits of numbers below 2 in size: every seventh a zero of either sign or a denormal.
std::vector<std::uint16_t> random_bits(std::size_t count, HalfFormat format, std::uint32_t seed) {
  std::mt19937 random(seed);
  constexpr unsigned kTwo = 0x4000;  // in both formats
  const unsigned denormals = format == HalfFormat::f16 ? 0x400 : 0x80;
  std::vector<std::uint16_t> out(count);
  for (std::size_t n = 0; n < count; ++n) {
    const auto drawn = static_cast<unsigned>(random());
    const unsigned size = n % 7 == 3 ? drawn % denormals * (drawn >> 20 & 1) : drawn % kTwo;
    out[n] = static_cast<std::uint16_t>((drawn >> 16 & 0x8000) | size);
  }
  return out;
}

/// A matrix of 16-bit numbers, the same as floats, and the panels of both.
struct Both {
  std::vector<std::uint16_t> bits, laid_bits;
  std::vector<float> numbers, laid_numbers;
  HalfPanels halves;
  Panels floats;

  Both(std::size_t rows, std::size_t cols, HalfFormat format, std::uint32_t seed)
      : bits(random_bits(rows * cols, format, seed)),
        laid_bits(panels_size(rows, cols)),
        numbers(rows * cols),
        laid_numbers(panels_size(rows, cols)),
        halves(laid_bits.data(), rows, cols, format) {
    for (std::size_t n = 0; n < bits.size(); ++n) numbers[n] = widen(bits[n], format);
    pack_rows({bits.data(), rows, cols}, laid_bits.data(), halves.stride);
    floats = pack({numbers.data(), rows, cols}, laid_numbers.data());
  }
};

bool same_bits(std::span<const float> a, std::span<const float> b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size_bytes()) == 0;
}

template <class Check>
void shapes(Check check) {
  for (const HalfFormat format : {HalfFormat::f16, HalfFormat::bf16}) {
    for (const std::size_t n : {1, 2, 3, 4, 5, 6, 9}) {
      for (const std::size_t k : {1, 2, 5, 8, 17, 1025}) {
        for (std::size_t m = 1; m <= 3 * simd::kWidth + 1; m += k > 17 ? simd::kWidth - 1 : 1) {
          SCOPED_TRACE(std::to_string(n) + " x " + std::to_string(k) + " x " + std::to_string(m));
          check(format, n, k, m);
          if (testing::Test::HasFailure()) return;
        }
      }
    }
  }
}

TEST(Half, EveryFiniteNumberIsWidenedAsItsDefinitionSays) {
  for (const HalfFormat format : {HalfFormat::f16, HalfFormat::bf16}) {
    std::vector<std::uint16_t> bits;
    for (unsigned n = 0; n < 0x10000; ++n) {
      if (is_finite(static_cast<std::uint16_t>(n), format)) bits.push_back(static_cast<std::uint16_t>(n));
    }
    ASSERT_EQ(bits.size(), format == HalfFormat::f16 ? 63488U : 65280U);
    ASSERT_EQ(bits.size() % kPanelCols, 0U);
    std::vector<float> found(bits.size());
    widen_panel(HalfPanels(bits.data(), bits.size() / kPanelCols, kPanelCols, format), 0, found.data());
    const int fraction_bits = format == HalfFormat::f16 ? 10 : 7, bias = format == HalfFormat::f16 ? 15 : 127;
    for (std::size_t n = 0; n < bits.size(); ++n) {
      const int size = bits[n] & 0x7FFF, exponent = size >> fraction_bits, one = 1 << fraction_bits;
      const double number =
          std::ldexp(exponent == 0 ? size : size % one + one, std::max(exponent, 1) - bias - fraction_bits);
      ASSERT_EQ(static_cast<double>(found[n]), (bits[n] & 0x8000) != 0 ? -number : number) << bits[n];
      ASSERT_EQ(std::signbit(found[n]), (bits[n] & 0x8000) != 0) << bits[n];
      ASSERT_TRUE(same_bits({&found[n], 1}, std::array{widen(bits[n], format)})) << bits[n];
    }
  }
}

TEST(Half, TheProductEqualsTheDoubleSum) {
  shapes([](HalfFormat format, std::size_t n, std::size_t k, std::size_t m) {
    const Both b(k, m, format, 31);
    const std::vector<float> left = random_floats(n * k, 1.0F, 32), bias = random_floats(m, 1.0F, 33);
    Guarded out(n * m, 1);
    matmul({left.data(), n, k}, b.halves, {out.data(), n, m}, bias.data());
    EXPECT_TRUE(out.intact());
    for (std::size_t i = 0; i < n; ++i) {
      for (std::size_t j = 0; j < m; ++j) {
        double sum = static_cast<double>(bias[j]), magnitude = 1.0;
        for (std::size_t r = 0; r < k; ++r) {
          const double term = static_cast<double>(left[i * k + r]) * static_cast<double>(b.numbers[r * m + j]);
          sum += term;
          magnitude += std::abs(term);
        }
        EXPECT_NEAR(out.values()[i * m + j], sum, tolerance(magnitude, k + 1));
      }
    }
  });
}

/// With rows of a taller matrix above and below, with a bias and without.
TEST(Half, TheProductIsThatOfTheSameFloatsToTheBit) {
  shapes([](HalfFormat format, std::size_t n, std::size_t k, std::size_t m) {
    const Both b(k + 3, m, format, 34);
    const std::vector<float> left = random_floats(n * k, 1.0F, 35), bias = random_floats(m, 1.0F, 36);
    for (const float* added : {static_cast<const float*>(nullptr), bias.data()}) {
      std::vector<float> found(n * m), expected(n * m);
      matmul({left.data(), n, k}, b.halves.sub_rows(2, k), {found.data(), n, m}, added);
      matmul({left.data(), n, k}, b.floats.sub_rows(2, k), {expected.data(), n, m}, added);
      EXPECT_TRUE(same_bits(found, expected));
    }
  });
}

/// More rows and columns than a block of either holds.
TEST(Half, TheProductIsThatOfTheSameFloatsBeyondABlock) {
  constexpr std::size_t kRows = 167, kDepth = 525, kCols = 9 * kPanelCols + 3;
  for (const HalfFormat format : {HalfFormat::f16, HalfFormat::bf16}) {
    const Both b(kDepth, kCols, format, 37);
    const std::vector<float> left = random_floats(kRows * kDepth, 1.0F, 38);
    std::vector<float> found(kRows * kCols), expected(kRows * kCols);
    matmul({left.data(), kRows, kDepth}, b.halves, {found.data(), kRows, kCols});
    matmul({left.data(), kRows, kDepth}, b.floats, {expected.data(), kRows, kCols});
    EXPECT_TRUE(same_bits(found, expected));
  }
}

TEST(Half, OverNoInnerAxisGivesTheBias) {
  const std::vector<float> bias = {1.0F, -2.0F, 3.0F};
  for (const std::size_t rows : {1, 4, 6}) {
    std::vector<float> out(rows * 3, kNaN);
    matmul({nullptr, rows, 0}, HalfPanels(nullptr, 0, 3, HalfFormat::f16), {out.data(), rows, 3}, bias.data());
    for (std::size_t n = 0; n < out.size(); ++n) EXPECT_EQ(out[n], bias[n % 3]);
  }
}

TEST(Half, PanelsOfTheTransposeAreThePanelsOfTheTransposedMatrix) {
  shapes([](HalfFormat format, std::size_t, std::size_t k, std::size_t m) {
    const Both b(k, m, format, 39);
    std::vector<std::uint16_t> transposed(m * k), laid(panels_size(k, m), 0xFFFF);
    for (std::size_t n = 0; n < k * m; ++n) transposed[n % m * k + n / m] = b.bits[n];
    pack_transposed({transposed.data(), m, k}, laid.data());
    EXPECT_EQ(laid, b.laid_bits);
    for (std::size_t n = 0; n < k * m; ++n) EXPECT_EQ(b.halves.at(n / m, n % m), b.numbers[n]);
  });
}

}  // namespace
}  // namespace attn::test
