#pragma once

#include "kernels/matmul.hpp"
#include "kernels/quantized.hpp"

namespace attn {

/// How a model keeps the matrices that activations are multiplied by.
enum class WeightFormat { numbers, bytes };

/// A matrix (in, out) that activations are multiplied by: numbers, or bytes with a scale a column. One of the two.
struct Weight {
  Panels numbers;
  BytePanels bytes;

  bool is_empty() const { return numbers.data == nullptr && bytes.data == nullptr; }
  bool is_bytes() const { return bytes.data != nullptr; }
  std::size_t rows() const { return is_bytes() ? bytes.rows : numbers.rows; }
  std::size_t cols() const { return is_bytes() ? bytes.cols : numbers.cols; }
  float at(std::size_t row, std::size_t col) const { return is_bytes() ? bytes.at(row, col) : numbers.at(row, col); }
  Weight sub_rows(std::size_t begin, std::size_t count) const;
};

/// y = x W, plus `bias` on every row if there is one: x (tokens, in), y (tokens, out). y aliases nothing.
void multiply(MatrixView<const float> x, const Weight& weight, MatrixView<float> y, const float* bias = nullptr);

}  // namespace attn
