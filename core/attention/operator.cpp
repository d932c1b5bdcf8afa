#include "attention/operator.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include "attention/attention.hpp"
#include "kernels/matmul.hpp"
#include "tensor/shape.hpp"
#include "tensor/text.hpp"

namespace attn {
namespace {

/// The operands as they are read, keys and values behind those of the past.
struct Operands {
  HeadsLayout q, k, v;
  std::size_t past;  // keys before k's first

  std::size_t keys() const { return past + k.tokens; }
};

/// Results grow before the operands are read for the last time.
void require_apart(const Array& output, std::initializer_list<DenseArray> operands, const OperatorOptions& options) {
  const auto check = [&](DenseArray operand) {
    if (!operand.data.empty() && output.data.data() == operand.data.data()) {
      refuse_shape("out", output.shape, "an array that is no operand");
    }
  };
  std::for_each(operands.begin(), operands.end(), check);
  std::for_each(options.weights.begin(), options.weights.end(), check);
  for (const DenseArray* past : {options.past_key, options.past_value}) {
    if (past != nullptr) check(*past);
  }
}

std::size_t past_of(const OperatorOptions& options, const HeadsLayout& k, const HeadsLayout& v) {
  if (options.past_key == nullptr && options.past_value == nullptr) return 0;
  if (options.past_key == nullptr || options.past_value == nullptr) {
    refuse_shape("past_key, past_value", {}, "both or neither");
  }
  const auto& shape = options.past_key->shape;
  const std::size_t past = shape.size() == 4 ? shape[2] : 0;
  require_shape("past_key", shape, {k.batch, k.heads, past, k.width});
  require_shape("past_value", options.past_value->shape, {k.batch, k.heads, past, v.width});
  require_filled("past_key", *options.past_key);
  require_filled("past_value", *options.past_value);
  return past;
}

Operands read(DenseArray q, DenseArray k, DenseArray v, const OperatorOptions& options) {
  const std::size_t kv_heads = options.kv_heads > 0 ? options.kv_heads : options.q_heads;
  const std::size_t q_heads = options.q_heads > 0 ? options.q_heads : options.kv_heads;
  Operands all = {layout_of("q", q, q_heads), layout_of("k", k, kv_heads), layout_of("v", v, kv_heads), 0};
  if (all.k.batch != all.q.batch) refuse_shape("k", k.shape, "q's batch of " + std::to_string(all.q.batch));
  if (all.v.batch != all.q.batch) refuse_shape("v", v.shape, "q's batch of " + std::to_string(all.q.batch));
  if (all.q.heads % all.k.heads != 0) {
    refuse_shape("k", k.shape, "heads that divide q's " + std::to_string(all.q.heads));
  }
  if (all.v.heads != all.k.heads || all.v.tokens != all.k.tokens) {
    refuse_shape("v", v.shape, "k's heads and tokens " + shape_text(k.shape));
  }
  all.past = past_of(options, all.k, all.v);
  return all;
}

void check_numbers(const OperatorOptions& options, const Operands& all) {
  const bool finite = std::isfinite(options.scale) && std::isfinite(options.softcap) && options.softcap >= 0.0F;
  if (!finite || options.matmul_mode < 0 || options.matmul_mode > 3) {
    throw Error(Code::argument_range, "scale, softcap, qk_matmul_output_mode: found " + number_text(options.scale) +
                                          ", " + number_text(options.softcap) + ", " +
                                          std::to_string(options.matmul_mode) +
                                          ", expected finite, softcap not negative, mode 0 to 3");
  }
  if (options.lengths.empty()) return;
  const std::size_t count[] = {options.lengths.size()};
  require_shape("nonpad_kv_seqlen", count, {all.q.batch});
  for (const std::size_t n : options.lengths) {
    if (n > all.keys()) {
      throw Error(Code::argument_range, "nonpad_kv_seqlen: found " + std::to_string(n) + ", expected at most the " +
                                            std::to_string(all.keys()) + " keys");
    }
  }
}

/// The widths of queries and keys after the row's maps. Throws argument_shape.
struct Widths {
  std::size_t q, k;
};

Widths check_weights(const Scoring& row, std::span<const DenseArray> weights, const Operands& all) {
  if (weights.size() != row.weights.size()) {
    const std::size_t count[] = {weights.size()};
    refuse_shape("weights", count, std::to_string(row.weights.size()) + " arrays for " + std::string(row.facts.name));
  }
  std::vector<std::pair<std::string_view, std::size_t>> known = {{"d_q", all.q.width}, {"d_k", all.k.width}, {"1", 1}};
  const auto length = [&](const Axis& axis, std::size_t found) {
    const auto at = std::find_if(known.begin(), known.end(), [&](const auto& k) { return k.first == axis.length; });
    if (at != known.end()) return at->second * axis.times;
    return known.emplace_back(axis.length, found / axis.times).second * axis.times;
  };
  Widths out = {all.q.width, all.k.width};
  for (std::size_t n = 0; n < weights.size(); ++n) {
    const ScoringWeight& weight = row.weights[n];
    const std::string name(weight.name);
    const bool vector = weight.axes[1].length.empty();
    if (weights[n].shape.size() != (vector ? 1 : 2) || weights[n].data.empty()) {
      refuse_shape(name.c_str(), weights[n].shape, vector ? "one axis" : "two axes");
    }
    require_filled(name.c_str(), weights[n]);
    const std::size_t rows = length(weight.axes[0], weights[n].shape[0]);
    if (vector) {
      require_shape(name.c_str(), weights[n].shape, {rows});
      continue;
    }
    const std::size_t cols = length(weight.axes[1], weights[n].shape[1]);
    require_shape(name.c_str(), weights[n].shape, {rows, cols});
    if (weight.use == WeightUse::maps_queries) out.q = cols;
    if (weight.use == WeightUse::maps_keys) out.k = cols;
  }
  if (out.q != out.k) {
    const std::size_t widths[] = {out.q, out.k};
    refuse_shape("q, k", widths, "equal widths for " + std::string(row.facts.name));
  }
  return out;
}

/// x W for every head, or x itself where the row has no such map.
HeadsView<const float> mapped(HeadsView<const float> x, const Scoring& row, std::span<const DenseArray> weights,
                              WeightUse use, Vector& space) {
  const auto at = std::find_if(row.weights.begin(), row.weights.end(), [&](const auto& w) { return w.use == use; });
  if (at == row.weights.end()) return x;
  const DenseArray& w = weights[static_cast<std::size_t>(at - row.weights.begin())];
  const MatrixView<const float> map(w.data.data(), w.shape[0], w.shape[1]);
  space.resize({x.heads * x.rows * map.cols});
  const HeadsView<float> out(space.data(), x.heads, x.rows, map.cols);
  for (std::size_t h = 0; h < x.heads; ++h) matmul(x.head(h), map, out.head(h));
  return out;
}

/// The past's rows and the new ones behind them; the new ones as they are where there is no past.
DenseArray join(const DenseArray* past, DenseArray array, const HeadsLayout& layout, Array& joined) {
  const std::size_t before = past == nullptr ? 0 : past->shape[2], total = before + layout.tokens;
  const std::size_t shape[] = {layout.batch, layout.heads, total, layout.width};
  joined.resize(shape);
  float* out = joined.data.data();
  for (std::size_t b = 0; b < layout.batch; ++b) {
    const HeadsView<const float> fresh = layout.sheet(array.data.data(), b);
    for (std::size_t h = 0; h < layout.heads; ++h) {
      if (before > 0) {
        const std::size_t size = before * layout.width;
        out = std::copy_n(past->data.data() + (b * layout.heads + h) * size, size, out);
      }
      for (std::size_t t = 0; t < layout.tokens; ++t) out = std::copy_n(fresh.head(h).row(t), layout.width, out);
    }
  }
  return joined;
}

/// What a batch's sequence sees: its padding hidden, and its queries at its end where only lengths tell where they are.
Sight sight_of(const Structure& row, const OperatorOptions& options, const Operands& all, std::size_t b) {
  Sight out = sight(row, options.structure_params);
  if (options.lengths.empty()) return out;
  out.valid = options.lengths[b];
  if (row.range == range_causal && all.past == 0) {
    out.params[0] += static_cast<double>(out.valid) - static_cast<double>(all.q.tokens);
  }
  return out;
}

/// What is the same for every sequence of the batch, and the first one's sight.
AttentionOptions settings_of(const Scoring& row, const OperatorOptions& options, const Operands& all,
                             const Widths& widths) {
  const Normalisation& norm = normalisation(options.normalisation.empty() ? row.normalisation : options.normalisation);
  AttentionOptions out;
  out.scores = {row.score, options.weights, numbers_for(row.facts, options.scoring_params)};
  out.normaliser = {norm.normalise, numbers_for(norm.facts, options.normalisation_params)};
  out.scale = options.scale != 0.0F ? options.scale : row.factor == nullptr ? 1.0F : row.factor(widths.q);
  out.softcap = options.softcap;
  out.past = all.past;
  out.sight = sight_of(structure(options.structure), options, all, 0);
  return out;
}

void shape_results(DenseArray q, const HeadsLayout& z, std::size_t keys, Array& output,
                   const OperatorResults& results) {
  std::vector<std::size_t> shape(q.shape.begin(), q.shape.end());
  shape.back() = z.merged ? z.heads * z.width : z.width;
  output.resize(shape);
  if (z.merged) shape = {z.batch, z.heads, z.tokens, 0};
  shape.back() = keys;
  for (Array* one : {results.pattern, results.matmul}) {
    if (one != nullptr) one->resize(shape);
  }
}

}  // namespace

void attention_operator(DenseArray q, DenseArray k, DenseArray v, const OperatorOptions& options, Array& output,
                        const OperatorResults& results) {
  Operands all = read(q, k, v, options);
  check_numbers(options, all);
  require_apart(output, {q, k, v}, options);
  const Scoring& row = scoring(options.scoring);
  const Widths widths = check_weights(row, options.weights, all);
  AttentionOptions inner = settings_of(row, options, all, widths);
  const bool asked = results.pattern != nullptr || results.matmul != nullptr;
  Probe silent(1, all.q.heads);
  const Site site{silent};
  const bool stands = asked || needs_pattern(all.q.tokens, site, inner);
  const std::size_t widest = stands ? std::max(all.keys(), all.v.width) : all.v.width;
  require_memory("pattern, output", {all.q.batch, all.q.heads, all.q.tokens, widest});
  require_memory("q, mapped", {all.q.batch, all.q.heads, all.q.tokens, widths.q});
  require_memory("k, mapped", {all.k.batch, all.k.heads, all.keys(), widths.k});
  const MaskCells mask(options.mask, all.q, all.keys());
  Array joined_k, joined_v;
  if (all.past > 0 || results.present_key != nullptr || results.present_value != nullptr) {
    k = join(options.past_key, k, all.k, results.present_key == nullptr ? joined_k : *results.present_key);
    v = join(options.past_value, v, all.v, results.present_value == nullptr ? joined_v : *results.present_value);
    all.k = {all.k.batch, all.k.heads, all.keys(), all.k.width, false};
    all.v = {all.v.batch, all.v.heads, all.k.tokens, all.v.width, false};
  }
  const std::size_t keys = all.k.tokens, cells = all.q.heads * all.q.tokens * keys;
  const HeadsLayout z = {all.q.batch, all.q.heads, all.q.tokens, all.v.width, all.q.merged};
  shape_results(q, z, keys, output, results);
  Vector scratch = Vector::from_shape({attention_scratch_size(all.q.tokens, keys, widths.q, all.v.width)});
  Vector passing = Vector::from_shape({results.pattern == nullptr && stands ? cells : 0});
  Vector q_space, k_space;
  for (std::size_t b = 0; b < all.q.batch; ++b) {
    float* place = results.pattern != nullptr ? results.pattern->data.data() + b * cells
                   : stands                   ? passing.data()
                                              : nullptr;
    const auto heads = [&](float* data) { return HeadsView<float>(data, all.q.heads, all.q.tokens, keys); };
    ScoreTap tap = {static_cast<ScoreStep>(options.matmul_mode)};
    if (results.matmul != nullptr) tap.out = heads(results.matmul->data.data() + b * cells);
    inner.sight = sight_of(structure(options.structure), options, all, b);
    inner.mask = mask.of(b);
    attention(mapped(all.q.sheet(q.data.data(), b), row, options.weights, WeightUse::maps_queries, q_space),
              mapped(all.k.sheet(k.data.data(), b), row, options.weights, WeightUse::maps_keys, k_space),
              all.v.sheet(v.data.data(), b), inner, site, {heads(place), scratch.data(), tap},
              z.sheet(output.data.data(), b));
  }
}

}  // namespace attn
