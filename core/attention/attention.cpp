#include "attention/attention.hpp"

#include <algorithm>
#include <limits>

#include "kernels/elementwise.hpp"
#include "kernels/matmul.hpp"
#include "kernels/softmax.hpp"

namespace attn {
namespace {

constexpr float kHidden = -std::numeric_limits<float>::infinity();
constexpr float kLargest = std::numeric_limits<float>::max();

/// Hides what the structure hides, unless cells were painted over it.
void mask_structure(const Sight& sight, std::size_t query, const CellMask* painted, std::size_t keys, float* row) {
  const KeyRange range = sight.keys_of(query, keys);
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
  const std::size_t group = q.heads / k.heads;
  float* space = scratch + packed_keys_values_size(k.rows, k.cols, v.cols);
  for (std::size_t n = 0; n < k.heads; ++n) {
    const PackedKeysValues packed = pack_keys_values(k.head(n), v.head(n), scratch);
    for (std::size_t h = n * group; h < (n + 1) * group; ++h) {
      const ScoreRule rule = {options.scale, options.softcap, options.sight, options.past, options.mask.head(h)};
      fused_attention(q.head(h), packed, rule, space, z.head(h));
    }
  }
}

void scores_of(HeadsView<const float> q, HeadsView<const float> k, const Scores& rule, float* scratch,
               HeadsView<float> scores) {
  const std::size_t group = q.heads / k.heads;
  for (std::size_t h = 0; h < q.heads; ++h) {
    if (q.rows < kFewQueries || rule.function != score_dot_product) {
      rule.function({q.head(h), k.head(h / group), rule.weights, rule.params}, scores.head(h));
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

bool is_softmax(const Normaliser& normaliser) {
  return normaliser.function == normalise_softmax && normaliser.params[0] == 1.0;
}

void keep(const ScoreTap& tap, ScoreStep step, std::size_t head, std::size_t query, const float* row) {
  if (tap.out.data != nullptr && tap.after == step) std::copy_n(row, tap.out.cols, tap.out.head(head).row(query));
}

/// Scale, softcap and masks on the scores of q . k.
void finish_scores(const AttentionOptions& options, Site site, const ScoreTap& tap, HeadsView<float> scores) {
  for (std::size_t h = 0; h < scores.heads; ++h) {
    for (std::size_t i = 0; i < scores.rows; ++i) {
      float* row = scores.head(h).row(i);
      scale(options.scale, scores.cols, row);
      keep(tap, ScoreStep::scaled, h, i, row);
      if (options.softcap > 0.0F) softcap(options.softcap, scores.cols, row);
      keep(tap, ScoreStep::capped, h, i, row);
      mask_input(options.mask.head(h), i, scores.cols, row);
      mask_structure(options.sight, options.past + i, site.mask(h), scores.cols, row);  // last: hidden stays hidden
      keep(tap, ScoreStep::masked, h, i, row);
    }
  }
}

}  // namespace

void normalise(const Normaliser& normaliser, std::size_t count, float* row) {
  if (is_softmax(normaliser)) return softmax(row, count, row);
  const bool defined = std::none_of(row, row + count, [](float s) { return !(s <= kLargest); });
  const bool hidden = std::all_of(row, row + count, [](float s) { return s == kHidden; });
  if (defined && !hidden) return normaliser.function(normaliser.params, count, row);
  std::fill_n(row, count, defined ? 0.0F : std::numeric_limits<float>::quiet_NaN());
}

bool needs_pattern(std::size_t queries, Site site, const AttentionOptions& options) {
  const bool fuses = options.scores.function == score_dot_product && is_softmax(options.normaliser);
  return queries < kFewQueries || !fuses || site.watches(Station::scores) || site.watches(Station::pattern);
}

std::size_t attention_scratch_size(std::size_t queries, std::size_t keys, std::size_t d_head, std::size_t d_v) {
  return queries < kFewQueries ? 0 : packed_keys_values_size(keys, d_head, d_v) + fused_attention_size(d_head);
}

void attention(HeadsView<const float> q, HeadsView<const float> k, HeadsView<const float> v,
               const AttentionOptions& options, Site site, AttentionWork work, HeadsView<float> z) {
  ATTN_ASSERT(k.heads > 0 && q.heads % k.heads == 0 && k.heads == v.heads && k.rows == v.rows);
  const HeadsView<float> pattern = work.pattern;
  if (pattern.data == nullptr) {
    ATTN_ASSERT(!needs_pattern(q.rows, site, options));
    fused(q, k, v, options, work.scratch, z);
    site.visit(Station::z, z);
    return;
  }
  scores_of(q, k, options.scores, work.scratch, pattern);
  finish_scores(options, site, work.tap, pattern);
  site.visit(Station::scores, pattern);
  for (std::size_t h = 0; h < q.heads; ++h) {
    for (std::size_t i = 0; i < q.rows; ++i) {
      float* row = pattern.head(h).row(i);
      normalise(options.normaliser, pattern.cols, row);
      keep(work.tap, ScoreStep::normalised, h, i, row);
    }
  }
  site.visit(Station::pattern, pattern);
  mix(pattern, v, work.scratch, z);
  site.visit(Station::z, z);
}

}  // namespace attn
