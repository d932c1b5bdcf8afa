// angle_{t,i} = t / base^{2i/width}

#include <cmath>
#include <xtensor/xbuilder.hpp>
#include <xtensor/xmath.hpp>
#include <xtensor/xview.hpp>

#include "position/tables.hpp"

namespace attn {

xt::xtensor<double, 2> angles(std::size_t tokens, std::size_t width, double base) {
  const xt::xtensor<double, 1> position = xt::arange<double>(0.0, static_cast<double>(tokens));
  const xt::xtensor<double, 1> pair = xt::arange<double>(0.0, static_cast<double>(width / 2));
  const xt::xtensor<double, 1> frequency = xt::exp(pair * (-2.0 * std::log(base) / static_cast<double>(width)));
  return xt::view(position, xt::all(), xt::newaxis()) * xt::view(frequency, xt::newaxis(), xt::all());
}

}  // namespace attn
