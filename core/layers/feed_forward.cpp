#include "layers/feed_forward.hpp"

#include "kernels/elementwise.hpp"

namespace attn {

void feed_forward(const FeedForward& weights, MatrixView<const float> x, MatrixView<float> space, Site site,
                  MatrixView<float> out) {
  const bool gated = !weights.gate.weight.is_empty();
  const std::size_t d_mlp = weights.up.weight.cols();
  const MatrixView<float> hidden = space.sub_cols(0, d_mlp);
  linear(gated ? weights.gate : weights.up, x, hidden);
  site.visit(Station::mlp_pre, hidden);
  for (std::size_t t = 0; t < hidden.rows; ++t) weights.activation(hidden.row(t), d_mlp);
  if (gated) {
    const MatrixView<float> up = space.sub_cols(d_mlp, d_mlp);
    linear(weights.up, x, up);
    for (std::size_t t = 0; t < hidden.rows; ++t) multiply(up.row(t), d_mlp, hidden.row(t));
  }
  site.visit(Station::mlp_post, hidden);
  linear(weights.down, hidden, out);
}

}  // namespace attn
