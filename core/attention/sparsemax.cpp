// p_j = max(s_j - t, 0) with the t that makes the sum 1: the point of the simplex nearest to the scores

#include "attention/threshold.hpp"

namespace attn {

void normalise_sparsemax(const Numbers&, std::size_t count, float* row) {
  threshold_row(count, row, 1.0, [](double above) { return Power{above, 1.0}; });
}

}  // namespace attn
