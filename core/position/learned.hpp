#pragma once

#include "tensor/view.hpp"

namespace attn {

/// Rows [first, first + out.rows) of the learned table (n_ctx, d_model), copied to out (tokens, d_model).
void learned_positions(MatrixView<const float> table, std::size_t first, MatrixView<float> out);

}  // namespace attn
