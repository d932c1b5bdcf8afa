#include "layers/norm.hpp"

#include "kernels/norm.hpp"

namespace attn {

void layer_norm(const LayerNorm& norm, MatrixView<const float> x, MatrixView<float> y) {
  for (std::size_t t = 0; t < x.rows; ++t) {
    layer_norm(x.row(t), x.cols, norm.gain, norm.bias, norm.epsilon, y.row(t));
  }
}

}  // namespace attn
