#pragma once

#include <cstddef>
#include <type_traits>

#include "tensor/assert.hpp"

namespace attn {

/// A borrowed matrix (rows, cols) of contiguous rows, `stride` elements from one row to the next.
template <class T>
struct MatrixView {
  T* data = nullptr;
  std::size_t rows = 0;
  std::size_t cols = 0;
  std::size_t stride = 0;

  MatrixView() = default;
  MatrixView(T* data, std::size_t rows, std::size_t cols) : MatrixView(data, rows, cols, cols) {}
  MatrixView(T* data, std::size_t rows, std::size_t cols, std::size_t stride)
      : data(data), rows(rows), cols(cols), stride(stride) {}

  T* row(std::size_t i) const {
    ATTN_ASSERT(i < rows);
    return data + i * stride;
  }
  MatrixView sub_rows(std::size_t begin, std::size_t count) const {
    ATTN_ASSERT(begin + count <= rows);
    return {data + begin * stride, count, cols, stride};
  }
  MatrixView sub_cols(std::size_t begin, std::size_t count) const {
    ATTN_ASSERT(begin + count <= cols);
    return {data + begin, rows, count, stride};
  }
  operator MatrixView<const T>() const
    requires(!std::is_const_v<T>)
  {
    return {data, rows, cols, stride};
  }
};

/// A borrowed stack of matrices (heads, rows, cols), one per head; rows are contiguous.
template <class T>
struct HeadsView {
  T* data = nullptr;
  std::size_t heads = 0;
  std::size_t rows = 0;
  std::size_t cols = 0;
  std::size_t head_stride = 0;
  std::size_t row_stride = 0;

  HeadsView() = default;
  HeadsView(T* data, std::size_t heads, std::size_t rows, std::size_t cols)
      : HeadsView(data, heads, rows, cols, rows * cols, cols) {}
  HeadsView(T* data, std::size_t heads, std::size_t rows, std::size_t cols, std::size_t head_stride,
            std::size_t row_stride)
      : data(data), heads(heads), rows(rows), cols(cols), head_stride(head_stride), row_stride(row_stride) {}

  MatrixView<T> head(std::size_t h) const {
    ATTN_ASSERT(h < heads);
    return {data + h * head_stride, rows, cols, row_stride};
  }
  operator HeadsView<const T>() const
    requires(!std::is_const_v<T>)
  {
    return {data, heads, rows, cols, head_stride, row_stride};
  }
};

/// The heads of a matrix (tokens, heads * d_head): head h is its columns [h * d_head, (h + 1) * d_head).
template <class T>
HeadsView<T> split_heads(MatrixView<T> matrix, std::size_t heads) {
  ATTN_ASSERT(heads > 0 && matrix.cols % heads == 0);
  const std::size_t d_head = matrix.cols / heads;
  return {matrix.data, heads, matrix.rows, d_head, d_head, matrix.stride};
}

}  // namespace attn
