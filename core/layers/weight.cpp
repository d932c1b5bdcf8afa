#include "layers/weight.hpp"

namespace attn {

Weight Weight::sub_rows(std::size_t begin, std::size_t count) const {
  Weight part;
  if (is_bytes()) {
    part.bytes = bytes.sub_rows(begin, count);
  } else if (is_halves()) {
    part.halves = halves.sub_rows(begin, count);
  } else {
    part.numbers = numbers.sub_rows(begin, count);
  }
  return part;
}

void multiply(MatrixView<const float> x, const Weight& weight, MatrixView<float> y, const float* bias) {
  if (weight.is_bytes()) {
    matmul(x, weight.bytes, y, bias);
  } else if (weight.is_halves()) {
    matmul(x, weight.halves, y, bias);
  } else {
    matmul(x, weight.numbers, y, bias);
  }
}

}  // namespace attn
