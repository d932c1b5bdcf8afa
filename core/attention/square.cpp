// p_j = s_j^2 / sum_n s_n^2: opposite scores weigh alike

#include "attention/quotient.hpp"

namespace attn {

void normalise_square(const Numbers&, std::size_t count, float* row) {
  quotient_row(count, row, [](double score) { return score * score; });
}

}  // namespace attn
