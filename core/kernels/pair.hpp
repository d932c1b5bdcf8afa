#pragma once

#include <cstddef>

/// Numbers of a pair of rows.
namespace attn {

/// sum a_i b_i.
float dot(const float* a, const float* b, std::size_t count);

/// sum (a_i - b_i)^2.
float squared_distance(const float* a, const float* b, std::size_t count);

/// sum w_i tanh(a_i + b_i).
float weighted_tanh(const float* a, const float* b, const float* w, std::size_t count);

}  // namespace attn
