// s_ij = w_v . tanh(q_i W_q + k_j W_k): a layer with one hidden vector reads query and key, whatever their widths

#include "attention/scoring.hpp"
#include "kernels/pair.hpp"

namespace attn {

const std::array<ScoringWeight, 3> kAdditiveWeights = {
    ScoringWeight{"w_q", {Axis{"d_q"}, Axis{"d_hidden"}}, WeightUse::maps_queries},
    ScoringWeight{"w_k", {Axis{"d_k"}, Axis{"d_hidden"}}, WeightUse::maps_keys},
    ScoringWeight{"w_v", {Axis{"d_hidden"}}, WeightUse::score}};

void score_additive(const ScoreInput& in, MatrixView<float> scores) {
  const float* w_v = in.weights[2].data.data();
  score_pairs(in, scores, [&](const float* q, const float* k) { return weighted_tanh(q, k, w_v, in.q.cols); });
}

}  // namespace attn
