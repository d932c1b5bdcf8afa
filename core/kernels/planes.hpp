#pragma once

#include <cstddef>

namespace attn {

/// An image as planes, one a channel, that reach beyond its edges by a border; borrowed.
struct Planes {
  const float* first = nullptr;  ///< pixel (0, 0) of the first plane
  std::size_t channels = 0, height = 0, width = 0;
  std::size_t plane_stride = 0, row_stride = 0;

  /// A pixel of the image or of its border; the rest of its row lies behind it.
  const float* at(std::size_t channel, std::ptrdiff_t row, std::ptrdiff_t column) const {
    const auto strides = static_cast<std::ptrdiff_t>(row_stride);
    return first + channel * plane_stride + row * strides + column;
  }
};

}  // namespace attn
