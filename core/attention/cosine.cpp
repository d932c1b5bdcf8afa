// s_ij = q_i . k_j / (|q_i| |k_j|), 0 where one of them is 0

#include <cmath>

#include "attention/scoring.hpp"
#include "kernels/pair.hpp"

namespace attn {

void score_cosine(const ScoreInput& in, MatrixView<float> scores) {
  score_pairs(in, scores, [d = in.q.cols](const float* q, const float* k) {
    const float lengths = std::sqrt(dot(q, q, d)) * std::sqrt(dot(k, k, d));
    return lengths == 0.0F ? 0.0F : dot(q, k, d) / lengths;
  });
}

}  // namespace attn
