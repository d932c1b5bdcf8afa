// p_j = max(s_j, 0) / sum_n max(s_n, 0): a row without a positive score attends to nothing

#include <algorithm>

#include "attention/quotient.hpp"

namespace attn {

void normalise_relu(const Numbers&, std::size_t count, float* row) {
  quotient_row(count, row, [](double score) { return std::max(score, 0.0); });
}

}  // namespace attn
