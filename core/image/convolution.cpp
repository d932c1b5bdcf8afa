// out_(y, x) = sum_(i, j) k_ij I_(y + i - r, x + j - r)

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "image/correlation.hpp"
#include "image/image.hpp"
#include "image/operators.hpp"
#include "tensor/error.hpp"
#include "tensor/shape.hpp"
#include "tensor/text.hpp"

namespace attn {

void correlate(const Planes& planes, std::size_t channel, std::span<const double> kernel, std::size_t side,
               double* out) {
  const auto radius = static_cast<std::ptrdiff_t>(side / 2);
  std::fill_n(out, planes.height * planes.width, 0.0);
  for (std::size_t y = 0; y < planes.height; ++y, out += planes.width) {
    for (std::size_t n = 0; n < kernel.size(); ++n) {
      const auto row = static_cast<std::ptrdiff_t>(y + n / side) - radius;
      const float* from = planes.at(channel, row, static_cast<std::ptrdiff_t>(n % side) - radius);
      for (std::size_t x = 0; x < planes.width; ++x) out[x] += kernel[n] * static_cast<double>(from[x]);
    }
  }
}

void convolve_operator(const Array& array, const Array& kernel, Array& out) {
  const Image image = image_of("image", array, {&out});
  const std::size_t side = kernel.shape.empty() ? 0 : kernel.shape[0];
  if (kernel.shape.size() != 2 || kernel.shape[1] != side || side % 2 == 0 || side > kMostPatchSide) {
    refuse_shape("kernel", kernel.shape, "(k, k), k odd and at most " + std::to_string(kMostPatchSide));
  }
  if (&out == &kernel) refuse_shape("out", out.shape, "an array that is not kernel");
  for (const float weight : kernel.data) {
    if (std::isfinite(weight)) continue;
    throw Error(Code::argument_range, "kernel: found " + number_text(weight) + ", expected finite numbers");
  }
  const MirroredPlanes mirrored(image, side / 2);
  const std::vector<double> weights(kernel.data.begin(), kernel.data.end());
  std::vector<double> plane(image.pixels());
  out.resize(array.shape);
  for (std::size_t c = 0; c < image.channels; ++c) {
    correlate(mirrored.planes(), c, weights, side, plane.data());
    for (std::size_t n = 0; n < plane.size(); ++n) out.data[n * image.channels + c] = static_cast<float>(plane[n]);
  }
}

}  // namespace attn
