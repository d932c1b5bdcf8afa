#pragma once

#include <cstddef>

namespace attn {

/// x Phi(x) by the tanh form, in place: 0.5 x (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3))). Hendrycks and Gimpel 2016,
/// section 2.
void gelu_tanh(float* x, std::size_t count);

/// x Phi(x) with the error function, in place: 0.5 x (1 + erf(x / sqrt 2)). Hendrycks and Gimpel 2016, section 2.
void gelu_erf(float* x, std::size_t count);

/// max(x, 0), in place; NaN stays.
void relu(float* x, std::size_t count);

/// elu(x) + 1, in place: x + 1 above 0, exp(x) below, so never negative. Clevert et al. 2016, section 3.
void elu_plus_one(float* x, std::size_t count);

/// x / (1 + exp(-x)), in place. Hendrycks and Gimpel 2016, section 2 (there with a factor in the exponent).
void silu(float* x, std::size_t count);

}  // namespace attn
