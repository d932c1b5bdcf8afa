#include "image/window.hpp"

#include <array>
#include <limits>

namespace attn {

void open_window(const Image& image, const Window& window) {
  std::fill_n(window.distances, window.cells(), std::numeric_limits<float>::infinity());
  std::fill_n(window.weights, window.cells(), 0.0F);
  each_pixel(image, window, [&](std::size_t cell, std::size_t row, std::size_t column) {
    const double down = static_cast<double>(row) - static_cast<double>(window.row);
    const double right = static_cast<double>(column) - static_cast<double>(window.column);
    window.distances[cell] = static_cast<float>(down * down + right * right);
    window.weights[cell] = 1.0F;
  });
}

double average(const Image& image, const Window& window, float* value) {
  double sum = 0.0;
  std::array<double, kMostChannels> values = {};
  each_pixel(image, window, [&](std::size_t cell, std::size_t row, std::size_t column) {
    const double weight = static_cast<double>(window.weights[cell]);
    const float* pixel = image.pixel(row, column);
    sum += weight;
    for (std::size_t c = 0; c < image.channels; ++c) values[c] += weight * static_cast<double>(pixel[c]);
  });
  for (std::size_t c = 0; c < image.channels; ++c) value[c] = static_cast<float>(values[c] / sum);
  return sum;
}

}  // namespace attn
