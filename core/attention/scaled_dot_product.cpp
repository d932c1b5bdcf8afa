// s_ij = q_i . k_j / sqrt(d): of independent components with variance 1 the product has variance d, and this has 1

#include <cmath>

#include "attention/scoring.hpp"

namespace attn {

float factor_scaled_dot_product(std::size_t d_head) { return 1.0F / std::sqrt(static_cast<float>(d_head)); }

}  // namespace attn
