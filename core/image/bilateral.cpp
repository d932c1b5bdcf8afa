// w_pq = exp(-|p - q|^2 / (2 sigma_space^2)) exp(-|I_p - I_q|^2 / (2 sigma_range^2)), |I_p - I_q|^2 the mean over the
// channels

#include <limits>

#include "image/filter.hpp"
#include "kernels/fall_off.hpp"

namespace attn {

const std::array<Parameter, 3> kBilateralParams = {
    Parameter{"sigma_space", 0, std::numeric_limits<double>::infinity(), 2, "standard deviation of places, in pixels",
              "空间标准差（像素）"},
    Parameter{"sigma_range", 0, std::numeric_limits<double>::infinity(), 0.1, "standard deviation of pixels' values",
              "像素值的标准差"},
    radius_parameter(4)};

void weigh_bilateral(const FilterInput& in, const Window& window) {
  const double space = in.params[0], range = in.params[1], channels = static_cast<double>(in.image.channels);
  multiply_fall_off(2.0 * space * space, window.distances, window.cells(), window.weights);
  const float* middle = in.image.pixel(window.row, window.column);
  each_pixel(in.image, window, [&](std::size_t cell, std::size_t row, std::size_t column) {
    const float* pixel = in.image.pixel(row, column);
    double sum = 0.0;
    for (std::size_t c = 0; c < in.image.channels; ++c) {
      const double apart = static_cast<double>(pixel[c]) - static_cast<double>(middle[c]);
      sum += apart * apart;
    }
    window.distances[cell] = static_cast<float>(sum / channels);
  });
  multiply_fall_off(2.0 * range * range, window.distances, window.cells(), window.weights);
}

}  // namespace attn
