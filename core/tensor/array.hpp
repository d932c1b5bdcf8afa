#pragma once

#include <span>
#include <vector>

#include "tensor/tensor.hpp"

namespace attn {

/// The largest result of an operator: 1 GiB.
inline constexpr double kMostNumbers = 1 << 28;

/// A dense array of any rank, borrowed; row-major.
struct DenseArray {
  std::span<const std::size_t> shape;
  std::span<const float> data;
};

/// A dense array of any rank that owns its numbers; row-major.
struct Array {
  std::vector<std::size_t> shape;
  Vector data = Vector::from_shape({0});
  /// The same as the matrix product reads it, made when it first was a right operand; empty until then.
  Vector panels = Vector::from_shape({0});

  /// Takes another shape; what it held is lost unless it holds as many numbers as before.
  void resize(std::span<const std::size_t> extent) {
    std::size_t size = 1;
    for (const std::size_t n : extent) size *= n;
    if (extent.data() != shape.data()) shape.assign(extent.begin(), extent.end());
    if (size != data.size()) data = Vector::from_shape({size});
    forget_panels();
  }
  void forget_panels() {
    if (panels.size() > 0) panels = Vector::from_shape({0});
  }
  operator DenseArray() const { return {shape, {data.data(), data.size()}}; }
};

}  // namespace attn
