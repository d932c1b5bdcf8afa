// z_i = sum_j exp(s_ij - m_i) v_j / sum_j exp(s_ij - m_i),  m_i = max_j s_ij
//
// A block of query rows walks over blocks of keys: scores by register tiles, their exponentials, times the values,
// added to z. m is the maximum so far; when it rises, what was summed until then is scaled down (Milakov and Gimelshein
// 2018, arXiv 1805.02867; Dao et al. 2022, arXiv 2205.14135, section 3.1). Blocks that no query of the block sees are
// never computed. Scores are computed in units of ln 2 (log2 e goes into the queries), since 2^x costs less than e^x.
//
// Where the time goes (Chromium 156, relaxed SIMD, an Emerald Rapids Xeon; 8 heads of 64, 512 tokens, 80 % of the peak
// of multiply-adds): maxima, exponentials and their sums 6 % (without them it takes 13.4 ms instead of 14.2), the two
// products nearly all else. Their tiles start and end more often than those of a large matrix product, scores after 64
// steps and values after 128 (matmul.cpp has the cost), which is most of what is missing to 100 %.
// Not taken: ends of its own for each tile of five rows (no faster, more code); 1, 4 or 8 tiles by 64 or 256 keys (2 to
// 4 % slower).

#include "kernels/fused_attention.hpp"

#include <algorithm>
#include <limits>

#include "kernels/elementwise.hpp"
#include "kernels/exponential.hpp"
#include "kernels/simd.hpp"
#include "kernels/tile.hpp"

namespace attn {
namespace {

using simd::Batch;
using simd::kWidth;

constexpr std::size_t kRows = 2 * kTileRows;    // queries of a block
constexpr std::size_t kKeys = 16 * kPanelCols;  // keys of a block
constexpr float kHidden = -std::numeric_limits<float>::infinity();
constexpr float kLog2E = 1.4426950408889634F;

/// One block of queries on its way over the keys.
struct Block {
  const ScoreRule& rule;
  std::size_t first;  // of its queries
  std::size_t rows;   // of them
  std::size_t d_head;
  float* q;       // (kRows, d_head), scaled
  float* scores;  // (kRows, kKeys), scores and then weights
  KeyRange seen[kRows];
  bool begun;  // whether z holds something of it
  float highest[kRows];
  float sum[kRows];
  Exp2OfNegative exp2;
};

/// Hides what lies outside the row's keys and applies the rule's other parts; `row` holds the keys from `begin`.
void finish_scores(const Block& block, std::size_t i, std::size_t begin, std::size_t count, std::size_t keys,
                   float* row) {
  const ScoreRule& rule = block.rule;
  if (rule.softcap > 0.0F) {
    softcap(rule.softcap, count, row);
    scale(kLog2E, count, row);
  }
  const KeyRange seen = block.seen[i];
  const std::size_t from = std::min(std::max(seen.begin, begin) - begin, count);
  const std::size_t to = std::max(from, std::min(std::max(seen.end, begin) - begin, count));
  for (std::size_t j = 0; j < from; ++j) row[j] = kHidden;
  for (std::size_t j = to; j < count; ++j) row[j] = kHidden;
  const std::size_t cell = (block.first + i) * keys + begin;
  if (rule.mask.added != nullptr) {
    const Batch unit(kLog2E), hidden(kHidden), lowest(std::numeric_limits<float>::lowest());
    for (std::size_t j = from; j < to; j += kWidth) {
      const Batch given = simd::load(rule.mask.added + cell + j, to - j);
      // in units of ln 2 the lowest numbers would become -inf, which hides
      const Batch added = xsimd::select(given == hidden, hidden, simd::larger(given * unit, lowest));
      simd::store(simd::load(row + j, to - j) + added, row + j, to - j);
    }
  }
  if (rule.mask.allowed != nullptr) {
    for (std::size_t j = from; j < to; ++j) {
      if (rule.mask.allowed[cell + j] == 0) row[j] = kHidden;
    }
  }
  if (rule.sight.sees != nullptr) {
    for (std::size_t j = from; j < to; ++j) {
      if (!rule.sight.sees(rule.past + block.first + i, begin + j, rule.sight.params)) row[j] = kHidden;
    }
  }
}

/// Scores to weights 2^(score - highest), whole vectors; scales down what was summed below an earlier maximum.
void weigh(Block& block, std::size_t i, std::size_t count, float* row, float* z, std::size_t d_v) {
  const Exp2OfNegative exp2 = block.exp2;
  const float highest = simd::maximum(row, count, block.highest[i]);
  if (highest > block.highest[i] && block.begun) {
    const Batch down = exp2(Batch(block.highest[i]) - Batch(highest));
    block.sum[i] *= down.get(0);
    for (std::size_t j = 0; j < d_v; j += kWidth) simd::store(simd::load(z + j, d_v - j) * down, z + j, d_v - j);
  }
  block.highest[i] = highest;
  const Batch origin(highest == kHidden ? 0.0F : highest);
  Batch sum(0.0F);
  for (std::size_t j = 0; j < count; j += kWidth) {
    const Batch weight = exp2(Batch::load_unaligned(row + j) - origin);
    weight.store_unaligned(row + j);
    sum += weight;
  }
  block.sum[i] += xsimd::reduce_add(sum);
}

/// The block's rows against the keys [begin, end), at most kKeys.
void attend(Block& block, const PackedKeysValues& kv, KeyRange range, MatrixView<float> z) {
  const std::size_t first_panel = range.begin / kPanelCols;
  const std::size_t panels = (range.end - range.begin + kPanelCols - 1) / kPanelCols;
  for (std::size_t p = 0; p < panels; ++p) {
    multiply_panel({block.rows, block.d_head, kPanelCols, block.q, block.d_head, kv.keys.panel(first_panel + p),
                    nullptr, 0, block.scores + p * kPanelCols, kKeys});
  }
  for (std::size_t i = 0; i < block.rows; ++i) {
    float* row = block.scores + i * kKeys;
    finish_scores(block, i, range.begin, panels * kPanelCols, kv.keys.cols, row);
    weigh(block, i, panels * kPanelCols, row, z.row(block.first + i), z.cols);
  }
  for (std::size_t p = 0; p < kv.values.count(); ++p) {
    const std::size_t j = p * kPanelCols;
    float* out = z.row(block.first) + j;
    multiply_panel({block.rows, range.end - range.begin, std::min(z.cols - j, kPanelCols), block.scores, kKeys,
                    kv.values.panel(p) + range.begin * kPanelCols, block.begun ? out : nullptr, z.stride, out,
                    z.stride});
  }
  block.begun = true;
}

/// The keys that any row of the block sees; fills in what each row sees.
KeyRange look(Block& block, std::size_t keys) {
  KeyRange all = {keys, 0};
  for (std::size_t i = 0; i < block.rows; ++i) {
    block.seen[i] = block.rule.sight.keys_of(block.rule.past + block.first + i, keys);
    if (block.seen[i].begin >= block.seen[i].end) continue;
    all.begin = std::min(all.begin, block.seen[i].begin);
    all.end = std::max(all.end, block.seen[i].end);
  }
  return all;
}

}  // namespace

std::size_t packed_keys_values_size(std::size_t keys, std::size_t d_head, std::size_t d_v) {
  return panels_size(d_head, keys) + panels_size(keys, d_v);
}

PackedKeysValues pack_keys_values(MatrixView<const float> k, MatrixView<const float> v, float* space) {
  return {pack_transposed(k, space), pack(v, space + panels_size(k.cols, k.rows))};
}

std::size_t fused_attention_size(std::size_t d_head) { return kRows * (d_head + kKeys); }

void fused_attention(MatrixView<const float> q, PackedKeysValues kv, const ScoreRule& rule, float* space,
                     MatrixView<float> z) {
  Block block = {rule, 0, 0, q.cols, space, space + kRows * q.cols, {}, false, {}, {}, {}};
  const Batch factor(rule.softcap > 0.0F ? rule.scale : rule.scale * kLog2E);
  for (; block.first < q.rows; block.first += kRows) {
    block.rows = std::min(q.rows - block.first, kRows);
    for (std::size_t i = 0; i < block.rows; ++i) {
      const float* row = q.row(block.first + i);
      for (std::size_t d = 0; d < q.cols; d += kWidth) {
        simd::store(simd::load(row + d, q.cols - d) * factor, block.q + i * q.cols + d, q.cols - d);
      }
      block.highest[i] = kHidden;
      block.sum[i] = 0.0F;
    }
    block.begun = false;
    const KeyRange seen = look(block, kv.keys.cols);
    for (std::size_t j = seen.begin / kPanelCols * kPanelCols; j < seen.end; j += kKeys) {
      attend(block, kv, {j, std::min(j + kKeys, seen.end)}, z);
    }
    for (std::size_t i = 0; i < block.rows; ++i) {
      float* row = z.row(block.first + i);
      if (!block.begun) std::fill_n(row, z.cols, 0.0F);
      const Batch share(block.sum[i] == 0.0F ? 0.0F : 1.0F / block.sum[i]);
      simd::map(row, z.cols, [share](Batch x) { return x * share; });
    }
  }
}

}  // namespace attn
