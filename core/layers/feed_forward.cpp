#include "layers/feed_forward.hpp"

namespace attn {

void feed_forward(const FeedForward& weights, MatrixView<const float> x, MatrixView<float> hidden, Site site,
                  MatrixView<float> out) {
  linear(weights.up, x, hidden);
  site.visit(Station::mlp_pre, hidden);
  for (std::size_t t = 0; t < hidden.rows; ++t) weights.activation(hidden.row(t), hidden.cols);
  site.visit(Station::mlp_post, hidden);
  linear(weights.down, hidden, out);
}

}  // namespace attn
