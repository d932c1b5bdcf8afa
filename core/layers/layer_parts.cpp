#include "layers/layer_parts.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "attention/attention.hpp"
#include "kernels/activation.hpp"
#include "layers/operators.hpp"
#include "tensor/error.hpp"
#include "tensor/shape.hpp"
#include "tensor/text.hpp"

namespace attn {
namespace {

constexpr float kHidden = -std::numeric_limits<float>::infinity();

/// Whether something hides keys beside the structure: masks, or the future where there are extra keys behind it.
bool is_laid_out(const SequenceAttention& a) {
  return a.mask.cells != nullptr || a.mask.padding != nullptr || (a.causal && a.extra > 0);
}

std::size_t sheets_of(const SequenceAttention& a) {
  return a.mask.cells != nullptr && a.mask.cells->shape.size() == 3 ? a.n_heads : 1;
}

/// Numbers to add to the scores of sequence b, (heads or 1, queries, keys) in `added`, of all that hides keys beside
/// the structure; nothing where nothing does.
InputMask mask_of(const SequenceAttention& a, std::size_t b, std::size_t queries, std::size_t keys,
                  std::vector<float>& added) {
  const auto& [cells, additive, padding] = a.mask;
  if (!is_laid_out(a)) return {};
  const bool hides_future = a.causal && a.extra > 0;  // else the structure does
  const bool by_head = cells != nullptr && cells->shape.size() == 3;
  const std::size_t sheets = sheets_of(a), known = keys - a.extra;
  added.assign(sheets * queries * keys, 0.0F);
  for (std::size_t row = 0; row < sheets * queries; ++row) {
    const std::size_t given = (by_head ? b * sheets * queries : 0) + row;
    for (std::size_t j = 0; j < known; ++j) {
      float& cell = added[row * keys + j];
      if (cells != nullptr) {
        const float found = cells->data[given * known + j];
        cell = additive ? found : found == 0.0F ? kHidden : 0.0F;
      }
      const bool padded = padding != nullptr && padding->data[b * known + j] == 0.0F;
      if (padded || (hides_future && j > row % queries)) cell = kHidden;
    }
  }
  return {nullptr, added.data(), by_head ? queries * keys : 0};
}

}  // namespace

Sequences sequences_of(const char* name, const Array& x) {
  const std::size_t rank = x.shape.size();
  if ((rank != 2 && rank != 3) || x.data.size() == 0) {
    refuse_shape(name, x.shape, "(tokens, d) or (batch, tokens, d), no axis of length 0");
  }
  return {rank == 3 ? x.shape[0] : 1, x.shape[rank - 2], x.shape[rank - 1], rank == 3};
}

void check_mask(const char* prefix, const SequenceAttention& a, const Sequences& q, const Sequences& k) {
  const std::string mask = std::string(prefix) + "mask", padding = std::string(prefix) + "key_padding_mask";
  const Array* cells = a.mask.cells;
  if (cells != nullptr && cells->shape.size() == 3) {
    require_shape(mask.c_str(), cells->shape, {q.batch * a.n_heads, q.tokens, k.tokens});
  } else if (cells != nullptr) {
    require_shape(mask.c_str(), cells->shape, {q.tokens, k.tokens});
  }
  if (is_laid_out(a)) require_memory(mask.c_str(), {sheets_of(a), q.tokens, k.tokens + a.extra});
  if (a.mask.padding == nullptr) return;
  if (k.batched) {
    require_shape(padding.c_str(), a.mask.padding->shape, {k.batch, k.tokens});
  } else {
    require_shape(padding.c_str(), a.mask.padding->shape, {k.tokens});
  }
}

void check_heads(std::size_t n_heads, std::size_t d) {
  if (n_heads > 0 && d % n_heads == 0) return;
  throw Error(Code::argument_range,
              "n_heads: found " + std::to_string(n_heads) + ", expected a divisor of " + std::to_string(d));
}

void check_epsilon(float epsilon) {
  if (epsilon > 0.0F) return;
  throw Error(Code::argument_range, "epsilon: found " + number_text(epsilon) + ", expected a positive number");
}

void check_weights(std::initializer_list<WeightShape> weights, const Array& out) {
  for (const WeightShape& w : weights) {
    if (&w.weight == &out) refuse_shape("out", out.shape, "an array that is no weight");
    if (w.cols == 0) {
      require_shape(w.name, w.weight.shape, {w.rows});
    } else {
      require_shape(w.name, w.weight.shape, {w.rows, w.cols});
    }
  }
}

Linear map_of(Array& weight, const Array* bias) {
  return {Weight{panels_of(weight), {}}, bias == nullptr ? nullptr : bias->data.data()};
}

void attend(const SequenceAttention& a, MatrixView<const float> q, MatrixView<const float> k, MatrixView<const float> v,
            float* pattern, MatrixView<float> z) {
  const std::size_t queries = q.rows / a.batch, keys = k.rows / a.batch, d_head = q.cols / a.n_heads;
  const std::size_t cells = a.n_heads * queries * keys;
  AttentionOptions options;
  options.sight = sight(structure(a.causal && a.extra == 0 ? "causal" : "bidirectional"));
  options.scale = 1.0F / std::sqrt(static_cast<float>(d_head));
  Probe silent(1, a.n_heads);
  const Site site{silent};
  Vector scratch = Vector::from_shape({attention_scratch_size(queries, keys, d_head, d_head)});
  const bool passes = pattern == nullptr && needs_pattern(queries, site, options);
  if (passes) require_memory("pattern", {a.n_heads, queries, keys});
  Vector passing = Vector::from_shape({passes ? cells : 0});
  std::vector<float> added;
  for (std::size_t b = 0; b < a.batch; ++b) {
    options.mask = mask_of(a, b, queries, keys, added);
    float* place = pattern != nullptr ? pattern + b * cells : passes ? passing.data() : nullptr;
    attention(
        split_heads(q.sub_rows(b * queries, queries), a.n_heads), split_heads(k.sub_rows(b * keys, keys), a.n_kv_heads),
        split_heads(v.sub_rows(b * keys, keys), a.n_kv_heads), options, site,
        {{place, a.n_heads, queries, keys}, scratch.data()}, split_heads(z.sub_rows(b * queries, queries), a.n_heads));
  }
}

void self_attention(const Linear& w_qkv, const Linear& w_o, const SequenceAttention& attention,
                    MatrixView<const float> x, MatrixView<float> out) {
  const std::size_t d = x.cols;
  Matrix qkv = Matrix::from_shape({x.rows, 3 * d}), z = Matrix::from_shape({x.rows, d});
  linear(w_qkv, x, view(qkv));
  const MatrixView<const float> all = view(qkv);
  attend(attention, all.sub_cols(0, d), all.sub_cols(d, d), all.sub_cols(2 * d, d), nullptr, view(z));
  linear(w_o, view(z), out);
}

void feed_forward(const Linear& up, const Linear& down, bool gelu, MatrixView<const float> x, MatrixView<float> out) {
  Matrix hidden = Matrix::from_shape({x.rows, up.weight.cols()});
  Probe silent(1, 1);
  feed_forward({up, down, gelu ? gelu_erf : relu}, x, view(hidden), Site{silent}, out);
}

}  // namespace attn
