// bias_{h,i,j} = W_{bucket(j - i),h},  bucket(n) = n for n < e, else e + floor((c - e) log(n / e) / log(max / e))

#include "position/t5_relative.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <vector>

#include "tensor/error.hpp"
#include "tensor/shape.hpp"

namespace attn {

std::size_t t5_bucket(std::ptrdiff_t distance, const T5Buckets& rule) {
  const std::size_t count = rule.each_way(), exact = rule.exact();
  const std::size_t first = rule.bidirectional && distance > 0 ? count : 0;
  const std::ptrdiff_t away = rule.bidirectional ? std::abs(distance) : std::max<std::ptrdiff_t>(-distance, 0);
  if (away < static_cast<std::ptrdiff_t>(exact)) return first + static_cast<std::size_t>(away);
  const double e = static_cast<double>(exact);
  const double share = std::log(static_cast<double>(away) / e) / std::log(static_cast<double>(rule.max_distance) / e);
  return first + std::min(count - 1, exact + static_cast<std::size_t>(share * static_cast<double>(count - exact)));
}

void t5_bias(MatrixView<const float> weight, const T5Buckets& rule, HeadsView<float> bias) {
  ATTN_ASSERT(weight.rows == rule.count && weight.cols == bias.heads);
  if (bias.rows == 0) return;
  const std::size_t least = bias.rows - 1;  // of the distances, with its sign turned
  std::vector<const float*> rows(least + bias.cols);
  for (std::size_t n = 0; n < rows.size(); ++n) {
    rows[n] = weight.row(t5_bucket(static_cast<std::ptrdiff_t>(n) - static_cast<std::ptrdiff_t>(least), rule));
  }
  for (std::size_t h = 0; h < bias.heads; ++h) {
    for (std::size_t i = 0; i < bias.rows; ++i) {
      float* row = bias.head(h).row(i);
      for (std::size_t j = 0; j < bias.cols; ++j) row[j] = rows[least + j - i][h];
    }
  }
}

Array t5_table(DenseArray weight, std::size_t tokens, std::size_t heads, std::span<const double> params) {
  const T5Buckets rule{static_cast<std::size_t>(params[0]), static_cast<std::size_t>(params[1]), params[2] != 0.0};
  if (rule.max_distance <= rule.exact()) {
    throw Error(Code::argument_range, "t5_relative, max_distance: found " + std::to_string(rule.max_distance) +
                                          ", expected more than the " + std::to_string(rule.exact()) +
                                          " distances with a bucket of their own");
  }
  require_shape("weight", weight.shape, {rule.count, heads});
  Array table;
  table.resize(std::array{heads, tokens, tokens});
  t5_bias({weight.data.data(), rule.count, heads}, rule, {table.data.data(), heads, tokens, tokens});
  return table;
}

}  // namespace attn
