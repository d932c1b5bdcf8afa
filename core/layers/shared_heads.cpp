#include "layers/shared_heads.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <iterator>
#include <string>
#include <vector>

#include "attention/operands.hpp"
#include "kernels/matmul.hpp"
#include "kernels/softmax.hpp"
#include "tensor/shape.hpp"

namespace attn {
namespace {

constexpr float kHidden = -1e20F;

void check(const Array& q, const Array& k, const Array& v, const SharedHeadsWeights& w, unsigned n_heads,
           const Array& output) {
  const Sequences queries = sequences_of("q", q), keys = sequences_of("k", k);
  sequences_of("v", v);
  if (keys.batch != queries.batch || keys.batched != queries.batched || keys.width != queries.width) {
    refuse_shape("k", k.shape, "q's batch and width " + std::to_string(queries.width));
  }
  if (v.shape != k.shape) refuse_shape("v", v.shape, "k's shape");
  for (const Array* operand : {&q, &k, &v}) {
    if (&output == operand) refuse_shape("out", output.shape, "an array that is no operand");
  }
  const std::size_t d_model = queries.width;
  check_heads(n_heads, d_model);
  const std::size_t d_head = d_model / n_heads;
  check_weights({{"w_q", w.w_q, d_head, d_head},
                 {"w_k", w.w_k, d_head, d_head},
                 {"w_v", w.w_v, d_head, d_head},
                 {"w_o", w.w_o, d_model, d_model},
                 {"b_o", w.b_o, d_model}},
                output);
}

/// Every head of every token times the one map: x (batch, tokens, d_model) is as many rows of d_head.
Matrix mapped(const Array& x, Array& weight) {
  const std::size_t d_model = x.shape.back(), d_head = weight.shape[0];
  Matrix out = Matrix::from_shape({x.data.size() / d_model, d_model});
  const std::size_t rows = x.data.size() / d_head;
  linear(map_of(weight, nullptr), {x.data.data(), rows, d_head}, {out.data(), rows, d_head});
  return out;
}

/// Scores of one head to weights.
void weights_of_scores(const InputMask& mask, float root, MatrixView<float> scores) {
  for (std::size_t i = 0; i < scores.rows; ++i) {
    float* row = scores.row(i);
    for (std::size_t j = 0; j < scores.cols; ++j) {
      const bool hidden = mask.allowed != nullptr && mask.allowed[i * scores.cols + j] == 0;
      row[j] = (hidden ? kHidden : row[j]) / root;
    }
    softmax(row, scores.cols, row);
  }
}

}  // namespace

void shared_heads_attention_operator(const Array& q, const Array& k, const Array& v, const SharedHeadsWeights& w,
                                     unsigned n_heads, const Array* mask, Array& output, Array& pattern) {
  check(q, k, v, w, n_heads, output);
  const Sequences all = sequences_of("q", q);
  const std::size_t queries = all.tokens, keys = sequences_of("k", k).tokens, d_head = all.width / n_heads;
  require_memory("pattern", {all.batch, n_heads, queries, keys});
  std::vector<std::uint8_t> shown;
  if (mask != nullptr) std::ranges::transform(mask->data, std::back_inserter(shown), [](float x) { return x != 0.0F; });
  const MaskArray given = mask == nullptr ? MaskArray{} : MaskArray{mask->shape, shown, {}};
  const MaskCells cells(given, {all.batch, n_heads, queries, d_head, false}, keys);
  const float root = std::sqrt(static_cast<float>(all.width));
  Matrix mapped_q = mapped(q, w.w_q), mapped_k = mapped(k, w.w_k), mapped_v = mapped(v, w.w_v);
  Matrix z = Matrix::from_shape({all.rows(), all.width});
  Vector panels = Vector::from_shape({std::max(panels_size(d_head, keys), panels_size(keys, d_head))});
  const std::size_t shape[] = {all.batch, n_heads, queries, keys};
  pattern.resize(all.batched ? std::span(shape) : std::span(shape).subspan(1));
  for (std::size_t b = 0; b < all.batch; ++b) {
    const auto heads = [&](Matrix& of, std::size_t tokens) {
      return split_heads(view(of).sub_rows(b * tokens, tokens), n_heads);
    };
    for (std::size_t h = 0; h < n_heads; ++h) {
      const MatrixView<float> weights(pattern.data.data() + (b * n_heads + h) * queries * keys, queries, keys);
      matmul(heads(mapped_q, queries).head(h), pack_transposed(heads(mapped_k, keys).head(h), panels.data()), weights);
      weights_of_scores(cells.of(b).head(h), root, weights);
      matmul(weights, pack(heads(mapped_v, keys).head(h), panels.data()), heads(z, queries).head(h));
    }
  }
  output.resize(q.shape);
  linear(map_of(w.w_o, &w.b_o), view(z), {output.data.data(), all.rows(), all.width});
}

}  // namespace attn
