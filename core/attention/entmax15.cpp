// p_j = max(s_j / 2 - t, 0)^2 with the t that makes the sum 1: between softmax and sparsemax

#include "attention/threshold.hpp"

namespace attn {

void normalise_entmax15(const Numbers&, std::size_t count, float* row) {
  threshold_row(count, row, 0.5, [](double above) { return Power{above * above, 2.0 * above}; });
}

}  // namespace attn
