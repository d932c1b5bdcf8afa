#include "attention/operator.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include "attention/attention.hpp"
#include "tensor/error.hpp"
#include "tensor/shape.hpp"
#include "tensor/text.hpp"

namespace attn {
namespace {

/// (batch, heads, tokens, width) of an array of rank 3 or 4.
struct Extents {
  std::size_t batch, heads, tokens, width;

  std::size_t sheet() const { return heads * tokens * width; }
};

Extents extents(const char* name, DenseArray array) {
  const std::size_t rank = array.shape.size();
  if (rank != 3 && rank != 4) {
    refuse_shape(name, array.shape, "(heads, tokens, d_head) or (batch, heads, tokens, d_head)");
  }
  const auto last = array.shape.last(3);
  const Extents e = {rank == 4 ? array.shape[0] : 1, last[0], last[1], last[2]};
  if (e.batch == 0 || e.heads == 0 || e.tokens == 0 || e.width == 0) {
    refuse_shape(name, array.shape, "no axis of length 0");
  }
  double cells = 1.0;  // a product that leaves size_t must not come back as a small one
  for (const std::size_t n : array.shape) cells *= static_cast<double>(n);
  if (cells != static_cast<double>(array.data.size())) {
    const std::string found = std::to_string(array.data.size());
    refuse_shape(name, array.shape, "a shape of " + found + " elements, as many as its data has");
  }
  return e;
}

HeadsView<const float> sheet(DenseArray array, const Extents& e, std::size_t b) {
  return {array.data.data() + b * e.sheet(), e.heads, e.tokens, e.width};
}

/// Refuses a pattern or an output, `width` numbers for each query, that would not fit.
void require_memory(const Extents& q, std::size_t width) {
  const double numbers = static_cast<double>(q.batch) * static_cast<double>(q.heads) * static_cast<double>(q.tokens) *
                         static_cast<double>(width);
  if (numbers > kMostNumbers) {
    throw Error(Code::memory_limit, "pattern, output: found " + number_text(numbers) + " numbers, expected at most " +
                                        number_text(kMostNumbers));
  }
}

void check(DenseArray q, DenseArray k, DenseArray v, const OperatorOptions& options, bool pattern) {
  const Extents eq = extents("q", q), ek = extents("k", k), ev = extents("v", v);
  if (ek.batch != eq.batch) refuse_shape("k", k.shape, "q's batch of " + std::to_string(eq.batch));
  if (ev.batch != eq.batch) refuse_shape("v", v.shape, "q's batch of " + std::to_string(eq.batch));
  if (eq.heads % ek.heads != 0) refuse_shape("k", k.shape, "heads that divide q's " + std::to_string(eq.heads));
  if (ek.width != eq.width) refuse_shape("k", k.shape, "q's d_head of " + std::to_string(eq.width));
  if (ev.heads != ek.heads || ev.tokens != ek.tokens) {
    refuse_shape("v", v.shape, "k's heads and tokens " + shape_text(k.shape));
  }
  require_memory(eq, pattern ? std::max(ek.tokens, ev.width) : ev.width);
  const std::size_t cells = eq.tokens * ek.tokens;
  const std::size_t masked = std::max(options.allowed.size(), options.added.size());
  if (!options.mask_shape.empty() || masked > 0) {
    require_shape("mask", options.mask_shape, {eq.tokens, ek.tokens});
    if (options.allowed.size() + options.added.size() != cells || masked != cells) {
      refuse_shape("mask", options.mask_shape, std::to_string(cells) + " elements of data");
    }
  }
  const bool numbers = std::isfinite(options.scale) && std::isfinite(options.softcap) && options.softcap >= 0.0F;
  if (!numbers) {
    throw Error(Code::argument_range, "scale, softcap: found " + number_text(options.scale) + ", " +
                                          number_text(options.softcap) + ", expected finite, softcap not negative");
  }
}

}  // namespace

void attention_operator(DenseArray q, DenseArray k, DenseArray v, const OperatorOptions& options, Array& output,
                        Array* pattern) {
  check(q, k, v, options, pattern != nullptr);
  for (const DenseArray operand : {q, k, v}) {
    if (output.data.data() == operand.data.data()) refuse_shape("out", output.shape, "an array that is no operand");
  }
  const Extents eq = extents("q", q), ek = extents("k", k), ev = extents("v", v);
  AttentionOptions inner;
  inner.sight = sight(variant(options.variant), options.params);
  inner.scale = options.scale == 0.0F ? 1.0F / std::sqrt(static_cast<float>(eq.width)) : options.scale;
  inner.softcap = options.softcap;
  inner.mask = {options.allowed.empty() ? nullptr : options.allowed.data(),
                options.added.empty() ? nullptr : options.added.data()};

  std::vector<std::size_t> shape(q.shape.begin(), q.shape.end());
  shape.back() = ev.width;
  output.resize(shape);
  shape.back() = ek.tokens;
  if (pattern != nullptr) pattern->resize(shape);
  Probe silent(1, eq.heads);
  const Site site{silent};
  Vector scratch = Vector::from_shape({attention_scratch_size(eq.tokens, ek.tokens, eq.width, ev.width)});
  Vector few =
      Vector::from_shape({pattern == nullptr && needs_pattern(eq.tokens, site) ? eq.heads * eq.tokens * ek.tokens : 0});
  for (std::size_t b = 0; b < eq.batch; ++b) {
    const std::size_t cells = eq.heads * eq.tokens * ek.tokens;
    float* place = pattern != nullptr ? pattern->data.data() + b * cells : few.size() > 0 ? few.data() : nullptr;
    const HeadsView<float> z(output.data.data() + b * eq.heads * eq.tokens * ev.width, eq.heads, eq.tokens, ev.width);
    attention(sheet(q, eq, b), sheet(k, ek, b), sheet(v, ev, b), inner, site,
              {{place, eq.heads, eq.tokens, ek.tokens}, scratch.data()}, z);
  }
}

}  // namespace attn
