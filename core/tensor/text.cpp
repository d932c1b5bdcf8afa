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
  const bool plain = exponent >= -4 && exponent < kDigits;
  const int after = plain ? kDigits - 1 - exponent : kDigits - 1;
  if (plain) {
    for (; exponent > 0; --exponent) value *= 10.0;
    for (; exponent < 0; ++exponent) value /= 10.0;
  }
  double unit = 1.0;
  for (int i = 0; i < after; ++i) unit *= 10.0;
  const auto digits = static_cast<unsigned long long>(std::llround(value * unit));
  std::string fraction = std::to_string(digits % static_cast<unsigned long long>(unit));
  fraction.insert(0, static_cast<std::size_t>(after) - fraction.size(), '0');
  while (!fraction.empty() && fraction.back() == '0') fraction.pop_back();
  const std::string whole = std::to_string(digits / static_cast<unsigned long long>(unit));
  return whole + (fraction.empty() ? "" : "." + fraction) + (plain ? "" : "e" + std::to_string(exponent));
}

std::string shape_text(std::span<const std::size_t> shape) {
  std::string text;
  for (const std::size_t n : shape) text += (text.empty() ? "" : ", ") + std::to_string(n);
  return "(" + text + ")";
}

}  // namespace attn
