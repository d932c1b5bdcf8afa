// s_ij = (q_i . k_j - t |k_j|^2 / 2) / h^2: with t = 1 softmax over it is that over -|q_i - k_j|^2 / (2 h^2), since
// |q_i|^2 is the same along a row; with t = 0 it is the dot product, and at keys of one length all t agree

#include "attention/scoring.hpp"
#include "kernels/matmul.hpp"
#include "kernels/pair.hpp"

namespace attn {

const std::array<Parameter, 2> kDotProductKeyNormParams = {
    Parameter{"share", 0, 1, 1, "how much of a key's length counts: 0 is the dot product, 1 the Gaussian kernel",
              "计入键长度的份额：0 为点积，1 为高斯核"},
    Parameter{"width", 0.001, 1000, 1, "bandwidth of the Gaussian kernel; its square divides the scores",
              "高斯核的带宽，其平方除分数"}};

void score_dot_product_key_norm(const ScoreInput& in, MatrixView<float> scores) {
  const float part = static_cast<float>(in.params[0] / 2.0);
  const float factor = static_cast<float>(1.0 / (in.params[1] * in.params[1]));
  matmul_transposed(in.q, in.k, scores);
  for (std::size_t j = 0; j < in.k.rows; ++j) {
    const float lowered = part * dot(in.k.row(j), in.k.row(j), in.k.cols);
    for (std::size_t i = 0; i < in.q.rows; ++i) scores.row(i)[j] = factor * (scores.row(i)[j] - lowered);
  }
}

}  // namespace attn
