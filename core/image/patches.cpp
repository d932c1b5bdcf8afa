#include <algorithm>
#include <string>

#include "image/image.hpp"
#include "image/operators.hpp"
#include "tensor/error.hpp"
#include "tensor/text.hpp"

namespace attn {

void image_patches_operator(const Array& array, double size, Array& out) {
  const Image image = image_of("image", array, {&out});
  const auto radius = static_cast<std::ptrdiff_t>(radius_of("size", size, kMostPatchSide));
  const std::size_t side = static_cast<std::size_t>(2 * radius + 1), width = side * side * image.channels;
  const double numbers = static_cast<double>(image.pixels()) * static_cast<double>(width);
  if (numbers > kMostNumbers) {
    throw Error(Code::memory_limit,
                "patches: found " + number_text(numbers) + " numbers, expected at most " + number_text(kMostNumbers));
  }
  const std::size_t shape[] = {image.pixels(), width};
  out.resize(shape);
  float* place = out.data.data();
  for (std::size_t pixel = 0; pixel < image.pixels(); ++pixel) {
    const auto row = static_cast<std::ptrdiff_t>(pixel / image.width);
    const auto column = static_cast<std::ptrdiff_t>(pixel % image.width);
    for (std::ptrdiff_t i = row - radius; i <= row + radius; ++i) {
      for (std::ptrdiff_t j = column - radius; j <= column + radius; ++j) {
        const float* from = image.pixel(mirrored(i, image.height), mirrored(j, image.width));
        place = std::copy_n(from, image.channels, place);
      }
    }
  }
}

}  // namespace attn
