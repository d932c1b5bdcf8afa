// p = softmax(c tanh(s / c)): scores stay within (-c, c), so that no weight becomes 1 or 0

#include <cmath>

#include "attention/normalisation.hpp"
#include "kernels/softmax.hpp"

namespace attn {

const std::array<Parameter, 1> kSoftcapParams = {
    Parameter{"cap", 0.01, 1000, 2, "scores are bent to stay below it", "分数被压到此值以下"}};

void normalise_softcap(const Numbers& params, std::size_t count, float* row) {
  const float cap = static_cast<float>(params[0]);
  for (std::size_t j = 0; j < count; ++j) {
    if (!std::isinf(row[j])) row[j] = cap * std::tanh(row[j] / cap);  // hidden stays hidden
  }
  softmax(row, count, row);
}

}  // namespace attn
