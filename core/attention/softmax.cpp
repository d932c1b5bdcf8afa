// p_j = exp(s_j / T) / sum_n exp(s_n / T); T = 0 is the limit: the largest scores share the weight

#include "kernels/softmax.hpp"

#include <algorithm>

#include "attention/normalisation.hpp"

namespace attn {

const std::array<Parameter, 1> kSoftmaxParams = {
    Parameter{"temperature", 0, 100, 1, "above 1 weights even out, towards 0 the largest score takes all",
              "大于 1 时权重趋于平均，趋于 0 时最大的分数独占"}};

void normalise_softmax(const Numbers& params, std::size_t count, float* row) {
  if (params[0] != 1.0) {
    const float highest = *std::max_element(row, row + count);
    for (std::size_t j = 0; j < count; ++j) {
      const double below = static_cast<double>(row[j]) - static_cast<double>(highest);
      row[j] = below == 0.0 ? 0.0F : static_cast<float>(below / params[0]);  // over T = 0: -inf
    }
  }
  softmax(row, count, row);
}

}  // namespace attn
