// p = softmax over the first keys of a sequence; what stands behind them is padding of its batch

#include <algorithm>
#include <limits>

#include "attention/normalisation.hpp"
#include "kernels/softmax.hpp"

namespace attn {

const std::array<Parameter, 1> kMaskedSoftmaxParams = {Parameter{
    "valid_length", 0, 65536, 3, "keys that belong to the sequence, from its start", "属于序列的前几个键", true}};

void normalise_masked_softmax(const Numbers& params, std::size_t count, float* row) {
  const std::size_t length = std::min(static_cast<std::size_t>(params[0]), count);
  std::fill(row + length, row + count, -std::numeric_limits<float>::infinity());
  softmax(row, count, row);
}

}  // namespace attn
