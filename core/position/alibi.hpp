#pragma once

#include <cstddef>

namespace attn {

/// The slope of head h (from 0): 2^(-8 (h + 1) / heads) where heads is a power of two (Press et al. 2022, section 3).
/// Elsewhere, as in the authors' code: the slopes of the next lower power of two, then of the double of that every
/// second one from the first.
double alibi_slope(std::size_t head, std::size_t heads);

}  // namespace attn
