// p_j = exp(s_j) / (1 + sum_n exp(s_n)): a row may attend to nothing

#include <algorithm>
#include <cmath>

#include "attention/normalisation.hpp"
#include "kernels/elementwise.hpp"
#include "kernels/softmax.hpp"

namespace attn {

void normalise_softmax_plus_one(const Numbers&, std::size_t count, float* row) {
  const float highest = *std::max_element(row, row + count);
  softmax(row, count, row);
  const float largest = *std::max_element(row, row + count);  // exp(highest) / sum
  const float log_sum = highest - std::log(largest);          // log of the sum
  scale(1.0F / (1.0F + std::exp(-log_sum)), count, row);
}

}  // namespace attn
