// P_{t,2i} = sin(t / base^{2i/width}),  P_{t,2i+1} = cos(t / base^{2i/width})

#include <cmath>

#include "position/tables.hpp"

namespace attn {

Array sinusoidal_table(std::size_t tokens, std::size_t width, std::span<const double> params) {
  const xt::xtensor<double, 2> angle = angles(tokens, width, params[0]);
  Array table;
  table.resize(std::array{tokens, width});
  float* cell = table.data.data();
  for (const double a : angle) {
    *cell++ = static_cast<float>(std::sin(a));
    *cell++ = static_cast<float>(std::cos(a));
  }
  return table;
}

}  // namespace attn
