// c_ij = sum_k a_ik b_kj
//
// b lies in panels of two vectors of columns; five rows of a meet one panel in ten sums that stay in registers while k
// runs (tile.hpp). Sums over many k are cut into blocks of equal depth, so that a block of a panel (16 KiB) stays in
// the first-level cache while all rows of a block of a (160 KiB) pass it, and that block in the second level while all
// panels pass. The block is copied: its rows may lie pages apart, and each page costs a look into the page table.
// One row of a reads each number of b once, so memory is its limit: four panels at a time, since a processor fetches
// ahead for each place that is read in order, and their eight sums wait for no addition.
//
// Where the time goes (Chromium 156, relaxed SIMD, an Emerald Rapids Xeon; measured with tests/bench): a step of a tile
// is ten multiply-adds, seven loads and about ten integer instructions. The multiply-adds, two a cycle, set the pace:
// 512 x 512 x 512 runs at 94 % of their peak. A tile's start and end cost about 60 cycles beside the 5 of each step:
// the last branch of its loop is foreseen wrongly, and ten vectors are written; a product 64 deep stays below 80 %.
// Weights that come from memory are waited for once, by the first tile of each panel: 64 x 768 x 3072 falls from 85 to
// 77 %. Not taken: tiles of six rows, or with a loop over panels within (they spill: 26 instead of 37 GFLOP/s); steps
// unrolled by four (spills: 11 % slower); blocks 256 or 1024 deep (6 % slower; no slower, but larger than first-level
// caches of 32 KiB); packing several panels in one pass over b (no difference).

#include "kernels/matmul.hpp"

#include <algorithm>

#include "kernels/row_product.hpp"
#include "kernels/simd.hpp"
#include "kernels/tile.hpp"

namespace attn {
namespace {

using simd::Batch;
using simd::kWidth;

constexpr std::size_t kBlockRows = 16 * kTileRows;
constexpr std::size_t kCopyPays = 8;  // panels that a copied block of a must meet
constexpr std::size_t kCombined = 8;  // rows of b that are read at once
constexpr std::size_t kSplit = 4;     // sums of a single row

/// Rows from the `first` on, all columns of the panel. `Split` = 1 keeps one pair of sums a row; more keep a pair for
/// each k modulo Split. Where fewer rows are left than the tile has, the last one is computed again in place of those.
template <std::size_t Rows, std::size_t Split>
void tile(const PanelProduct& t, std::size_t first) {
  Batch sum[Split][Rows][2];
  const float* a[Rows];
  std::size_t row[Rows];
  for (std::size_t r = 0; r < Rows; ++r) {
    row[r] = std::min(first + r, t.rows - 1);
    a[r] = t.a + row[r] * t.a_stride;
    for (std::size_t u = 0; u < Split; ++u) sum[u][r][0] = sum[u][r][1] = Batch(0.0F);
  }
  if (t.start != nullptr) {
    for (std::size_t r = 0; r < Rows; ++r) {
      sum[0][r][0] = Batch::load_unaligned(t.start + row[r] * t.start_stride);
      sum[0][r][1] = Batch::load_unaligned(t.start + row[r] * t.start_stride + kWidth);
    }
  }
  const auto step = [&](std::size_t k, std::size_t u) {
    const Batch b0 = Batch::load_unaligned(t.panel + k * kPanelCols);
    const Batch b1 = Batch::load_unaligned(t.panel + k * kPanelCols + kWidth);
    for (std::size_t r = 0; r < Rows; ++r) {
      const Batch left(a[r][k]);
      sum[u][r][0] = simd::multiply_add(left, b0, sum[u][r][0]);
      sum[u][r][1] = simd::multiply_add(left, b1, sum[u][r][1]);
    }
  };
  std::size_t k = 0;
  if constexpr (Split > 1) {
    for (; k + Split <= t.depth; k += Split) {
      for (std::size_t u = 0; u < Split; ++u) step(k + u, u);
    }
  }
  for (; k < t.depth; ++k) step(k, 0);
  for (std::size_t r = 0; r < Rows; ++r) {
    for (std::size_t u = 1; u < Split; ++u) {
      sum[0][r][0] += sum[u][r][0];
      sum[0][r][1] += sum[u][r][1];
    }
    sum[0][r][0].store_unaligned(t.c + row[r] * t.c_stride);
    sum[0][r][1].store_unaligned(t.c + row[r] * t.c_stride + kWidth);
  }
}

/// Adds Rows rows of b to c, the numbers of a being their weights.
template <std::size_t Rows>
void add_rows(const float* a, MatrixView<const float> b, float* c) {
  const float* row[Rows];
  Batch weight[Rows];
  for (std::size_t r = 0; r < Rows; ++r) {
    row[r] = b.row(r);
    weight[r] = Batch(a[r]);
  }
  std::size_t j = 0;
  for (; j + kWidth <= b.cols; j += kWidth) {
    Batch sum = Batch::load_unaligned(c + j);
    for (std::size_t r = 0; r < Rows; ++r) {
      sum = simd::multiply_add(weight[r], Batch::load_unaligned(row[r] + j), sum);
    }
    sum.store_unaligned(c + j);
  }
  for (; j < b.cols; ++j) {
    for (std::size_t r = 0; r < Rows; ++r) c[j] += a[r] * row[r][j];
  }
}

/// One row of c.
void combine_rows(const float* a, MatrixView<const float> b, float* c) {
  std::fill_n(c, b.cols, 0.0F);
  std::size_t k = 0;
  for (; k + kCombined <= b.rows; k += kCombined) add_rows<kCombined>(a + k, b.sub_rows(k, kCombined), c);
  for (; k < b.rows; ++k) add_rows<1>(a + k, b.sub_rows(k, 1), c);
}

/// Four entries of one row of a b^T at once: one load of the left row serves four right rows.
template <std::size_t Columns>
void dots(const float* left, MatrixView<const float> b, std::size_t j, float* out) {
  Batch sum[Columns];
  for (Batch& s : sum) s = Batch(0.0F);
  for (std::size_t k = 0; k < b.cols; k += kWidth) {
    const Batch x = simd::load(left + k, b.cols - k);
    for (std::size_t n = 0; n < Columns; ++n) {
      sum[n] = simd::multiply_add(x, simd::load(b.row(j + n) + k, b.cols - k), sum[n]);
    }
  }
  for (std::size_t n = 0; n < Columns; ++n) out[j + n] = xsimd::reduce_add(sum[n]);
}

void copy_numbers(const float* from, std::size_t count, float* to) {
  for (std::size_t i = 0; i < count; i += kWidth) simd::store(simd::load(from + i, count - i), to + i, count - i);
}

struct LoadFloats {
  Batch operator()(const float* data) const { return Batch::load_unaligned(data); }
};

/// c = a b, or c += a b, panel by panel; `bias` counts the first time only.
void multiply_block(MatrixView<const float> a, Panels b, MatrixView<float> c, const float* bias, bool add = false) {
  for (std::size_t p = 0; p < b.count(); ++p) {
    const std::size_t j = p * kPanelCols;
    const std::size_t cols = std::min(c.cols - j, kPanelCols);
    float* out = c.data + j;
    const float* start = add ? out : bias == nullptr ? nullptr : bias + j;
    multiply_panel({a.rows, a.cols, cols, a.data, a.stride, b.panel(p), start, add ? c.stride : 0, out, c.stride});
  }
}

}  // namespace

void multiply_panel(const PanelProduct& t) {
  if (t.cols == kPanelCols) {
    std::size_t i = 0;
    for (; i + kSingleRows < t.rows; i += kTileRows) tile<kTileRows, 1>(t, i);
    for (; i < t.rows; ++i) tile<1, kSplit>(t, i);
    return;
  }
  float rows[kTileRows * kPanelCols] = {};  // the panel is wider than c
  for (std::size_t i = 0; i < t.rows; i += kTileRows) {
    const std::size_t count = std::min(t.rows - i, kTileRows);
    if (t.start != nullptr) {
      for (std::size_t r = 0; r < count; ++r) {
        std::copy_n(t.start + (i + r) * t.start_stride, t.cols, rows + r * kPanelCols);
      }
    }
    multiply_panel({count, t.depth, kPanelCols, t.a + i * t.a_stride, t.a_stride, t.panel,
                    t.start == nullptr ? nullptr : rows, kPanelCols, rows, kPanelCols});
    for (std::size_t r = 0; r < count; ++r) std::copy_n(rows + r * kPanelCols, t.cols, t.c + (i + r) * t.c_stride);
  }
}

void pack_rows(MatrixView<const float> b, float* panels, std::size_t stride) {
  for (std::size_t j = 0; j < b.cols; j += kPanelCols, panels += stride) {
    const std::size_t cols = std::min(b.cols - j, kPanelCols);
    const std::size_t second = cols > kWidth ? cols - kWidth : 0;
    for (std::size_t k = 0; k < b.rows; ++k) {
      const float* row = b.row(k) + j;
      simd::load(row, cols).store_unaligned(panels + k * kPanelCols);
      (second > 0 ? simd::load(row + kWidth, second) : Batch(0.0F)).store_unaligned(panels + k * kPanelCols + kWidth);
    }
  }
}

Panels pack(MatrixView<const float> b, float* panels) {
  const Panels packed(panels, b.rows, b.cols);
  pack_rows(b, panels, packed.stride);
  return packed;
}

Panels pack_transposed(MatrixView<const float> b, float* panels) {
  for (std::size_t j = 0; j < b.rows; j += kPanelCols) {
    for (std::size_t k = 0; k < b.cols; k += kWidth) {
      const std::size_t depth = std::min(b.cols - k, kWidth);
      for (std::size_t half = 0; half < kPanelCols; half += kWidth) {
        Batch block[kWidth];
        for (std::size_t n = 0; n < kWidth; ++n) {
          const std::size_t row = j + half + n;
          block[n] = row < b.rows ? simd::load(b.row(row) + k, depth) : Batch(0.0F);
        }
        xsimd::transpose(block, block + kWidth);
        for (std::size_t n = 0; n < depth; ++n) block[n].store_unaligned(panels + n * kPanelCols + half);
      }
      panels += depth * kPanelCols;
    }
  }
  return {panels - panels_size(b.cols, b.rows), b.cols, b.rows};
}

void matmul(MatrixView<const float> a, Panels b, MatrixView<float> c, const float* bias) {
  ATTN_ASSERT(a.cols == b.rows && a.rows == c.rows && b.cols == c.cols);
  if (a.rows <= kSingleRows) {
    for (std::size_t i = 0; i < a.rows; ++i) multiply_row<LoadFloats>(a.row(i), b, c.row(i), bias);
    return;
  }
  if (a.rows <= kTileRows) {
    multiply_block(a, b, c, bias);
    return;
  }
  float copy[kBlockRows * kMostDepth];
  const std::size_t most = block_depth(a.cols);
  std::size_t k = 0;
  do {  // once even where there is nothing to sum, so that c is written
    const std::size_t depth = std::min(a.cols - k, most);
    for (std::size_t i = 0; i < a.rows; i += kBlockRows) {
      const std::size_t rows = std::min(kBlockRows, a.rows - i);
      MatrixView<const float> block = a.sub_rows(i, rows).sub_cols(k, depth);
      if (b.count() >= kCopyPays) {
        for (std::size_t r = 0; r < rows; ++r) copy_numbers(block.row(r), depth, copy + r * depth);
        block = {copy, rows, depth};
      }
      multiply_block(block, b.sub_rows(k, depth), c.sub_rows(i, rows), bias, k > 0);
    }
    k += depth;
  } while (k < a.cols);
}

void matmul(MatrixView<const float> a, MatrixView<const float> b, MatrixView<float> c) {
  ATTN_ASSERT(a.cols == b.rows && a.rows == c.rows && b.cols == c.cols);
  for (std::size_t i = 0; i < a.rows; ++i) combine_rows(a.row(i), b, c.row(i));
}

void matmul_transposed(MatrixView<const float> a, MatrixView<const float> b, MatrixView<float> c) {
  ATTN_ASSERT(a.cols == b.cols && a.rows == c.rows && b.rows == c.cols);
  constexpr std::size_t kColumns = 4;
  for (std::size_t i = 0; i < a.rows; ++i) {
    std::size_t j = 0;
    for (; j + kColumns <= b.rows; j += kColumns) dots<kColumns>(a.row(i), b, j, c.row(i));
    for (; j < b.rows; ++j) dots<1>(a.row(i), b, j, c.row(i));
  }
}

}  // namespace attn
