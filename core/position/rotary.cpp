// q_t <- R_t q_t with R_t turning pair i by (t / scaling) / base^{2i/width}: then q_t . k_s depends on t - s alone

#include <cmath>

#include "position/tables.hpp"

namespace attn {

Array rotary_table(std::size_t tokens, std::size_t width, std::span<const double> params) {
  const xt::xtensor<double, 2> angle = angles(tokens, width, params[0], params[1]);
  Array table;
  table.resize(std::array{tokens, width});
  for (std::size_t t = 0; t < tokens; ++t) {
    float* cosines = table.data.data() + t * width;
    float* sines = cosines + width / 2;
    for (std::size_t i = 0; i < width / 2; ++i) {
      cosines[i] = static_cast<float>(std::cos(angle(t, i)));
      sines[i] = static_cast<float>(std::sin(angle(t, i)));
    }
  }
  return table;
}

}  // namespace attn
