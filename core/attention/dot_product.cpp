// s_ij = q_i . k_j

#include "attention/scoring.hpp"
#include "kernels/matmul.hpp"

namespace attn {

/// General (Luong) and embedded (non-local) scores map queries, or both, and are this product too.
const std::array<ScoringWeight, 1> kGeneralWeights = {
    ScoringWeight{"w_a", {Axis{"d_q"}, Axis{"d_k"}}, WeightUse::maps_queries}};

const std::array<ScoringWeight, 2> kEmbeddingWeights = {
    ScoringWeight{"w_theta", {Axis{"d_q"}, Axis{"d_embed"}}, WeightUse::maps_queries},
    ScoringWeight{"w_phi", {Axis{"d_k"}, Axis{"d_embed"}}, WeightUse::maps_keys}};

void score_dot_product(const ScoreInput& in, MatrixView<float> scores) { matmul_transposed(in.q, in.k, scores); }

}  // namespace attn
