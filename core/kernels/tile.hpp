#pragma once

#include <algorithm>

#include "kernels/simd.hpp"

/// The register tile that the matrix products and fused attention share, and how the products are cut.
namespace attn {

/// Rows of one tile. Five rows by two vectors are ten sums; with two vectors of b and one number of a, 13 registers are
/// live. V8 has 15 on x86: a tile of six rows spills and loses half its speed.
inline constexpr std::size_t kTileRows = 5;

/// Up to so many rows go one by one, each reading so many panels at once.
inline constexpr std::size_t kSingleRows = 2;
inline constexpr std::size_t kStreams = 4;

/// Sums over many k are cut into blocks of equal depth, of which a panel's fits a first-level cache.
inline constexpr std::size_t kMostDepth = 512;
constexpr std::size_t block_depth(std::size_t depth) {
  const std::size_t blocks = std::max<std::size_t>((depth + kMostDepth - 1) / kMostDepth, 1);
  return (depth + blocks - 1) / blocks;
}

/// The product of some rows with one panel: c = start + a b.
struct PanelProduct {
  std::size_t rows;
  std::size_t depth;     ///< columns of a, rows of the panel
  std::size_t cols;      ///< columns of c, at most those of a panel
  const float* a;        ///< (rows, depth)
  std::size_t a_stride;  ///< numbers from row to row
  const float* panel;    ///< (depth, kPanelCols), contiguous
  const float* start;    ///< (rows, cols), or null for zeros; may be c
  std::size_t start_stride;
  float* c;  ///< (rows, cols)
  std::size_t c_stride;
};

void multiply_panel(const PanelProduct& product);

}  // namespace attn
