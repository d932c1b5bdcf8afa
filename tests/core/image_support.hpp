#pragma once

#include "arrays.hpp"
#include "image/filter.hpp"
#include "image/operators.hpp"

/// What the tests of images share.
namespace attn::test {

/// Random pixels from 0 to 1.
inline Array random_image(std::vector<std::size_t> shape, std::uint32_t seed) {
  Array out = random_array(std::move(shape), seed, 0.5F);
  for (float& x : out.data) x += 0.5F;
  return out;
}

inline std::size_t channels_of(const Array& image) { return image.shape.size() == 3 ? image.shape[2] : 1; }

inline Array filtered(const Array& image, std::string_view filter, std::vector<double> params = {},
                      std::size_t first_row = 0, std::size_t rows = 0) {
  Array out;
  image_filter_operator(image, {filter, params}, first_row, rows, out);
  return out;
}

struct Weighed {
  Array distances, weights, sum, value;
};

inline Weighed weighed(const Array& image, std::size_t row, std::size_t column, std::string_view filter,
                       std::vector<double> params = {}) {
  Weighed out;
  filter_weights_operator(image, row, column, {filter, params}, {out.distances, out.weights, out.sum, out.value});
  return out;
}

/// Roundings of a filtered pixel: of both sums over the window, of exp, and of its argument -t, whose mean under
/// weights e^-t is at most ln(cells), in which a patch is summed by columns, then rows.
inline std::size_t filter_roundings(const Array& image, std::string_view filter, std::span<const double> params) {
  const bool patches = filter == "non_local_means";
  const double side = patches ? params[2] : 2 * params.back() + 1, cells = side * side;
  const double argument = patches ? params[1] * static_cast<double>(channels_of(image)) + params[1] + 6.0 : 6.0;
  return static_cast<std::size_t>(2.0 * cells + 8.0 + 2.0 * argument * std::log(cells + 1.0));
}

}  // namespace attn::test
