#pragma once

#include <cstddef>

namespace attn {

/// out_j = exp(x_j - max) / sum; out may be x. A row of nothing but -inf becomes zeros (nothing may be attended to);
/// a NaN or +inf anywhere makes the whole row NaN, as in PyTorch.
void softmax(const float* x, std::size_t count, float* out);

}  // namespace attn
