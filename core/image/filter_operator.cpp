#include <string>
#include <vector>

#include "image/filter.hpp"
#include "image/operators.hpp"
#include "tensor/error.hpp"

namespace attn {
namespace {

std::size_t require_below(const char* name, std::size_t found, std::size_t limit) {
  if (found < limit) return found;
  throw Error(Code::argument_range,
              std::string(name) + ": found " + std::to_string(found) + ", expected 0 to " + std::to_string(limit - 1));
}

void weigh(const ImageFilter& filter, const FilterInput& in, const Window& window) {
  open_window(in.image, window);
  if (filter.weigh != nullptr) filter.weigh(in, window);
}

}  // namespace

void image_filter_operator(const Array& array, const FilterOptions& options, std::size_t first_row, std::size_t rows,
                           Array& out) {
  const Image image = image_of("image", array, {&out});
  const ImageFilter& filter = image_filter(options.filter);
  const Numbers params = numbers_for(filter.facts, options.params);
  const FilterReach reach = filter.reach(params);
  const std::size_t left = image.height - require_below("firstRow", first_row, image.height);
  if (rows == 0) rows = left;
  require_below("rows", rows, left + 1);
  const MirroredPlanes mirrored(image, reach.patch);
  const FilterInput in = {image, mirrored.planes(), params};
  std::vector<std::size_t> shape = array.shape;
  shape[0] = rows;
  out.resize(shape);
  const std::size_t side = 2 * reach.window + 1;
  std::vector<float> distances(side * side), weights(side * side);
  Vector scratch;
  float* place = out.data.data();
  for (std::size_t row = first_row; row < first_row + rows; ++row) {
    if (filter.filter_row != nullptr) {
      filter.filter_row(in, row, scratch, place);
      place += image.width * image.channels;
      continue;
    }
    for (std::size_t column = 0; column < image.width; ++column, place += image.channels) {
      const Window window = {row, column, reach.window, distances.data(), weights.data()};
      weigh(filter, in, window);
      average(image, window, place);
    }
  }
}

void filter_weights_operator(const Array& array, std::size_t row, std::size_t column, const FilterOptions& options,
                             const FilterWeights& out) {
  const Image image = image_of("image", array, {&out.distances, &out.weights, &out.sum, &out.value});
  const ImageFilter& filter = image_filter(options.filter);
  const Numbers params = numbers_for(filter.facts, options.params);
  const FilterReach reach = filter.reach(params);
  require_below("row", row, image.height);
  require_below("column", column, image.width);
  const MirroredPlanes mirrored(image, reach.patch);
  const std::size_t side = 2 * reach.window + 1, square[] = {side, side}, one[] = {1}, channels[] = {image.channels};
  out.distances.resize(square);
  out.weights.resize(square);
  out.sum.resize(one);
  out.value.resize(channels);
  const Window window = {row, column, reach.window, out.distances.data.data(), out.weights.data.data()};
  weigh(filter, {image, mirrored.planes(), params}, window);
  out.sum.data[0] = static_cast<float>(average(image, window, out.value.data.data()));
}

}  // namespace attn
