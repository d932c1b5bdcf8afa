#pragma once

#include <cstddef>

namespace attn {

/// out = (x - mean) / sqrt(variance + epsilon) * gain + bias over one row; a null bias is 0. Ba et al. 2016, section 3.
/// out may be x.
void layer_norm(const float* x, std::size_t count, const float* gain, const float* bias, float epsilon, float* out);

/// out = x / sqrt(mean(x^2) + epsilon) * gain over one row. Zhang and Sennrich 2019, section 4. out may be x.
void rms_norm(const float* x, std::size_t count, const float* gain, float epsilon, float* out);

}  // namespace attn
