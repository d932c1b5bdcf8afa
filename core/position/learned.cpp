// P_t = W_t: one trained vector per position

#include "position/learned.hpp"

#include <algorithm>

namespace attn {

void learned_positions(MatrixView<const float> table, std::size_t first, MatrixView<float> out) {
  ATTN_ASSERT(first + out.rows <= table.rows && table.cols == out.cols);
  for (std::size_t t = 0; t < out.rows; ++t) std::copy_n(table.row(first + t), out.cols, out.row(t));
}

}  // namespace attn
