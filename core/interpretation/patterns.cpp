#include "interpretation/patterns.hpp"

#include <cmath>
#include <string>

#include "interpretation/operators.hpp"
#include "kernels/elementwise.hpp"
#include "tensor/error.hpp"
#include "tensor/shape.hpp"
#include "tensor/text.hpp"

namespace attn {

Patterns patterns_of(const char* name, const Array& pattern, const Array& out) {
  const std::size_t rank = pattern.shape.size();
  if ((rank != 3 && rank != 4) || pattern.data.size() == 0) {
    refuse_shape(name, pattern.shape, "(heads, queries, keys) or (layers, heads, queries, keys), no axis of length 0");
  }
  if (&out == &pattern) refuse_shape("out", out.shape, std::string("an array that is not ") + name);
  for (const float weight : pattern.data) {
    if (std::isfinite(weight) && weight >= 0.0F) continue;
    throw Error(Code::argument_range,
                std::string(name) + ": found a weight of " + number_text(weight) + ", expected finite ones from 0");
  }
  const std::size_t* last = pattern.shape.data() + rank - 3;
  return {pattern, rank == 4 ? pattern.shape[0] : 1, last[0], last[1], last[2], rank == 4};
}

void check_stack(const Patterns& patterns, float residual) {
  if (!patterns.layered || patterns.queries != patterns.keys) {
    refuse_shape("patterns", patterns.array.shape, "(layers, heads, tokens, tokens)");
  }
  if (residual >= 0.0F && residual <= 1.0F) return;
  throw Error(Code::argument_range, "residual: found " + number_text(residual) + ", expected 0 to 1");
}

void mix_residual(const Patterns& patterns, std::size_t layer, float residual, MatrixView<float> mixed) {
  mean_of_rows(patterns.head(layer, 0).data, patterns.heads, patterns.sheet_size(), mixed.data);
  scale(1.0F - residual, patterns.sheet_size(), mixed.data);
  for (std::size_t i = 0; i < mixed.rows; ++i) mixed.row(i)[i] += residual;
}

void mean_over_heads_operator(const Array& pattern, Array& out) {
  const Patterns given = patterns_of("pattern", pattern, out);
  const std::size_t shape[] = {given.layers, given.queries, given.keys};
  out.resize(given.layered ? std::span(shape) : std::span(shape).subspan(1));
  for (std::size_t l = 0; l < given.layers; ++l) {
    mean_of_rows(given.head(l, 0).data, given.heads, given.sheet_size(), out.data.data() + l * given.sheet_size());
  }
}

}  // namespace attn
