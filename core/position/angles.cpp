// angle_{t,i} = position_t / base^{2i/width}

#include "position/rotary.hpp"
#include "position/tables.hpp"

namespace attn {

xt::xtensor<double, 2> angles(std::size_t tokens, std::size_t width, double base) {
  xt::xtensor<double, 2> angle = xt::xtensor<double, 2>::from_shape({tokens, width / 2});
  const std::vector<double> turns = frequencies(width, base);
  for (std::size_t t = 0; t < tokens; ++t) {
    for (std::size_t i = 0; i < turns.size(); ++i) angle(t, i) = static_cast<double>(t) * turns[i];
  }
  return angle;
}

}  // namespace attn
