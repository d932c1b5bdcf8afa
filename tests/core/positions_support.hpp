#pragma once

#include "position/encoding.hpp"
#include "support.hpp"

/// What the tests of encodings share.
namespace attn::test {

inline std::span<const float> numbers(const Array& a) { return {a.data.data(), a.data.size()}; }

/// The rows of an array of two axes.
inline MatrixView<const float> rows(const Array& a) { return {a.data.data(), a.shape.at(0), a.shape.at(1)}; }

/// The sheets of an array of three axes.
inline HeadsView<const float> sheets(const Array& a) {
  return {a.data.data(), a.shape.at(0), a.shape.at(1), a.shape.at(2)};
}

inline Array numbers_array(const std::vector<std::size_t>& shape, std::uint32_t seed = 65) {
  Array out;
  out.resize(shape);
  const std::vector<float> random = random_floats(out.data.size(), 1.0F, seed);
  std::copy(random.begin(), random.end(), out.data.begin());
  return out;
}

/// A row's table; no params stand for the row's own.
inline Array table(std::string_view name, std::size_t tokens, std::size_t width, std::span<const double> params = {}) {
  return encoding_table(encoding(name), tokens, width, params);
}

inline Array weighted_table(std::string_view name, const Array& weight, std::size_t tokens, std::size_t width,
                            std::span<const double> params = {}) {
  const DenseArray dense = weight;
  return encoding_table(encoding(name), tokens, width, params, &dense);
}

inline double dot_product(MatrixView<const float> a, std::size_t i, MatrixView<const float> b, std::size_t j) {
  double sum = 0.0;
  for (std::size_t c = 0; c < a.cols; ++c) sum += static_cast<double>(a.row(i)[c]) * static_cast<double>(b.row(j)[c]);
  return sum;
}

}  // namespace attn::test
