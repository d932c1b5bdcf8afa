#pragma once

#include "kernels/simd.hpp"

/// The register tile that the matrix product and fused attention share.
namespace attn {

/// Rows of one tile. Five rows by two vectors are ten sums; with two vectors of b and one number of a, 13 registers are
/// live. V8 has 15 on x86: a tile of six rows spills and loses half its speed.
inline constexpr std::size_t kTileRows = 5;

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
