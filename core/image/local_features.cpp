// g, G_1 * g, G_2 * g, dg/dx, dg/dy, Laplacian of g, deviation of g in 5 x 5, g - mean of g in 5 x 5: each (x - mean) /
// deviation over the image

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "image/correlation.hpp"
#include "image/image.hpp"
#include "image/operators.hpp"

namespace attn {
namespace {

using Plane = std::vector<double>;

constexpr std::size_t kFeatures = 8;
constexpr std::size_t kBorder = 8;  // 4 sigma of the wider Gaussian

/// The kernel (side, side) of a sum along y and one along x.
Plane outer(const Plane& along_y, const Plane& along_x) {
  Plane out;
  for (const double y : along_y) {
    for (const double x : along_x) out.push_back(y * x);
  }
  return out;
}

Plane blur_kernel(double sigma) {
  const double radius = 4.0 * sigma;
  Plane weights;
  double sum = 0.0;
  for (double x = -radius; x <= radius; x += 1.0) sum += weights.emplace_back(std::exp(-0.5 * x * x / (sigma * sigma)));
  for (double& weight : weights) weight /= sum;
  return outer(weights, weights);
}

/// The kernels of all features but the deviation, in their order.
std::vector<Plane> kernels() {
  const Plane smooth = {1.0, 2.0, 1.0}, slope = {-1.0, 0.0, 1.0};
  Plane apart(25, -1.0 / 25.0);
  apart[12] += 1.0;
  return {{1.0},
          blur_kernel(1.0),
          blur_kernel(2.0),
          outer(smooth, slope),
          outer(slope, smooth),
          {0.0, 1.0, 0.0, 1.0, -4.0, 1.0, 0.0, 1.0, 0.0},
          apart};
}

void deviation(const Planes& planes, Plane& out) {
  for (std::size_t n = 0; n < out.size(); ++n) {
    const auto row = static_cast<std::ptrdiff_t>(n / planes.width),
               column = static_cast<std::ptrdiff_t>(n % planes.width);
    const auto mean_of = [&](auto f) {
      double sum = 0.0;
      for (std::ptrdiff_t i = -2; i <= 2; ++i) {
        for (std::ptrdiff_t j = -2; j <= 2; ++j) sum += f(static_cast<double>(*planes.at(0, row + i, column + j)));
      }
      return sum / 25.0;
    };
    const double mean = mean_of([](double x) { return x; });
    out[n] = std::sqrt(mean_of([mean](double x) { return (x - mean) * (x - mean); }));
  }
}

/// Column `feature` of out (pixels, kFeatures), standardised.
void put_standardised(const Plane& x, double rounding, std::size_t feature, Array& out) {
  const auto [least, most] = std::ranges::minmax(x);
  const double count = static_cast<double>(x.size());
  double mean = 0.0, variance = 0.0;
  for (const double value : x) mean += value / count;
  for (const double value : x) variance += (value - mean) * (value - mean) / count;
  const double factor = most - least <= rounding ? 0.0 : 1.0 / std::sqrt(variance);
  for (std::size_t n = 0; n < x.size(); ++n) {
    out.data[n * kFeatures + feature] = static_cast<float>((x[n] - mean) * factor);
  }
}

}  // namespace

void local_features_operator(const Array& array, Array& out) {
  const Image image = image_of("image", array, {&out});
  std::vector<float> grey;
  double largest = 0.0;
  for (std::size_t n = 0; n < image.pixels(); ++n) {
    double sum = 0.0;
    for (std::size_t c = 0; c < image.channels; ++c) sum += static_cast<double>(image.data[n * image.channels + c]);
    grey.push_back(static_cast<float>(sum / static_cast<double>(image.channels)));
    largest = std::max(largest, std::abs(static_cast<double>(grey.back())));
  }
  const MirroredPlanes mirrored({grey.data(), image.height, image.width, 1}, kBorder);
  const std::size_t shape[] = {image.pixels(), kFeatures};
  out.resize(shape);
  Plane plane(image.pixels());
  const double rounding = 0x1p-20 * largest;
  std::size_t feature = 0;
  for (const Plane& kernel : kernels()) {
    if (feature == kFeatures - 2) {
      deviation(mirrored.planes(), plane);
      put_standardised(plane, rounding, feature++, out);
    }
    const auto side = static_cast<std::size_t>(std::lround(std::sqrt(static_cast<double>(kernel.size()))));
    correlate(mirrored.planes(), 0, kernel, side, plane.data());
    put_standardised(plane, rounding, feature++, out);
  }
}

}  // namespace attn
