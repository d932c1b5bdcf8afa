#pragma once

#include <cstddef>

namespace attn {

/// out_j = exp(x_j - max) / sum; out may be x. A row of nothing but -inf becomes zeros (nothing may be attended to);
/// a NaN or +inf anywhere makes the whole row NaN, as in PyTorch.
void softmax(const float* x, std::size_t count, float* out);

/// out_j = x_j - max - log(sum exp(x_n - max)); out may be x. A row of nothing but -inf stays so; a NaN or +inf
/// anywhere makes the whole row NaN.
void log_softmax(const float* x, std::size_t count, float* out);

}  // namespace attn
