// s_ij = -|q_i - k_j|^2 / (2 h^2): softmax over it is the Nadaraya-Watson average with a Gaussian kernel

#include "attention/scoring.hpp"
#include "kernels/pair.hpp"

namespace attn {

const std::array<Parameter, 1> kGaussianKernelParams = {
    Parameter{"bandwidth", 0.001, 1000, 1, "distance at which a key's weight has dropped by the factor exp(-1/2)",
              "权重降到 exp(-1/2) 倍处的距离"}};

void score_gaussian_kernel(const ScoreInput& in, MatrixView<float> scores) {
  const float factor = static_cast<float>(-0.5 / (in.params[0] * in.params[0]));
  score_pairs(in, scores, [&](const float* q, const float* k) { return factor * squared_distance(q, k, in.q.cols); });
}

}  // namespace attn
