#pragma once

#include "support.hpp"
#include "tensor/array.hpp"

/// Arrays for the tests of operators.
namespace attn::test {

inline Array filled(std::vector<std::size_t> shape, float value) {
  Array out;
  out.resize(shape);
  std::ranges::fill(out.data, value);
  return out;
}

inline Array random_array(std::vector<std::size_t> shape, std::uint32_t seed, float scale = 1.0F) {
  Array out = filled(std::move(shape), 0.0F);
  std::ranges::copy(random_floats(out.data.size(), scale, seed), out.data.begin());
  return out;
}

inline std::span<const float> numbers(const Array& a) { return {a.data.data(), a.data.size()}; }

/// The n-th of the equal parts along the first axis.
inline Array part(const Array& a, std::size_t n) {
  Array out = filled({a.shape.begin() + 1, a.shape.end()}, 0.0F);
  std::copy_n(a.data.begin() + static_cast<std::ptrdiff_t>(n * out.data.size()), out.data.size(), out.data.begin());
  return out;
}

inline bool same(const Array& a, const Array& b) { return a.shape == b.shape && std::ranges::equal(a.data, b.data); }

}  // namespace attn::test
