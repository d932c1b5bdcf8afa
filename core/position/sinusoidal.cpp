// P_{t,2i} = sin(t / base^{2i/width}),  P_{t,2i+1} = cos(t / base^{2i/width})

#include "position/sinusoidal.hpp"

#include <cmath>

#include "position/rotary.hpp"
#include "position/tables.hpp"

namespace attn {

void sinusoidal_rows(std::span<const double> frequencies, std::size_t first, MatrixView<float> out) {
  ATTN_ASSERT(out.cols == 2 * frequencies.size());
  for (std::size_t t = 0; t < out.rows; ++t) {
    float* cell = out.row(t);
    for (const double turn : frequencies) {
      const double angle = static_cast<double>(first + t) * turn;
      *cell++ = static_cast<float>(std::sin(angle));
      *cell++ = static_cast<float>(std::cos(angle));
    }
  }
}

Array sinusoidal_table(std::size_t tokens, std::size_t width, std::span<const double> params) {
  Array table;
  table.resize(std::array{tokens, width});
  sinusoidal_rows(frequencies(width, params[0]), 0, {table.data.data(), tokens, width});
  return table;
}

}  // namespace attn
