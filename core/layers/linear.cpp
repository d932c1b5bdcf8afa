#include "layers/linear.hpp"

namespace attn {

void linear(const Linear& map, MatrixView<const float> x, MatrixView<float> y) { multiply(x, map.weight, y, map.bias); }

}  // namespace attn
