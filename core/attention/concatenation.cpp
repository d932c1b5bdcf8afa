// s_ij = ReLU(w_f . [q_i W_theta, k_j W_phi])

#include "attention/scoring.hpp"
#include "kernels/pair.hpp"

namespace attn {

const std::array<ScoringWeight, 3> kConcatenationWeights = {
    ScoringWeight{"w_theta", {Axis{"d_q"}, Axis{"d_embed"}}, WeightUse::maps_queries},
    ScoringWeight{"w_phi", {Axis{"d_k"}, Axis{"d_embed"}}, WeightUse::maps_keys},
    ScoringWeight{"w_f", {Axis{"d_embed", 2}}, WeightUse::score}};

void score_concatenation(const ScoreInput& in, MatrixView<float> scores) {
  const std::size_t d = in.q.cols;
  const float *for_query = in.weights[2].data.data(), *for_key = for_query + d;
  score_pairs(in, scores, [&](const float* q, const float* k) {
    const float sum = dot(for_query, q, d) + dot(for_key, k, d);
    return sum < 0.0F ? 0.0F : sum;  // and NaN stays NaN
  });
}

}  // namespace attn
