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
void mask_structure(const Variant& variant, std::size_t query, const CellMask* painted, std::size_t keys, float* row) {
  const KeyRange range = variant.visible(query, keys);
  for (std::size_t j = 0; j < keys; ++j) {
    const bool covered = painted != nullptr && painted->covers(query, j);
    const bool visible = covered ? painted->allows(query, j) : j >= range.begin && j < range.end;
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

}  // namespace

void attention(HeadsView<const float> q, HeadsView<const float> k, HeadsView<const float> v,
               const AttentionOptions& options, Site site, HeadsView<float> pattern, HeadsView<float> z) {
  ATTN_ASSERT(k.heads > 0 && q.heads % k.heads == 0 && k.heads == v.heads && k.rows == v.rows);
  const std::size_t group = q.heads / k.heads;
  for (std::size_t h = 0; h < q.heads; ++h) {
    const MatrixView<float> scores = pattern.head(h);
    matmul_transposed(q.head(h), k.head(h / group), scores);
    for (std::size_t i = 0; i < scores.rows; ++i) {
      float* row = scores.row(i);
      scale(options.scale, scores.cols, row);
      if (options.softcap > 0.0F) softcap(options.softcap, scores.cols, row);
      mask_structure(*options.variant, options.past + i, site.mask(h), scores.cols, row);
      mask_input(options.mask, i, scores.cols, row);
    }
  }
  site.visit(Station::scores, pattern);
  for (std::size_t h = 0; h < q.heads; ++h) {
    for (std::size_t i = 0; i < q.rows; ++i) softmax(pattern.head(h).row(i), pattern.cols);
  }
  site.visit(Station::pattern, pattern);
  for (std::size_t h = 0; h < q.heads; ++h) matmul(pattern.head(h), v.head(h / group), z.head(h));
  site.visit(Station::z, z);
}

}  // namespace attn
