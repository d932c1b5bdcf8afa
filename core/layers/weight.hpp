#pragma once

#include "kernels/half.hpp"
#include "kernels/matmul.hpp"
#include "kernels/quantized.hpp"

namespace attn {

/// How a model keeps the matrices that activations are multiplied by: each as its file has it (F32, F16, BF16 or I8),
/// or all as bytes.
enum class WeightFormat { numbers, bytes };

/// A matrix (in, out) that activations are multiplied by: floats, bytes with a scale a column, or numbers of 16 bits.
/// One of the three.
struct Weight {
  Panels numbers;
  BytePanels bytes;
  HalfPanels halves = {};

  bool is_bytes() const { return bytes.data != nullptr; }
  bool is_halves() const { return halves.data != nullptr; }
  bool is_empty() const { return numbers.data == nullptr && !is_bytes() && !is_halves(); }
  std::size_t rows() const { return is_bytes() ? bytes.rows : is_halves() ? halves.rows : numbers.rows; }
  std::size_t cols() const { return is_bytes() ? bytes.cols : is_halves() ? halves.cols : numbers.cols; }
  float at(std::size_t row, std::size_t col) const {
    return is_bytes() ? bytes.at(row, col) : is_halves() ? halves.at(row, col) : numbers.at(row, col);
  }
  Weight sub_rows(std::size_t begin, std::size_t count) const;
};

/// y = x W, plus `bias` on every row if there is one: x (tokens, in), y (tokens, out). y aliases nothing.
void multiply(MatrixView<const float> x, const Weight& weight, MatrixView<float> y, const float* bias = nullptr);

}  // namespace attn
