// z_i = sum_j exp(s_ij - m_i) v_j / sum_j exp(s_ij - m_i),  m_i = max_j s_ij
//
// A block of query rows walks over blocks of keys: scores by register tiles, their exponentials, times the values,
// added to z. m is the maximum so far; when it rises, what was summed until then is scaled down (Milakov and Gimelshein
// 2018, arXiv 1805.02867; Dao et al. 2022, arXiv 2205.14135, section 3.1). Blocks that no query of the block sees are
// never computed. Scores are computed in units of ln 2 (log2 e goes into the queries), since 2^x costs less than e^x.

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

constexpr std::size_t kTiles = 2;
constexpr std::size_t kRows = kTiles * kTileRows;  // queries of a block
constexpr std::size_t kKeys = 16 * kPanelCols;     // keys of a block
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
  std::size_t end[kTiles];  // of the keys that any row of the tile sees
  bool begun[kTiles];       // whether z holds something of the tile
  float highest[kRows];
  float sum[kRows];
};

std::size_t rows_of_tile(const Block& block, std::size_t tile) {
  return std::min(block.rows - tile * kTileRows, kTileRows);
}

std::size_t tiles(const Block& block) { return (block.rows + kTileRows - 1) / kTileRows; }

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
    const Batch unit(kLog2E);
    for (std::size_t j = from; j < to; j += kWidth) {
      const Batch added = simd::load(rule.mask.added + cell + j, to - j) * unit;
      simd::store(simd::load(row + j, to - j) + added, row + j, to - j);
    }
  }
  if (rule.mask.allowed != nullptr) {
    for (std::size_t j = from; j < to; ++j) {
      if (rule.mask.allowed[cell + j] == 0) row[j] = kHidden;
    }
  }
}

/// Scores to weights 2^(score - highest), whole vectors; scales down what was summed below an earlier maximum.
void weigh(Block& block, std::size_t i, std::size_t count, float* row, float* z, std::size_t d_v) {
  const float highest = simd::maximum(row, count, block.highest[i]);
  if (highest > block.highest[i] && block.begun[i / kTileRows]) {
    const Batch down = exp2_of_negative(Batch(block.highest[i]) - Batch(highest));
    block.sum[i] *= down.get(0);
    for (std::size_t j = 0; j < d_v; j += kWidth) simd::store(simd::load(z + j, d_v - j) * down, z + j, d_v - j);
  }
  block.highest[i] = highest;
  const Batch origin(highest == kHidden ? 0.0F : highest);
  Batch sum(0.0F);
  for (std::size_t j = 0; j < count; j += kWidth) {
    const Batch weight = exp2_of_negative(Batch::load_unaligned(row + j) - origin);
    weight.store_unaligned(row + j);
    sum += weight;
  }
  block.sum[i] += xsimd::reduce_add(sum);
}

/// The block's rows against the keys [begin, begin + kKeys).
void attend(Block& block, const PackedKeysValues& kv, std::size_t begin, MatrixView<float> z) {
  const std::size_t keys = kv.keys.cols;
  for (std::size_t p = begin / kPanelCols; p < (begin + kKeys) / kPanelCols; ++p) {
    for (std::size_t t = 0; t < tiles(block); ++t) {
      if (p * kPanelCols >= block.end[t]) continue;
      multiply_tile({rows_of_tile(block, t), block.d_head, kPanelCols, block.q + t * kTileRows * block.d_head,
                     block.d_head, kv.keys.panel(p), nullptr, 0,
                     block.scores + t * kTileRows * kKeys + p * kPanelCols - begin, kKeys});
    }
  }
  for (std::size_t i = 0; i < block.rows; ++i) {
    const std::size_t end = block.end[i / kTileRows];
    if (end <= begin) continue;
    const std::size_t count = std::min((end - begin + kPanelCols - 1) / kPanelCols * kPanelCols, kKeys);
    float* row = block.scores + i * kKeys;
    finish_scores(block, i, begin, count, keys, row);
    weigh(block, i, count, row, z.row(block.first + i), z.cols);
  }
  for (std::size_t p = 0; p < kv.values.count(); ++p) {
    const std::size_t j = p * kPanelCols;
    for (std::size_t t = 0; t < tiles(block); ++t) {
      if (block.end[t] <= begin) continue;
      float* out = z.row(block.first + t * kTileRows) + j;
      multiply_tile({rows_of_tile(block, t), std::min(block.end[t] - begin, kKeys), std::min(z.cols - j, kPanelCols),
                     block.scores + t * kTileRows * kKeys, kKeys, kv.values.panel(p) + begin * kPanelCols,
                     block.begun[t] ? out : nullptr, z.stride, out, z.stride});
    }
  }
  for (std::size_t t = 0; t < tiles(block); ++t) block.begun[t] = block.begun[t] || block.end[t] > begin;
}

/// The keys that any row of the block sees; fills in what each row and each tile sees.
KeyRange look(Block& block, std::size_t keys) {
  KeyRange all = {keys, 0};
  std::fill(block.end, block.end + kTiles, 0);
  for (std::size_t i = 0; i < block.rows; ++i) {
    block.seen[i] = block.rule.visible(block.rule.past + block.first + i, keys);
    if (block.seen[i].begin >= block.seen[i].end) continue;
    all.begin = std::min(all.begin, block.seen[i].begin);
    all.end = std::max(all.end, block.seen[i].end);
    block.end[i / kTileRows] = std::max(block.end[i / kTileRows], block.seen[i].end);
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
  Block block = {rule, 0, 0, q.cols, space, space + kRows * q.cols, {}, {}, {}, {}, {}};
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
    std::fill_n(block.begun, kTiles, false);
    const KeyRange seen = look(block, kv.keys.cols);
    for (std::size_t j = seen.begin / kPanelCols * kPanelCols; j < seen.end; j += kKeys) attend(block, kv, j, z);
    for (std::size_t i = 0; i < block.rows; ++i) {
      float* row = z.row(block.first + i);
      if (!block.begun[i / kTileRows]) std::fill_n(row, z.cols, 0.0F);
      const Batch share(block.sum[i] == 0.0F ? 0.0F : 1.0F / block.sum[i]);
      simd::map(row, z.cols, [share](Batch x) { return x * share; });
    }
  }
}

}  // namespace attn
