#pragma once

#include <algorithm>
#include <cstddef>

#include "image/image.hpp"

namespace attn {

/// The square of pixels around one: cell (i, j) of (side, side) is the pixel (row + i - radius, column + j - radius).
struct Window {
  std::size_t row, column, radius;
  float* distances;  ///< to the pixel in the middle; infinite outside the image
  float* weights;    ///< 0 outside the image

  std::size_t side() const { return 2 * radius + 1; }
  std::size_t cells() const { return side() * side(); }
};

/// Calls f(cell, row, column) for each pixel of the window that lies in the image.
template <class Function>
void each_pixel(const Image& image, const Window& window, Function f) {
  const std::size_t top = window.row - std::min(window.row, window.radius);
  const std::size_t left = window.column - std::min(window.column, window.radius);
  for (std::size_t i = top; i < std::min(image.height, window.row + window.radius + 1); ++i) {
    const std::size_t cells = (i + window.radius - window.row) * window.side();
    for (std::size_t j = left; j < std::min(image.width, window.column + window.radius + 1); ++j) {
      f(cells + j + window.radius - window.column, i, j);
    }
  }
}

/// Distances and weights as every filter finds them: the squared distance in pixels, and 1.
void open_window(const Image& image, const Window& window);

/// value (channels) = sum_q w_q I_q / sum_q w_q. Gives sum_q w_q.
double average(const Image& image, const Window& window, float* value);

}  // namespace attn
