#pragma once

#include "tensor/array.hpp"

/// What recorded patterns tell. A pattern is (heads, queries, keys), or (layers, heads, queries, keys), layers in the
/// order of the forward pass; `out` is another array. All throw argument_shape, and argument_range for a weight that is
/// negative or not finite.
namespace attn {

/// out (queries, keys) or (layers, queries, keys): the mean over the heads.
void mean_over_heads_operator(const Array& pattern, Array& out);

/// Attention rollout (Abnar and Zuidema 2020, section 3) of patterns (layers, heads, tokens, tokens): out (layers,
/// tokens, tokens), row i of layer l the shares of the input tokens in token i behind that layer, l counting from the
/// input. A layer hands on `residual`, in [0, 1], of each token as it is, and the rest by its mean over the heads; rows
/// are brought to the sum 1 again.
void attention_rollout_operator(const Array& patterns, float residual, Array& out);

/// Attention flow (Abnar and Zuidema 2020, section 3) of patterns (layers, heads, tokens, tokens): out (tokens,
/// tokens), cell (i, j) the largest flow from token i behind the last layer to input token j, where an edge from a
/// layer to the one below carries at most `residual` (to the token itself, in [0, 1]) plus 1 - residual times its mean
/// over the heads. `normalise` brings rows to the sum 1, as the authors' program does. There is a flow to find for each
/// cell, in a graph of layers * tokens^2 edges: argument_range where layers * tokens^4 is more than kMostFlowSteps,
/// some seconds.
void attention_flow_operator(const Array& patterns, float residual, bool normalise, Array& out);
inline constexpr double kMostFlowSteps = 1 << 27;

/// out (heads) or (layers, heads): the mean over queries of -sum_j p_ij ln p_ij, in nats. Clark et al. 2019,
/// section 3.3.
void head_entropy_operator(const Array& pattern, Array& out);

/// out (heads) or (layers, heads): sum_ij p_ij |i - j| / sum_ij p_ij in tokens, 0 for a head without weight; the
/// pattern is square. Vig and Belinkov 2019, where it is the attention distance.
void head_distance_operator(const Array& pattern, Array& out);

}  // namespace attn
