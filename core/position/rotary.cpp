// q_t <- R_t q_t with R_t turning pair i by (t / scaling) / base^{2i/width}: then q_t . k_s depends on t - s alone

#include <xtensor/xbuilder.hpp>
#include <xtensor/xmath.hpp>
#include <xtensor/xview.hpp>

#include "position/tables.hpp"

namespace attn {

Array rotary_table(std::size_t tokens, std::size_t width, std::span<const double> params) {
  const double base = params[0], scaling = params[1];
  const xt::xtensor<double, 1> positions = xt::arange<double>(static_cast<double>(tokens)) / scaling;
  const xt::xtensor<double, 2> angle = angles(positions, width, base);
  Matrix table = Matrix::from_shape({tokens, width});
  xt::view(table, xt::all(), xt::range(0, width / 2)) = xt::cast<float>(xt::cos(angle));
  xt::view(table, xt::all(), xt::range(width / 2, width)) = xt::cast<float>(xt::sin(angle));
  return array_of(table);
}

}  // namespace attn
