// c_ij = sum_k a_ik b_kj
//
// Tiles of four rows by two vectors of columns: eight accumulators stay in registers while k runs.

#include "kernels/matmul.hpp"

#include <algorithm>

#include "kernels/simd.hpp"

namespace attn {
namespace {

using simd::Batch;
using simd::kWidth;

constexpr std::size_t kTileRows = 4;
constexpr std::size_t kTileVectors = 2;

/// One tile of c: `Rows` rows and two vectors of columns, of which `cols` columns exist.
template <std::size_t Rows>
void tile(MatrixView<const float> a, MatrixView<const float> b, MatrixView<float> c, std::size_t i, std::size_t j,
          bool add) {
  const std::size_t cols = c.cols - j;
  const std::size_t second = cols > kWidth ? cols - kWidth : 0;
  Batch sum[Rows][kTileVectors];
  for (std::size_t r = 0; r < Rows; ++r) {
    sum[r][0] = add ? simd::load(c.row(i + r) + j, cols) : Batch(0.0F);
    sum[r][1] = add && second > 0 ? simd::load(c.row(i + r) + j + kWidth, second) : Batch(0.0F);
  }
  for (std::size_t k = 0; k < a.cols; ++k) {
    const float* right = b.row(k) + j;
    const Batch b0 = simd::load(right, cols);
    const Batch b1 = second > 0 ? simd::load(right + kWidth, second) : Batch(0.0F);
    for (std::size_t r = 0; r < Rows; ++r) {
      const Batch left(a.row(i + r)[k]);
      sum[r][0] = simd::multiply_add(left, b0, sum[r][0]);
      sum[r][1] = simd::multiply_add(left, b1, sum[r][1]);
    }
  }
  for (std::size_t r = 0; r < Rows; ++r) {
    simd::store(sum[r][0], c.row(i + r) + j, cols);
    if (second > 0) simd::store(sum[r][1], c.row(i + r) + j + kWidth, second);
  }
}

void product(MatrixView<const float> a, MatrixView<const float> b, MatrixView<float> c, bool add) {
  ATTN_ASSERT(a.cols == b.rows && a.rows == c.rows && b.cols == c.cols);
  for (std::size_t j = 0; j < c.cols; j += kTileVectors * kWidth) {
    std::size_t i = 0;
    for (; i + kTileRows <= c.rows; i += kTileRows) tile<kTileRows>(a, b, c, i, j, add);
    for (; i < c.rows; ++i) tile<1>(a, b, c, i, j, add);
  }
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

}  // namespace

void matmul(MatrixView<const float> a, MatrixView<const float> b, MatrixView<float> c) { product(a, b, c, false); }

void matmul_add(MatrixView<const float> a, MatrixView<const float> b, MatrixView<float> c) { product(a, b, c, true); }

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
