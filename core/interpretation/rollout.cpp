// A_l = residual 1 + (1 - residual) mean_h P_lh, rows brought to the sum 1;  rollout_1 = A_1,  rollout_l = A_l
// rollout_(l-1)

#include "interpretation/operators.hpp"
#include "interpretation/patterns.hpp"
#include "kernels/elementwise.hpp"
#include "kernels/matmul.hpp"

namespace attn {
namespace {

/// Rows to the sum 1; one without weight stays as it is.
void normalise_rows(MatrixView<float> x) {
  for (std::size_t i = 0; i < x.rows; ++i) {
    double sum = 0.0;
    for (std::size_t j = 0; j < x.cols; ++j) sum += static_cast<double>(x.row(i)[j]);
    if (sum > 0.0) scale(static_cast<float>(1.0 / sum), x.cols, x.row(i));
  }
}

}  // namespace

void attention_rollout_operator(const Array& patterns, float residual, Array& out) {
  const Patterns given = patterns_of("patterns", patterns, out);
  check_stack(given, residual);
  const std::size_t tokens = given.queries, shape[] = {given.layers, tokens, tokens};
  out.resize(shape);
  Matrix mixed = Matrix::from_shape({tokens, tokens});
  Vector panels = Vector::from_shape({panels_size(tokens, tokens)});
  for (std::size_t l = 0; l < given.layers; ++l) {
    float* place = out.data.data() + l * given.sheet_size();
    const MatrixView<float> rollout(place, tokens, tokens);
    const MatrixView<float> own = l == 0 ? rollout : view(mixed);
    mix_residual(given, l, residual, own);
    normalise_rows(own);
    if (l > 0) matmul(own, pack({place - given.sheet_size(), tokens, tokens}, panels.data()), rollout);
  }
}

}  // namespace attn
