// P_t = W_t: one trained vector per position

#include "position/learned.hpp"

#include <algorithm>
#include <array>
#include <string>

#include "tensor/shape.hpp"

namespace attn {

void learned_positions(MatrixView<const float> table, std::size_t first, MatrixView<float> out) {
  ATTN_ASSERT(first + out.rows <= table.rows && table.cols == out.cols);
  for (std::size_t t = 0; t < out.rows; ++t) std::copy_n(table.row(first + t), out.cols, out.row(t));
}

Array learned_table(DenseArray weight, std::size_t tokens, std::size_t width, std::span<const double>) {
  if (weight.shape.size() != 2 || weight.shape[0] < tokens || weight.shape[1] != width) {
    refuse_shape("weight", weight.shape, "(" + std::to_string(tokens) + " or more, " + std::to_string(width) + ")");
  }
  Array table;
  table.resize(std::array{tokens, width});
  learned_positions({weight.data.data(), weight.shape[0], width}, 0, {table.data.data(), tokens, width});
  return table;
}

}  // namespace attn
