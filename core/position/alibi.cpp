// bias_{h,i,j} = -slope_h |i - j|, -inf for j > i unless keys after their query are seen too

#include "position/alibi.hpp"

#include <bit>
#include <cmath>
#include <limits>

#include "position/tables.hpp"

namespace attn {

double alibi_slope(std::size_t head, std::size_t heads) {
  const std::size_t power = std::bit_floor(heads);
  const double step = 8.0 / static_cast<double>(power);
  if (head < power) return std::exp2(-step * static_cast<double>(head + 1));
  return std::exp2(-step * (static_cast<double>(head - power) + 0.5));
}

Array alibi_table(std::size_t tokens, std::size_t heads, std::span<const double> params) {
  const bool bidirectional = params[0] == 1.0;
  Array table;
  table.resize(std::array{heads, tokens, tokens});
  float* cell = table.data.data();
  for (std::size_t h = 0; h < heads; ++h) {
    const double slope = alibi_slope(h, heads);
    for (std::size_t i = 0; i < tokens; ++i) {
      for (std::size_t j = 0; j < tokens; ++j, ++cell) {
        const double distance = i > j ? static_cast<double>(i - j) : static_cast<double>(j - i);
        const bool hidden = j > i && !bidirectional;
        *cell = hidden ? -std::numeric_limits<float>::infinity() : static_cast<float>(0.0 - slope * distance);
      }
    }
  }
  return table;
}

}  // namespace attn
