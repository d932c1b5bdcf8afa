// P_{t,2i} = sin(t / base^{2i/width}),  P_{t,2i+1} = cos(t / base^{2i/width})

#include <xtensor/xbuilder.hpp>
#include <xtensor/xmath.hpp>
#include <xtensor/xstrides.hpp>
#include <xtensor/xview.hpp>

#include "position/tables.hpp"

namespace attn {

Array sinusoidal_table(std::size_t tokens, std::size_t width, std::span<const double> params) {
  const xt::xtensor<double, 2> angle = angles(xt::arange<double>(static_cast<double>(tokens)), width, params[0]);
  Matrix table = Matrix::from_shape({tokens, width});
  xt::view(table, xt::all(), xt::range(0, width, 2)) = xt::cast<float>(xt::sin(angle));
  xt::view(table, xt::all(), xt::range(1, width, 2)) = xt::cast<float>(xt::cos(angle));
  return array_of(table);
}

}  // namespace attn
