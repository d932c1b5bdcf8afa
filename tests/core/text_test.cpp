#include "tensor/text.hpp"

#include <array>

#include "support.hpp"

namespace attn::test {
namespace {

TEST(NumberText, WritesWholeNumbersWhole) {
  EXPECT_EQ(number_text(0.0), "0");
  EXPECT_EQ(number_text(-0.0), "0");
  EXPECT_EQ(number_text(42.0), "42");
  EXPECT_EQ(number_text(-7.0), "-7");
  EXPECT_EQ(number_text(1e9), "1000000000");
  EXPECT_EQ(number_text(123456789012345.0), "123456789012345");
}

TEST(NumberText, WritesFractionsWithUpToSixDigits) {
  EXPECT_EQ(number_text(0.5), "0.5");
  EXPECT_EQ(number_text(-1.25), "-1.25");
  EXPECT_EQ(number_text(1.0 / 3.0), "0.333333");
  EXPECT_EQ(number_text(3.14159265), "3.14159");
  EXPECT_EQ(number_text(12345.678), "12345.7");
  EXPECT_EQ(number_text(0.00012345678), "0.000123457");
  EXPECT_EQ(number_text(0.99999999), "1");
  EXPECT_EQ(number_text(9.99999999), "10");
}

TEST(NumberText, OfSixDigitsBeforeThePointHasNoneBehindIt) {
  EXPECT_EQ(number_text(123456.7), "123457");
  EXPECT_EQ(number_text(-100000.25), "-100000");
  EXPECT_EQ(number_text(999999.75), "1e6");
}

TEST(NumberText, WritesVerySmallAndVeryLargeNumbersWithAnExponent) {
  EXPECT_EQ(number_text(-1.25e-7), "-1.25e-7");
  EXPECT_EQ(number_text(1e-5), "1e-5");
  EXPECT_EQ(number_text(9.99999999e-7), "1e-6");
  EXPECT_EQ(number_text(1234567.8), "1.23457e6");
  EXPECT_EQ(number_text(1e300), "1e300");
  EXPECT_EQ(number_text(5e-324), "4.94066e-324");
}

TEST(NumberText, NamesWhatIsNoNumber) {
  EXPECT_EQ(number_text(std::nan("")), "NaN");
  EXPECT_EQ(number_text(std::numeric_limits<double>::infinity()), "infinity");
  EXPECT_EQ(number_text(-std::numeric_limits<double>::infinity()), "-infinity");
}

TEST(ShapeText, WritesAxesInParentheses) {
  EXPECT_EQ(shape_text({}), "()");
  EXPECT_EQ(shape_text(std::array<std::size_t, 1>{7}), "(7)");
  EXPECT_EQ(shape_text(std::array<std::size_t, 2>{48, 144}), "(48, 144)");
}

TEST(Error, NamesItsCode) {
  EXPECT_EQ(Error(Code::config_invalid, "").name(), "config_invalid");
  EXPECT_EQ(Error(Code::tensor_not_finite, "").name(), "tensor_not_finite");
  EXPECT_EQ(Error(Code::generation_unknown, "").name(), "generation_unknown");
}

}  // namespace
}  // namespace attn::test
