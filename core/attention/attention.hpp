#pragma once

#include "attention/normalisation.hpp"
#include "attention/scoring.hpp"
#include "attention/structure.hpp"
#include "probe/probe.hpp"

namespace attn {

/// How alike a query and a key are. Queries and keys come mapped already where the row says so.
struct Scores {
  ScoreFunction function = score_dot_product;
  std::span<const DenseArray> weights = {};
  Numbers params = {};
};

/// How scores become weights.
struct Normaliser {
  NormaliseFunction function = normalise_softmax;
  Numbers params = {1.0};
};

/// Turns a row of scores into weights, in place. -inf is a key that the query does not see: its weight is 0, and a row
/// of nothing else becomes zeros. A NaN or +inf anywhere makes the whole row NaN.
void normalise(const Normaliser& normaliser, std::size_t count, float* row);

struct AttentionOptions {
  Scores scores;
  float scale = 1.0F;    ///< factor on the score
  float softcap = 0.0F;  ///< 0 is off
  Sight sight;
  std::size_t past = 0;  ///< keys that stand before the first query
  InputMask mask;
  Normaliser normaliser;
};

/// The steps from q . k to a weight, in their order (ONNX `Attention`, qk_matmul_output_mode).
enum class ScoreStep : std::uint8_t { scaled, capped, masked, normalised };

/// A place for what a step gave.
struct ScoreTap {
  ScoreStep after = ScoreStep::scaled;
  HeadsView<float> out = {};  ///< (heads, queries, keys); empty where nobody asks
};

/// Where attention works. Numbers of `scratch`: attention_scratch_size.
struct AttentionWork {
  HeadsView<float> pattern;  ///< (heads, queries, keys); may be empty unless needs_pattern
  float* scratch = nullptr;
  ScoreTap tap = {};  ///< with a pattern only
};

/// Of fewer queries the pattern always stands as a whole: laying keys and values out would cost more than it brings.
inline constexpr std::size_t kFewQueries = 5;

/// Whether the pattern has to stand as a whole: for few queries, for anything but dot products and softmax, or because
/// somebody listens to it or edits it.
bool needs_pattern(std::size_t queries, Site site, const AttentionOptions& options = {});

std::size_t attention_scratch_size(std::size_t queries, std::size_t keys, std::size_t d_head, std::size_t d_v);

/// z_i = sum_j p_ij v_j per head, p = normalise(softcap(scale score(q_i, k_j)) + mask): scale, softcap, mask,
/// normalisation in the order of the ONNX operator `Attention`. A query that may see nothing gets zeros.
/// q (heads, queries, d_head); k, v (key heads, keys, d_head), heads a multiple of key heads: each group of queries
/// shares a key head (Ainslie et al. 2023, section 2.2); z (heads, queries, d_v). With a pattern to work in, that
/// is filled; without one, blocks of it come and go, with results equal to rounding. Outputs alias nothing.
/// Stations: scores, pattern, z.
void attention(HeadsView<const float> q, HeadsView<const float> k, HeadsView<const float> v,
               const AttentionOptions& options, Site site, AttentionWork work, HeadsView<float> z);

}  // namespace attn
