#pragma once

#include "tensor/array.hpp"
#include "tensor/view.hpp"

namespace attn {

/// A pattern as it was recorded, (heads, queries, keys) or (layers, heads, queries, keys).
struct Patterns {
  const Array& array;
  std::size_t layers, heads, queries, keys;
  bool layered;

  std::size_t sheet_size() const { return queries * keys; }
  MatrixView<const float> head(std::size_t layer, std::size_t h) const {
    return {array.data.data() + (layer * heads + h) * sheet_size(), queries, keys};
  }
};

/// Throws argument_shape for another rank, an axis of length 0, or `out` being the pattern; argument_range for a weight
/// that is negative or not finite.
Patterns patterns_of(const char* name, const Array& pattern, const Array& out);

/// Refuses patterns that are not (layers, heads, tokens, tokens), and a residual share outside [0, 1].
void check_stack(const Patterns& patterns, float residual);

/// residual * 1 + (1 - residual) * mean over the heads of one layer: mixed (tokens, tokens), contiguous.
void mix_residual(const Patterns& patterns, std::size_t layer, float residual, MatrixView<float> mixed);

}  // namespace attn
