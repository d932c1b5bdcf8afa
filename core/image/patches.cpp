#include <algorithm>

#include "image/image.hpp"
#include "image/operators.hpp"
#include "tensor/shape.hpp"

namespace attn {

void image_patches_operator(const Array& array, double size, Array& out) {
  const Image image = image_of("image", array, {&out});
  const auto radius = static_cast<std::ptrdiff_t>(radius_of("size", size, kMostPatchSide));
  const std::size_t side = static_cast<std::size_t>(2 * radius + 1), width = side * side * image.channels;
  require_memory("patches", {image.pixels(), width});
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
