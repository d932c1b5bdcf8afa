#include "layers/multi_head_operator.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include "tensor/error.hpp"
#include "tensor/shape.hpp"

namespace attn {
namespace {

void check_operands(const Array& q, const Array& k, const Array& v, const Array& output) {
  const Sequences queries = sequences_of("q", q), keys = sequences_of("k", k), values = sequences_of("v", v);
  if (keys.batch != queries.batch || keys.batched != queries.batched) {
    refuse_shape("k", k.shape, "q's batch, as in " + std::to_string(queries.batch) + " sequences");
  }
  if (values.batch != keys.batch || values.batched != keys.batched || values.tokens != keys.tokens) {
    refuse_shape("v", v.shape, "k's batch and tokens, as in " + std::to_string(keys.tokens) + " tokens a sequence");
  }
  for (const Array* operand : {&q, &k, &v}) {
    if (&output == operand) refuse_shape("out", output.shape, "an array that is no operand");
  }
}

void check_options(const MultiHeadWeights& w, const MultiHeadOptions& options, std::size_t d) {
  check_heads(options.n_heads, d);
  if (options.n_kv_heads == 0 || options.n_heads % options.n_kv_heads != 0) {
    throw Error(Code::argument_range, "n_kv_heads: found " + std::to_string(options.n_kv_heads) +
                                          ", expected a divisor of " + std::to_string(options.n_heads));
  }
  const bool biased = w.b_q != nullptr, extended = w.bias_k != nullptr;
  if ((w.b_k != nullptr) != biased || (w.b_v != nullptr) != biased) {
    refuse_shape("b_q, b_k, b_v", {}, "all of them or none");
  }
  if ((w.bias_v != nullptr) != extended) refuse_shape("bias_k, bias_v", {}, "both or neither");
}

void check_shapes(const MultiHeadWeights& w, std::size_t d, std::size_t d_k, std::size_t d_v, std::size_t group,
                  const Array& output) {
  check_weights({{"w_q", w.w_q, d, d}, {"w_k", w.w_k, d_k, group}, {"w_v", w.w_v, d_v, group}, {"w_o", w.w_o, d, d}},
                output);
  if (w.b_q != nullptr) check_weights({{"b_q", *w.b_q, d}, {"b_k", *w.b_k, group}, {"b_v", *w.b_v, group}}, output);
  if (w.b_o != nullptr) check_weights({{"b_o", *w.b_o, d}}, output);
  if (w.bias_k != nullptr) check_weights({{"bias_k", *w.bias_k, group}, {"bias_v", *w.bias_v, group}}, output);
}

/// x W + b of every sequence, with `last` (or nothing) and then zeros behind its tokens: out (batch * more tokens,
/// group).
void project(const Linear& map, const Array& x, const Sequences& all, const Array* last, MatrixView<float> out) {
  const std::size_t tokens = out.rows / all.batch;
  for (std::size_t b = 0; b < all.batch; ++b) {
    const MatrixView<float> sequence = out.sub_rows(b * tokens, tokens);
    const MatrixView<const float> given(x.data.data() + b * all.tokens * all.width, all.tokens, all.width);
    linear(map, given, sequence.sub_rows(0, all.tokens));
    std::size_t row = all.tokens;
    if (last != nullptr) std::copy(last->data.begin(), last->data.end(), sequence.row(row++));
    for (; row < tokens; ++row) std::fill_n(sequence.row(row), out.cols, 0.0F);
  }
}

/// The pattern's shape: a batch only where q has one, heads only where they are kept apart.
std::vector<std::size_t> pattern_shape(const Sequences& q, std::size_t heads, std::size_t keys) {
  std::vector<std::size_t> shape;
  if (q.batched) shape.push_back(q.batch);
  if (heads > 0) shape.push_back(heads);
  shape.push_back(q.tokens);
  shape.push_back(keys);
  return shape;
}

}  // namespace

void multi_head_attention_operator(const Array& q, const Array& k, const Array& v, const MultiHeadWeights& w,
                                   const MultiHeadOptions& options, Array& output, Array* pattern) {
  check_operands(q, k, v, output);
  const Sequences queries = sequences_of("q", q), keys = sequences_of("k", k), values = sequences_of("v", v);
  const std::size_t d = queries.width;
  check_options(w, options, d);
  const std::size_t group = d / options.n_heads * options.n_kv_heads;
  check_shapes(w, d, keys.width, values.width, group, output);
  const std::size_t extra = (w.bias_k != nullptr ? 1 : 0) + (options.zero_key ? 1 : 0), seen = keys.tokens + extra;
  const SequenceAttention heads = {queries.batch,  options.n_heads, options.n_kv_heads,
                                   options.causal, extra,           options.mask};
  check_mask("", heads, queries, keys);
  require_memory("k, w_k", {queries.batch, seen, group});
  if (pattern != nullptr) require_memory("pattern", {queries.batch, options.n_heads, queries.tokens, seen});

  Matrix mapped_q = Matrix::from_shape({queries.rows(), d}), z = Matrix::from_shape({queries.rows(), d});
  Matrix mapped_k = Matrix::from_shape({queries.batch * seen, group});
  Matrix mapped_v = Matrix::from_shape({queries.batch * seen, group});
  project(map_of(w.w_q, w.b_q), q, queries, nullptr, view(mapped_q));
  project(map_of(w.w_k, w.b_k), k, keys, w.bias_k, view(mapped_k));
  project(map_of(w.w_v, w.b_v), v, values, w.bias_v, view(mapped_v));

  Array by_head;
  Array* kept = pattern != nullptr && options.average ? &by_head : pattern;
  if (kept != nullptr) kept->resize(pattern_shape(queries, options.n_heads, seen));
  attend(heads, view(mapped_q), view(mapped_k), view(mapped_v), kept == nullptr ? nullptr : kept->data.data(), view(z));
  output.resize(q.shape);
  linear(map_of(w.w_o, w.b_o), view(z), {output.data.data(), queries.rows(), d});
  if (pattern == nullptr || !options.average) return;

  pattern->resize(pattern_shape(queries, 0, seen));
  const std::size_t cells = queries.tokens * seen;
  for (std::size_t b = 0; b < queries.batch; ++b) {
    mean_of_rows(by_head.data.data() + b * options.n_heads * cells, options.n_heads, cells,
                 pattern->data.data() + b * cells);
  }
}

}  // namespace attn
