#include "layers/linear.hpp"

#include "kernels/elementwise.hpp"
#include "kernels/matmul.hpp"

namespace attn {

void linear(const Linear& map, MatrixView<const float> x, MatrixView<float> y) {
  matmul(x, map.weight, y);
  add_to_rows(map.bias, y);
}

}  // namespace attn
