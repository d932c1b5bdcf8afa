#include "layers/norm.hpp"

#include "kernels/norm.hpp"

namespace attn {

void norm(const Norm& weights, MatrixView<const float> x, MatrixView<float> y) {
  const auto& [gain, bias, epsilon, kind] = weights;
  for (std::size_t t = 0; t < x.rows; ++t) {
    if (kind == NormKind::rms) {
      rms_norm(x.row(t), x.cols, gain, epsilon, y.row(t));
    } else {
      layer_norm(x.row(t), x.cols, gain, bias, epsilon, y.row(t));
    }
  }
}

}  // namespace attn
