// s_ij = -|w (q_i - k_j)|^2 / 2: kernel regression whose width 1/w is learned from the data

#include <cmath>

#include "attention/scoring.hpp"
#include "kernels/pair.hpp"

namespace attn {

const std::array<ScoringWeight, 1> kGaussianWidthWeights = {ScoringWeight{"w", {Axis{"1"}}, WeightUse::score}};

void score_gaussian_width(const ScoreInput& in, MatrixView<float> scores) {
  const float w = in.weights[0].data[0];
  score_pairs(in, scores, [&](const float* q, const float* k) {
    const float apart = w * std::sqrt(squared_distance(q, k, in.q.cols));  // w^2 alone may be infinite
    return -0.5F * apart * apart;
  });
}

}  // namespace attn
