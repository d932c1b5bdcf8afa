// angle_{t,i} = position_t / base^{2i/width}

#include <algorithm>
#include <cmath>
#include <xtensor/xbuilder.hpp>
#include <xtensor/xmath.hpp>
#include <xtensor/xview.hpp>

#include "position/tables.hpp"

namespace attn {

xt::xtensor<double, 2> angles(const xt::xtensor<double, 1>& positions, std::size_t width, double base) {
  const xt::xtensor<double, 1> pair = xt::arange<double>(0.0, static_cast<double>(width / 2));
  const xt::xtensor<double, 1> frequency = xt::exp(pair * (-2.0 * std::log(base) / static_cast<double>(width)));
  return xt::view(positions, xt::all(), xt::newaxis()) * xt::view(frequency, xt::newaxis(), xt::all());
}

Array array_of(const Matrix& table) {
  Array out;
  out.resize(table.shape());
  std::copy_n(table.data(), table.size(), out.data.data());
  return out;
}

}  // namespace attn
