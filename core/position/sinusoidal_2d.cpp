// P_t = [S_{t / columns}, S_{t % columns}],  S_p the sinusoidal encoding of position p in width / 2 components

#include <algorithm>

#include "position/tables.hpp"

namespace attn {

Array sinusoidal_2d_table(std::size_t tokens, std::size_t width, std::span<const double> params) {
  const std::size_t half = width / 2, columns = static_cast<std::size_t>(params[1]);
  const std::size_t positions = std::max(tokens / columns + 1, std::min(tokens, columns));
  const Array lines = sinusoidal_table(positions, half, params.first(1));
  Array table;
  table.resize(std::array{tokens, width});
  for (std::size_t t = 0; t < tokens; ++t) {
    float* row = table.data.data() + t * width;
    std::copy_n(lines.data.data() + t / columns * half, half, row);
    std::copy_n(lines.data.data() + t % columns * half, half, row + half);
  }
  return table;
}

}  // namespace attn
