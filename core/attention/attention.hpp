#pragma once

#include <cstdint>

#include "attention/variant.hpp"
#include "probe/probe.hpp"
#include "tensor/view.hpp"

namespace attn {

/// A mask given with the arrays, (queries, keys), shared by all heads. At most one of the two is set.
struct InputMask {
  const std::uint8_t* allowed = nullptr;  ///< 1 = may attend
  const float* added = nullptr;           ///< added to the scores
};

struct AttentionOptions {
  const Variant* variant = nullptr;
  float scale = 1.0F;    ///< factor on q . k
  float softcap = 0.0F;  ///< 0 is off
  std::size_t past = 0;  ///< keys that stand before the first query
  InputMask mask;
};

/// z_i = sum_j softmax_j(scale q_i . k_j + mask) v_j per head, in the order of the ONNX operator `Attention`:
/// scale, softcap, mask, softmax. A query that may see nothing gets zeros.
/// q (heads, queries, d_head); k, v (key heads, keys, d_head), heads a multiple of key heads: each group of queries
/// shares a key head (Ainslie et al. 2023, section 2.2). `pattern` (heads, queries, keys) is where the work is done;
/// z (heads, queries, d_v). Outputs alias nothing. Stations: scores, pattern, z.
void attention(HeadsView<const float> q, HeadsView<const float> k, HeadsView<const float> v,
               const AttentionOptions& options, Site site, HeadsView<float> pattern, HeadsView<float> z);

}  // namespace attn
