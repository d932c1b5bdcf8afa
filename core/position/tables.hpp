#pragma once

#include <span>

#include "tensor/array.hpp"

/// What stands behind the rows of positions.cpp, one file each. Sizes and parameters come checked by encoding_table;
/// params stand in the row's order.
namespace attn {

/// (tokens, width): sines in the even columns, cosines in the odd ones. params: base.
Array sinusoidal_table(std::size_t tokens, std::size_t width, std::span<const double> params);

/// (tokens, width): for token t at row t / columns and column t % columns of a picture, the sinusoidal table's row of
/// width / 2 for its row, then that for its column. Published codes order a half by sines before cosines, or the
/// column first: the same up to a permutation of components. params: base, columns.
Array sinusoidal_2d_table(std::size_t tokens, std::size_t width, std::span<const double> params);

/// (tokens, width): width / 2 cosines, then width / 2 sines of the angles by which rotate_halves and rotate_pairs turn
/// a row. params: base, scaling.
Array rotary_table(std::size_t tokens, std::size_t width, std::span<const double> params);

/// (heads, tokens, tokens): -slope_h |i - j|. The paper's attention is causal: keys after their query are -inf, or with
/// params[0] = 1 lowered by their distance too, which does not tell a sequence from its mirror image. params:
/// bidirectional.
Array alibi_table(std::size_t tokens, std::size_t heads, std::span<const double> params);

}  // namespace attn
