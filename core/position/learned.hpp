#pragma once

#include "tensor/array.hpp"
#include "tensor/view.hpp"

namespace attn {

/// Rows [first, first + out.rows) of the learned table (n_ctx, d_model), copied to out (tokens, d_model).
void learned_positions(MatrixView<const float> table, std::size_t first, MatrixView<float> out);

/// (tokens, width): the first rows of a learned table (n_ctx, width), n_ctx >= tokens. Throws argument_shape.
Array learned_table(DenseArray weight, std::size_t tokens, std::size_t width, std::span<const double> params);

}  // namespace attn
