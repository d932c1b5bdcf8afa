#pragma once

#include <bit>
#include <cstdint>

namespace attn {

/// What 16 bits stand for: IEEE 754's binary16 (5 bits of exponent, 10 of fraction), or the upper half of a float.
enum class HalfFormat : std::uint8_t { f16, bf16 };

inline bool is_finite(std::uint16_t bits, HalfFormat format) {
  const unsigned exponent = format == HalfFormat::f16 ? 0x7C00 : 0x7F80;
  return (bits & exponent) != exponent;
}

/// The number that finite bits stand for; every one is a float. Shifted into place, binary16 is too small by the
/// difference of the two formats' biases, 112, and its denormals are denormal floats: one product puts both right.
inline float widen(std::uint16_t bits, HalfFormat format) {
  const std::uint32_t wide = bits;
  if (format == HalfFormat::bf16) return std::bit_cast<float>(wide << 16);
  return std::bit_cast<float>((wide & 0x8000U) << 16 | (wide & 0x7FFFU) << 13) * 0x1p112F;
}

}  // namespace attn
