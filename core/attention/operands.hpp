#pragma once

#include <cstdint>
#include <vector>

#include "kernels/fused_attention.hpp"
#include "tensor/array.hpp"
#include "tensor/view.hpp"

/// How the arrays that the operator is given are read.
namespace attn {

/// An operand as (batch, heads, tokens, width): an array of that shape, (heads, tokens, width), or
/// (batch, tokens, heads * width) where the number of heads is given.
struct HeadsLayout {
  std::size_t batch, heads, tokens, width;
  bool merged;  ///< the last of the three

  std::size_t sheet_size() const { return heads * tokens * width; }
  template <class T>
  HeadsView<T> sheet(T* data, std::size_t b) const {
    T* first = data + b * sheet_size();
    if (merged) return {first, heads, tokens, width, width, heads * width};
    return {first, heads, tokens, width};
  }
};

/// Throws argument_shape for data that does not fill the shape.
void require_filled(const char* name, DenseArray array);

/// Throws argument_shape for another rank, an axis of length 0, heads that do not divide, or data that does not fill
/// the shape.
HeadsLayout layout_of(const char* name, DenseArray array, std::size_t n_heads);

/// A mask as it is given: cells that may be attended to (1) or numbers to add, not both. Up to four axes that broadcast
/// to (batch, heads, queries, keys); a last axis shorter than the keys hides the rest (ONNX `Attention`, opset 24).
struct MaskArray {
  std::span<const std::size_t> shape;
  std::span<const std::uint8_t> allowed;
  std::span<const float> added;

  bool given() const { return !shape.empty() || !allowed.empty() || !added.empty(); }
};

/// A mask laid out for the kernels: borrowed where it is complete already, else copied.
class MaskCells {
 public:
  /// Throws argument_shape, memory_limit.
  MaskCells(const MaskArray& mask, const HeadsLayout& q, std::size_t keys);
  InputMask of(std::size_t b) const;

 private:
  template <class T>
  void fill(std::span<const T> given, T hidden, std::vector<T>& own, const T*& cells);

  std::size_t extent_[4] = {};  ///< of the mask as given
  std::size_t queries_, keys_;
  std::vector<std::uint8_t> own_allowed_;
  std::vector<float> own_added_;
  const std::uint8_t* allowed_ = nullptr;
  const float* added_ = nullptr;
};

}  // namespace attn
