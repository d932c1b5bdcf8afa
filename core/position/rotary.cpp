// q_t <- R_t q_t with R_t turning pair i by t / base^{2i/width}: then q_t . k_s depends on t - s alone

#include <xtensor/xmath.hpp>
#include <xtensor/xview.hpp>

#include "position/tables.hpp"

namespace attn {

Matrix rotary_table(std::size_t tokens, std::size_t width, std::span<const double> params) {
  const xt::xtensor<double, 2> angle = angles(tokens, width, params[0]);
  Matrix table = Matrix::from_shape({tokens, width});
  xt::view(table, xt::all(), xt::range(0, width / 2)) = xt::cast<float>(xt::cos(angle));
  xt::view(table, xt::all(), xt::range(width / 2, width)) = xt::cast<float>(xt::sin(angle));
  return table;
}

}  // namespace attn
