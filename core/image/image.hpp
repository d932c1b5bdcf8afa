#pragma once

#include <initializer_list>

#include "kernels/planes.hpp"
#include "tensor/array.hpp"

namespace attn {

inline constexpr double kMostPixels = 1 << 22;
inline constexpr std::size_t kMostChannels = 4;
/// Of a pixel's magnitude: sums of squares then stay finite.
inline constexpr float kLargestPixel = 1e15F;

/// An image (height, width) or (height, width, channels), borrowed.
struct Image {
  const float* data;
  std::size_t height, width, channels;

  const float* pixel(std::size_t row, std::size_t column) const { return data + (row * width + column) * channels; }
  std::size_t pixels() const { return height * width; }
};

/// Throws argument_shape for another rank, an axis of length 0, more channels than kMostChannels, more pixels than
/// kMostPixels, or an image that is one of the results; argument_range for a pixel that is no finite number up to
/// kLargestPixel.
Image image_of(const char* name, const Array& array, std::initializer_list<const Array*> results = {});

/// Where position `at` of an axis of `length` pixels comes from, mirrored at the ends without repeating the pixels
/// there, as often as needed: numpy's padding "reflect".
std::size_t mirrored(std::ptrdiff_t at, std::size_t length);

/// A copy of an image in planes, with a mirrored border. Throws memory_limit.
class MirroredPlanes {
 public:
  MirroredPlanes(const Image& image, std::size_t border);
  const Planes& planes() const { return planes_; }

 private:
  Vector data_;
  Planes planes_;
};

/// The radius of squares of `side` pixels. Throws argument_range for an even side, or one outside 1 to `most`.
std::size_t radius_of(const char* name, double side, std::size_t most);

}  // namespace attn
