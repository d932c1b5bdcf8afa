#include "image/image.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include "tensor/error.hpp"
#include "tensor/shape.hpp"
#include "tensor/text.hpp"

namespace attn {

Image image_of(const char* name, const Array& array, std::initializer_list<const Array*> results) {
  const std::size_t rank = array.shape.size(), channels = rank == 3 ? array.shape[2] : 1;
  if ((rank != 2 && rank != 3) || array.data.size() == 0 || channels > kMostChannels ||
      static_cast<double>(array.shape[0]) * static_cast<double>(array.shape[1]) > kMostPixels) {
    refuse_shape(name, array.shape,
                 "(height, width) or (height, width, channels), no axis of length 0, at most " +
                     std::to_string(kMostChannels) + " channels and " + number_text(kMostPixels) + " pixels");
  }
  if (std::ranges::find(results, &array) != results.end()) {
    refuse_shape("out", array.shape, std::string("an array that is not ") + name);
  }
  for (const float x : array.data) {
    if (std::abs(x) <= kLargestPixel) continue;
    throw Error(Code::argument_range, std::string(name) + ": found a pixel of " + number_text(x) +
                                          ", expected finite numbers of a magnitude up to " +
                                          number_text(kLargestPixel));
  }
  return {array.data.data(), array.shape[0], array.shape[1], channels};
}

std::size_t mirrored(std::ptrdiff_t at, std::size_t length) {
  if (length == 1) return 0;
  const auto last = static_cast<std::ptrdiff_t>(length) - 1, period = 2 * last;
  const std::ptrdiff_t within = (at % period + period) % period;
  return static_cast<std::size_t>(std::min(within, period - within));
}

MirroredPlanes::MirroredPlanes(const Image& image, std::size_t border) {
  const std::size_t rows = image.height + 2 * border, columns = image.width + 2 * border;
  require_memory("image with its mirrored border", {image.channels, rows, columns});
  data_ = Vector::from_shape({image.channels * rows * columns});
  const auto beyond = static_cast<std::ptrdiff_t>(border);
  float* out = data_.data();
  for (std::size_t c = 0; c < image.channels; ++c) {
    for (std::size_t i = 0; i < rows; ++i) {
      const std::size_t row = mirrored(static_cast<std::ptrdiff_t>(i) - beyond, image.height);
      for (std::size_t j = 0; j < columns; ++j) {
        *out++ = image.pixel(row, mirrored(static_cast<std::ptrdiff_t>(j) - beyond, image.width))[c];
      }
    }
  }
  planes_ = {
      data_.data() + border * columns + border, image.channels, image.height, image.width, rows * columns, columns};
}

std::size_t radius_of(const char* name, double side, std::size_t most) {
  if (side >= 1.0 && side <= static_cast<double>(most) && std::fmod(side, 2.0) == 1.0) {
    return static_cast<std::size_t>(side) / 2;
  }
  throw Error(Code::argument_range, std::string(name) + ": found " + number_text(side) +
                                        ", expected an odd number from 1 to " + std::to_string(most));
}

}  // namespace attn
