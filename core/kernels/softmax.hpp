#pragma once

#include <cstddef>

namespace attn {

/// row_j = exp(row_j - max) / sum, in place. A row of nothing but -inf becomes zeros (nothing may be attended to);
/// a NaN or +inf anywhere makes the whole row NaN, as in PyTorch.
void softmax(float* row, std::size_t count);

}  // namespace attn
