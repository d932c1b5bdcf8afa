#include "tensor/text.hpp"

#include <cmath>

namespace attn {

std::string number_text(double value) {
  constexpr int kDigits = 6;
  if (std::isnan(value)) return "NaN";
  if (value < 0.0) return "-" + number_text(-value);
  if (std::isinf(value)) return "infinity";
  if (value == std::floor(value) && value < 1e15) return std::to_string(static_cast<long long>(value));
  int exponent = 0;
  while (value >= 10.0) value /= 10.0, ++exponent;
  while (value < 1.0) value *= 10.0, --exponent;
  long long rounded = std::llround(value * 1e5);
  if (rounded == 1'000'000) rounded = 100'000, ++exponent;  // 9.999999 became 10

  std::string digits = std::to_string(rounded);
  const bool plain = exponent >= -4 && exponent < kDigits;
  if (plain && exponent < 0) digits.insert(0, static_cast<std::size_t>(-exponent), '0');
  const std::size_t point = plain && exponent > 0 ? static_cast<std::size_t>(exponent) + 1 : 1;
  while (digits.size() > point && digits.back() == '0') digits.pop_back();
  if (digits.size() > point) digits.insert(point, ".");
  return digits + (plain ? "" : "e" + std::to_string(exponent));
}

std::string shape_text(std::span<const std::size_t> shape) {
  std::string text;
  for (const std::size_t n : shape) text += (text.empty() ? "" : ", ") + std::to_string(n);
  return "(" + text + ")";
}

}  // namespace attn
