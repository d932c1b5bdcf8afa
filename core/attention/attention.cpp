#include "attention/attention.hpp"

#include <algorithm>
#include <limits>

#include "kernels/elementwise.hpp"
#include "kernels/matmul.hpp"
#include "kernels/softmax.hpp"

namespace attn {
namespace {

constexpr float kHidden = -std::numeric_limits<float>::infinity();

/// Hides what the structure hides, unless cells were painted over it.
void mask_structure(const Sight& sight, std::size_t query, const CellMask* painted, std::size_t keys, float* row) {
  const KeyRange range = sight.range(query, keys, sight.params);
  for (std::size_t j = 0; j < keys; ++j) {
    const bool covered = painted != nullptr && painted->covers(query, j);
    const bool structured =
        j >= range.begin && j < range.end && (sight.sees == nullptr || sight.sees(query, j, sight.params));
    const bool visible = covered ? painted->allows(query, j) : structured;
    if (!visible) row[j] = kHidden;
  }
}

void mask_input(const InputMask& mask, std::size_t query, std::size_t keys, float* row) {
  if (mask.added != nullptr) add(mask.added + query * keys, keys, row);
  if (mask.allowed == nullptr) return;
  for (std::size_t j = 0; j < keys; ++j) {
    if (mask.allowed[query * keys + j] == 0) row[j] = kHidden;
  }
}

void fused(HeadsView<const float> q, HeadsView<const float> k, HeadsView<const float> v,
           const AttentionOptions& options, float* scratch, HeadsView<float> z) {
  const ScoreRule rule = {options.scale, options.softcap, options.sight, options.past, options.mask};
  const std::size_t group = q.heads / k.heads;
  float* space = scratch + packed_keys_values_size(k.rows, k.cols, v.cols);
  for (std::size_t n = 0; n < k.heads; ++n) {
    const PackedKeysValues packed = pack_keys_values(k.head(n), v.head(n), scratch);
    for (std::size_t h = n * group; h < (n + 1) * group; ++h)
      fused_attention(q.head(h), packed, rule, space, z.head(h));
  }
}

void scores_of(HeadsView<const float> q, HeadsView<const float> k, float* scratch, HeadsView<float> scores) {
  const std::size_t group = q.heads / k.heads;
  for (std::size_t h = 0; h < q.heads; ++h) {
    if (q.rows < kFewQueries) {
      matmul_transposed(q.head(h), k.head(h / group), scores.head(h));
    } else {
      matmul(q.head(h), pack_transposed(k.head(h / group), scratch), scores.head(h));
    }
  }
}

void mix(HeadsView<const float> pattern, HeadsView<const float> v, float* scratch, HeadsView<float> z) {
  const std::size_t group = pattern.heads / v.heads;
  for (std::size_t h = 0; h < pattern.heads; ++h) {
    if (pattern.rows < kFewQueries) {
      matmul(pattern.head(h), v.head(h / group), z.head(h));
    } else {
      matmul(pattern.head(h), pack(v.head(h / group), scratch), z.head(h));
    }
  }
}

}  // namespace

bool needs_pattern(std::size_t queries, Site site) {
  return queries < kFewQueries || site.watches(Station::scores) || site.watches(Station::pattern);
}

std::size_t attention_scratch_size(std::size_t queries, std::size_t keys, std::size_t d_head, std::size_t d_v) {
  return queries < kFewQueries ? 0 : packed_keys_values_size(keys, d_head, d_v) + fused_attention_size(d_head);
}

void attention(HeadsView<const float> q, HeadsView<const float> k, HeadsView<const float> v,
               const AttentionOptions& options, Site site, AttentionWork work, HeadsView<float> z) {
  ATTN_ASSERT(k.heads > 0 && q.heads % k.heads == 0 && k.heads == v.heads && k.rows == v.rows);
  const HeadsView<float> pattern = work.pattern;
  if (pattern.data == nullptr) {
    ATTN_ASSERT(!needs_pattern(q.rows, site));
    fused(q, k, v, options, work.scratch, z);
    site.visit(Station::z, z);
    return;
  }
  scores_of(q, k, work.scratch, pattern);
  for (std::size_t h = 0; h < q.heads; ++h) {
    for (std::size_t i = 0; i < q.rows; ++i) {
      float* row = pattern.head(h).row(i);
      scale(options.scale, pattern.cols, row);
      if (options.softcap > 0.0F) softcap(options.softcap, pattern.cols, row);
      mask_input(options.mask, i, pattern.cols, row);
      mask_structure(options.sight, options.past + i, site.mask(h), pattern.cols, row);  // last: hidden stays hidden
    }
  }
  site.visit(Station::scores, pattern);
  for (std::size_t h = 0; h < q.heads; ++h) {
    for (std::size_t i = 0; i < q.rows; ++i) {
      float* row = pattern.head(h).row(i);
      softmax(row, pattern.cols, row);
    }
  }
  site.visit(Station::pattern, pattern);
  mix(pattern, v, work.scratch, z);
  site.visit(Station::z, z);
}

}  // namespace attn
