// Matrices of 16-bit numbers: their layouts, and their products, which are those of the same floats.

#include "kernels/half.hpp"

#include "fuzzer.hpp"

namespace attn::fuzz {
namespace {

/// Bits of finite numbers: any, or zeros and denormals alone.
std::vector<std::uint16_t> draw_bits(Case& test, std::size_t count, HalfFormat format) {
  const bool tiny = test.one_in(8);
  test.note("bf16", format == HalfFormat::bf16 ? 1.0 : 0.0);
  test.note("denormals alone", tiny ? 1.0 : 0.0);
  const unsigned exponent = format == HalfFormat::f16 ? 0x7C00 : 0x7F80;
  std::vector<std::uint16_t> out(count);
  for (std::uint16_t& bits : out) {
    auto drawn = static_cast<unsigned>(test.bits() & 0xFFFF);
    if (tiny) drawn &= ~exponent;
    if ((drawn & exponent) == exponent) drawn ^= 0x4000;
    bits = static_cast<std::uint16_t>(drawn);
  }
  return out;
}

}  // namespace

/// Laid out by rows, or from the transpose; a part of a taller matrix now and then.
void check_matmul_of_halves(Case& test) {
  const std::size_t n = test.one_in(2) ? test.up_to(5) : test.up_to(67), m = test.size("m");
  const std::size_t k = test.one_in(256) ? test.up_to(1100) : test.size("k");
  const std::size_t above = test.one_in(4) ? test.up_to(5) : 0, rows = above + k + (test.one_in(4) ? test.up_to(5) : 0);
  test.note("rows of a", static_cast<double>(n));
  test.note("above", static_cast<double>(above));
  const HalfFormat format = test.one_in(2) ? HalfFormat::f16 : HalfFormat::bf16;
  const std::vector<std::uint16_t> bits = draw_bits(test, rows * m, format);
  std::vector<std::uint16_t> laid(panels_size(rows, m), 0xFFFF);
  const HalfPanels halves(laid.data(), rows, m, format);
  Cells numbers = test.room(rows * m), laid_numbers = test.room(panels_size(rows, m));
  for (std::size_t i = 0; i < bits.size(); ++i) numbers.data()[i] = widen(bits[i], format);
  if (test.one_in(2)) {
    pack_rows({bits.data(), rows, m}, laid.data(), halves.stride);
  } else {
    std::vector<std::uint16_t> transposed(bits.size());
    for (std::size_t i = 0; i < bits.size(); ++i) transposed[i % m * rows + i / m] = bits[i];
    pack_transposed({transposed.data(), m, rows}, laid.data());
  }
  const Panels floats = pack({numbers.data(), rows, m}, laid_numbers.data());
  Grid a = test.grid("a", n, k, Numbers::kAny);
  Cells bias = test.numbers("bias", m, Numbers::kAny);
  const float* added = test.one_in(2) ? bias.data() : nullptr;
  Grid found = test.room(n, m), expected = test.room(n, m);
  matmul(a.view, halves.sub_rows(above, k), found.view, added);
  matmul(a.view, floats.sub_rows(above, k), expected.view, added);
  test.expect_intact(found.intact());
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j < m; ++j) test.expect_same(i * m + j, found.view.row(i)[j], expected.view.row(i)[j]);
  }
}

}  // namespace attn::fuzz
