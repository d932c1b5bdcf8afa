#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>

#include "kernels/matmul.hpp"
#include "tensor/table.hpp"
#include "tensor/view.hpp"

namespace attn {

/// The keys [begin, end) that a query may attend to.
struct KeyRange {
  std::size_t begin;
  std::size_t end;
};

/// What a query may attend to: the keys of `range`, and of these only the ones that `sees` admits where that is set.
/// `query` counts from the context's start.
struct Sight {
  KeyRange (*range)(std::size_t query, std::size_t keys, const Numbers& params) = nullptr;
  bool (*sees)(std::size_t query, std::size_t key, const Numbers& params) = nullptr;
  Numbers params = {};
  std::size_t valid = std::numeric_limits<std::size_t>::max();  ///< keys from here on are padding that nobody sees

  KeyRange keys_of(std::size_t query, std::size_t keys) const {
    const KeyRange all = range(query, keys, params);
    return {std::min(all.begin, valid), std::min(all.end, valid)};
  }
};

/// A mask given with the arrays, (queries, keys) for each head. At most one of the two is set.
struct InputMask {
  const std::uint8_t* allowed = nullptr;  ///< 1 = may attend
  const float* added = nullptr;           ///< added to the scores
  std::size_t head_stride = 0;            ///< from one head's cells to the next one's; 0 where heads share them

  InputMask head(std::size_t h) const {
    return {allowed == nullptr ? nullptr : allowed + h * head_stride,
            added == nullptr ? nullptr : added + h * head_stride, 0};
  }
};

/// What happens to q . k before the softmax, in this order: scale, softcap, masks.
struct ScoreRule {
  float scale = 1.0F;
  float softcap = 0.0F;  ///< 0 is off
  Sight sight;
  std::size_t past = 0;  ///< keys that stand before the first query
  InputMask mask;
};

/// Keys (keys, d_head) and values (keys, d_v) of one head, laid out.
struct PackedKeysValues {
  Panels keys;    ///< transposed: (d_head, keys)
  Panels values;  ///< (keys, d_v)
};

/// Numbers that pack_keys_values writes.
std::size_t packed_keys_values_size(std::size_t keys, std::size_t d_head, std::size_t d_v);
PackedKeysValues pack_keys_values(MatrixView<const float> k, MatrixView<const float> v, float* space);

/// Numbers that fused_attention works in beside these, whatever the number of queries and keys.
std::size_t fused_attention_size(std::size_t d_head);

/// z_i = sum_j softmax_j(rule(q_i . k_j)) v_j of one head, the pattern never standing anywhere as a whole:
/// q (queries, d_head), z (queries, d_v). A query that sees no key gets zeros; NaN and +inf make a row NaN, as in
/// softmax. z aliases nothing.
void fused_attention(MatrixView<const float> q, PackedKeysValues kv, const ScoreRule& rule, float* space,
                     MatrixView<float> z);

}  // namespace attn
