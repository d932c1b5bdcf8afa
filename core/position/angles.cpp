// angle_{t,i} = position_t / base^{2i/width}

#include <cmath>

#include "position/tables.hpp"

namespace attn {

xt::xtensor<double, 2> angles(std::size_t tokens, std::size_t width, double base, double scaling) {
  xt::xtensor<double, 2> angle = xt::xtensor<double, 2>::from_shape({tokens, width / 2});
  const double step = -2.0 * std::log(base) / static_cast<double>(width);
  for (std::size_t i = 0; i < width / 2; ++i) {
    const double frequency = std::exp(static_cast<double>(i) * step);
    for (std::size_t t = 0; t < tokens; ++t) angle(t, i) = static_cast<double>(t) / scaling * frequency;
  }
  return angle;
}

}  // namespace attn
