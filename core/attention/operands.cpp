#include "attention/operands.hpp"

#include <algorithm>
#include <limits>
#include <string>

#include "tensor/shape.hpp"
#include "tensor/text.hpp"

namespace attn {

void require_filled(const char* name, DenseArray array) {
  double cells = 1.0;  // a product that leaves size_t must not come back as a small one
  for (const std::size_t n : array.shape) cells *= static_cast<double>(n);
  if (cells != static_cast<double>(array.data.size())) {
    const std::string found = std::to_string(array.data.size());
    refuse_shape(name, array.shape, "a shape of " + found + " elements, as many as its data has");
  }
}

HeadsLayout layout_of(const char* name, DenseArray array, std::size_t n_heads) {
  const std::size_t rank = array.shape.size();
  const bool merged = n_heads > 0 && rank == 3;
  if (rank != 3 && rank != 4) {
    refuse_shape(name, array.shape, "(heads, tokens, d_head) or (batch, heads, tokens, d_head)");
  }
  if (std::find(array.shape.begin(), array.shape.end(), 0U) != array.shape.end()) {
    refuse_shape(name, array.shape, "no axis of length 0");
  }
  require_filled(name, array);
  const std::size_t found = merged ? n_heads : array.shape[rank - 3];
  if ((merged && array.shape[2] % n_heads != 0) || (n_heads > 0 && found != n_heads)) {
    refuse_shape(name, array.shape, std::to_string(n_heads) + " heads, or a last axis that they divide");
  }
  if (merged) return {array.shape[0], n_heads, array.shape[1], array.shape[2] / n_heads, true};
  const auto last = array.shape.last(3);
  return {rank == 4 ? array.shape[0] : 1, last[0], last[1], last[2], false};
}

MaskCells::MaskCells(const MaskArray& mask, const HeadsLayout& q, std::size_t keys) : queries_(q.tokens), keys_(keys) {
  if (!mask.given()) return;
  const std::size_t full[4] = {q.batch, q.heads, q.tokens, keys}, rank = mask.shape.size();
  double cells = 1.0;
  bool fits = rank >= 1 && rank <= 4;
  for (std::size_t axis = 0; axis < 4 && fits; ++axis) {
    extent_[axis] = axis + rank >= 4 ? mask.shape[axis + rank - 4] : 1;
    const bool shorter = axis == 3 && extent_[axis] >= 1 && extent_[axis] <= full[axis];
    fits = shorter || extent_[axis] == full[axis] || (axis < 3 && extent_[axis] == 1);
    cells *= static_cast<double>(extent_[axis]);
  }
  if (!fits) {
    refuse_shape("mask", mask.shape, "axes that broadcast to (batch, heads, queries, keys) " + shape_text(full));
  }
  const std::size_t given = std::max(mask.allowed.size(), mask.added.size());
  if (static_cast<double>(given) != cells || mask.allowed.size() + mask.added.size() != given) {
    refuse_shape("mask", mask.shape, number_text(cells) + " elements of data");
  }
  if (mask.added.empty()) {
    fill<std::uint8_t>(mask.allowed, 0, own_allowed_, allowed_);
  } else {
    fill<float>(mask.added, -std::numeric_limits<float>::infinity(), own_added_, added_);
  }
}

template <class T>
void MaskCells::fill(std::span<const T> given, T hidden, std::vector<T>& own, const T*& cells) {
  cells = given.data();
  if (extent_[2] == queries_ && extent_[3] == keys_) return;
  const std::size_t sheets = extent_[0] * extent_[1];
  require_memory("mask for all queries", {sheets, queries_, keys_});
  own.assign(sheets * queries_ * keys_, hidden);
  for (std::size_t sheet = 0; sheet < sheets; ++sheet) {
    for (std::size_t i = 0; i < queries_; ++i) {
      const std::size_t row = sheet * extent_[2] + (extent_[2] == 1 ? 0 : i);
      std::copy_n(given.data() + row * extent_[3], extent_[3], own.data() + (sheet * queries_ + i) * keys_);
    }
  }
  cells = own.data();
}

InputMask MaskCells::of(std::size_t b) const {
  const std::size_t sheet = queries_ * keys_, batch_stride = extent_[0] == 1 ? 0 : extent_[1] * sheet;
  return {allowed_ == nullptr ? nullptr : allowed_ + b * batch_stride,
          added_ == nullptr ? nullptr : added_ + b * batch_stride, extent_[1] == 1 ? 0 : sheet};
}

}  // namespace attn
