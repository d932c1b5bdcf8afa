#pragma once

#include "attention/variant.hpp"
#include "kernels/fused_attention.hpp"
#include "probe/probe.hpp"
#include "tensor/view.hpp"

namespace attn {

struct AttentionOptions {
  Sight sight;
  float scale = 1.0F;    ///< factor on q . k
  float softcap = 0.0F;  ///< 0 is off
  std::size_t past = 0;  ///< keys that stand before the first query
  InputMask mask;
};

/// Where attention works. Numbers of `scratch`: attention_scratch_size.
struct AttentionWork {
  HeadsView<float> pattern;  ///< (heads, queries, keys); may be empty unless needs_pattern
  float* scratch = nullptr;
};

/// Of fewer queries the pattern always stands as a whole: laying keys and values out would cost more than it brings.
inline constexpr std::size_t kFewQueries = 5;

/// Whether the pattern has to stand as a whole: for few queries, or because somebody listens to it or edits it.
bool needs_pattern(std::size_t queries, Site site);

std::size_t attention_scratch_size(std::size_t queries, std::size_t keys, std::size_t d_head, std::size_t d_v);

/// z_i = sum_j softmax_j(scale q_i . k_j + mask) v_j per head, in the order of the ONNX operator `Attention`:
/// scale, softcap, mask, softmax. A query that may see nothing gets zeros.
/// q (heads, queries, d_head); k, v (key heads, keys, d_head), heads a multiple of key heads: each group of queries
/// shares a key head (Ainslie et al. 2023, section 2.2); z (heads, queries, d_v). With a pattern to work in, that
/// is filled; without one, blocks of it come and go, with results equal to rounding. Outputs alias nothing.
/// Stations: scores, pattern, z.
void attention(HeadsView<const float> q, HeadsView<const float> k, HeadsView<const float> v,
               const AttentionOptions& options, Site site, AttentionWork work, HeadsView<float> z);

}  // namespace attn
