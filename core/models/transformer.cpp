#include "models/transformer.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "kernels/elementwise.hpp"
#include "layers/embedding.hpp"
#include "layers/patch_embedding.hpp"
#include "models/family.hpp"
#include "position/learned.hpp"
#include "position/rotary.hpp"
#include "position/sinusoidal.hpp"
#include "tensor/error.hpp"

namespace attn {
namespace {

constexpr std::size_t kMostBytes = std::size_t{3} << 29;  // 1.5 GiB of weights, of the 2 GiB that a module may have

/// What a sublayer reads and writes, (tokens, d_model) each, whole buffers without gaps between rows.
struct Residual {
  MatrixView<float> x, normed, out;
};

/// Stations behind a sublayer: what it gives, the sum, the sum normalised.
struct SublayerStations {
  Station out, sum, normalized;
};
constexpr SublayerStations kAttention = {Station::attn_out, Station::resid_mid, Station::normalized_resid_mid};
constexpr SublayerStations kCross = {Station::cross_out, Station::resid_mid_cross, Station::normalized_resid_mid_cross};
constexpr SublayerStations kFeedForward = {Station::mlp_out, Station::resid_post, Station::normalized_resid_post};

/// x + layer(norm(x)), or norm(x + layer(x)) where norms come last. Xiong et al. 2020, figure 1. `layer(in)` writes
/// out.
template <class Layer>
void add_sublayer(const Norm& weights, bool norm_first, const Residual& r, Site site, const SublayerStations& at,
                  Layer layer) {
  if (norm_first) norm(weights, r.x, r.normed);
  layer(norm_first ? r.normed : r.x);
  site.visit(at.out, r.out);
  add(r.out.data, r.out.rows * r.out.cols, r.x.data);
  site.visit(at.sum, r.x);
  if (norm_first) return;
  norm(weights, r.x, r.x);
  site.visit(at.normalized, r.x);
}

bool attends_across(const BlockWeights& block) { return !block.cross.q.weight.is_empty(); }

}  // namespace

/// One way through one stack.
struct Transformer::Pass {
  const StackWeights& weights;
  std::size_t number;  // of the stack, in the forward pass's order
  std::size_t tokens;
  std::size_t past;
  bool causal;
  std::size_t padding;         // tokens at the end that no query sees
  std::size_t source_padding;  // likewise, of the source
};

Transformer::Transformer(std::string_view config_json, ByteSource safetensors, WeightFormat format)
    : config_(read_config(config_json)) {
  const Safetensors file(std::move(safetensors));
  const Family& row = family(config_.family);
  WeightReader checking(file, format, nullptr);
  row.weights(config_, checking);
  checking.refuse_unknown();
  if (checking.block_size() > kMostBytes / sizeof(float)) {
    throw Error(Code::memory_limit, "weights: found " + std::to_string(checking.block_size() * sizeof(float)) +
                                        " bytes, expected at most " + std::to_string(kMostBytes));
  }
  parameters_ = checking.elements();
  block_ = Vector::from_shape({checking.block_size()});
  WeightReader reading(file, format, block_.data());
  weights_ = row.weights(config_, reading);
}

Probe Transformer::probe() const {
  const auto stations = [&](std::string_view prefix, const StackWeights& stack, unsigned more) {
    if (stack.pos_embed.data != nullptr || !config_.sinusoidal_frequencies.empty()) more |= part::kPositions;
    if (stack.segments.data != nullptr) more |= part::kSegments;
    if (!stack.blocks.empty() && attends_across(stack.blocks[0])) more |= part::kCross;
    if (!config_.norm_first) more |= part::kPostNorm;
    if (stack.final_norm.gain != nullptr) more |= part::kFinalNorm;
    return StackStations{prefix, stack.blocks.size(), config_.n_heads, config_.n_kv_heads, more};
  };
  const unsigned transform = weights_.head.transform.weight.is_empty() ? 0 : part::kTransform;
  const unsigned head = transform | (weights_.head.kind == HeadKind::none ? 0 : part::kHead);
  if (config_.n_encoder_layers == 0) return Probe({stations("", weights_.stack, head)});
  return Probe({stations("encoder.", weights_.encoder, 0), stations("decoder.", weights_.stack, head)});
}

void Transformer::forward(const Input& input, Cache& cache, Workspace& work, Probe& probe,
                          MatrixView<float> logits) const {
  const std::size_t past = config_.causal ? cache.length : 0;
  check_input(config_, input, past, config_.causal ? std::min(config_.n_ctx, cache.capacity) - past : config_.n_ctx);
  const bool reads_source = config_.n_encoder_layers > 0;
  if (reads_source && past == 0) encode(input, cache, work, probe);

  const std::size_t tokens = config_.image.side > 0 ? config_.n_ctx : input.ids.size();
  const std::size_t number = reads_source ? 1 : 0;
  const std::size_t own_padding = reads_source ? 0 : input.padding;
  run_stack({weights_.stack, number, tokens, past, config_.causal, own_padding, input.padding}, input, cache, work,
            probe);
  if (config_.causal) cache.length += tokens;
  make_logits(first_rows(work.x, tokens), work, Site{probe, 0, number}, logits);
}

void Transformer::encode(const Input& input, Cache& cache, Workspace& work, Probe& probe) const {
  const std::size_t tokens = input.source.size();
  run_stack({weights_.encoder, 0, tokens, 0, false, input.padding, 0}, input.source, cache, work, probe);
  cache.reset_source(config_, tokens);
  for (std::size_t l = 0; l < config_.n_layers; ++l) {
    keys_values(weights_.stack.blocks[l].cross, first_rows(work.x, tokens), {}, Site{probe, l, 1, Sublayer::cross},
                cache.source.rows(l, 0, tokens));
  }
}

PassSize Transformer::size_of(const Pass& pass, const Cache& cache, Probe& probe) const {
  const std::size_t own = pass.causal ? cache.capacity : pass.tokens;
  PassSize size = {pass.tokens, std::max(own, cache.source_length), pass.causal, false, false, 0};
  for (std::size_t l = 0; l < pass.weights.blocks.size(); ++l) {
    for (const Sublayer sublayer : {Sublayer::own, Sublayer::cross}) {
      const Site site{probe, l, pass.number, sublayer};
      size.patterns |= needs_pattern(pass.tokens, site);
      size.results |= site.watches(Station::result);
    }
  }
  if (!weights_.head.second.weight.is_empty()) size.outputs = weights_.outputs();
  return size;
}

void Transformer::run_stack(const Pass& pass, const Input& input, Cache& cache, Workspace& work, Probe& probe) const {
  const auto& [weights, number, tokens, past, causal, padding, source_padding] = pass;
  const std::size_t keys = past + tokens, source = cache.source_length;
  work.reserve(config_, size_of(pass, cache, probe));
  const Residual r = {first_rows(work.x, tokens), first_rows(work.normed, tokens), first_rows(work.out, tokens)};
  const MatrixView<float> rotation = first_rows(work.rotation, tokens);
  const auto space = [&](Site site, const KeysValues& memory, std::size_t hidden, bool sees_later) {
    AttentionSpace out;
    out.memory = memory;
    out.sight = sight(structure(sees_later ? "bidirectional" : "causal"));
    out.sight.valid = memory.keys.rows - hidden;
    out.past = past;
    out.q = first_rows(work.q, tokens);
    out.z = first_rows(work.z, tokens);
    out.work = work.attention(site, tokens, memory.keys.rows);
    out.result = work.results(site, tokens);
    return out;
  };

  embed(pass, input, work, Site{probe, 0, number});
  rotary_rows(config_.rotary_frequencies, past, rotation);
  for (std::size_t l = 0; l < weights.blocks.size(); ++l) {
    const BlockWeights& block = weights.blocks[l];
    const Site site{probe, l, number}, across{probe, l, number, Sublayer::cross};
    site.visit(Station::resid_pre, r.x);
    add_sublayer(block.attn_norm, config_.norm_first, r, site, kAttention, [&](MatrixView<const float> in) {
      const auto held = [&](std::size_t first, std::size_t count) {
        if (causal) return cache.own.rows(l, first, count);
        return KeysValues{first_rows(work.k, count), first_rows(work.v, count)};
      };
      AttentionSpace own = space(site, held(0, keys), padding, !causal);
      own.own = held(past, tokens);
      own.rotation = rotation;
      multi_head_attention(block.attn, in, own, site, r.out);
    });
    if (attends_across(block)) {
      add_sublayer(block.cross_norm, config_.norm_first, r, site, kCross, [&](MatrixView<const float> in) {
        const KeysValues memory = cache.source.rows(l, 0, source);
        multi_head_attention(block.cross, in, space(across, memory, source_padding, true), across, r.out);
      });
    }
    add_sublayer(block.mlp_norm, config_.norm_first, r, site, kFeedForward, [&](MatrixView<const float> in) {
      feed_forward(block.mlp, in, first_rows(work.hidden, tokens), site, r.out);
    });
  }
  if (weights.final_norm.gain == nullptr) return;
  norm(weights.final_norm, r.x, r.x);
  Site{probe, 0, number}.visit(Station::ln_final, r.x);
}

void Transformer::embed(const Pass& pass, const Input& input, Workspace& work, Site site) const {
  const StackWeights& weights = pass.weights;
  const MatrixView<float> x = first_rows(work.x, pass.tokens), added = first_rows(work.out, pass.tokens);
  const auto add_part = [&](Station station) {
    site.visit(station, added);
    add(added.data, added.rows * added.cols, x.data);
  };

  if (config_.image.side > 0) {
    const MatrixView<const float> first = weights.class_tokens;
    std::copy_n(first.data, first.rows * first.cols, x.data);
    patch_embedding(weights.patches, input.image, config_.image.patch, view(work.patches),
                    x.sub_rows(first.rows, x.rows - first.rows));
  } else {
    embedding(weights.embed, input.ids, x);
    if (config_.embed_scale != 1.0F) scale(config_.embed_scale, x.rows * x.cols, x.data);
  }
  site.visit(Station::embed, x);
  if (weights.pos_embed.data != nullptr) {
    learned_positions(weights.pos_embed, pass.past, added);
    add_part(Station::pos_embed);
  } else if (!config_.sinusoidal_frequencies.empty()) {
    sinusoidal_rows(config_.sinusoidal_frequencies, pass.past, added);
    add_part(Station::pos_embed);
  }
  if (weights.segments.data != nullptr) {
    for (std::size_t t = 0; t < x.rows; ++t) {
      const std::size_t type = input.segments.empty() ? 0 : static_cast<std::size_t>(input.segments[t]);
      std::copy_n(weights.segments.row(type), x.cols, added.row(t));
    }
    add_part(Station::token_type_embed);
  }
  if (weights.embed_norm.gain != nullptr) norm(weights.embed_norm, x, x);
}

void Transformer::make_logits(MatrixView<float> x, Workspace& work, Site site, MatrixView<float> logits) const {
  const Head& head = weights_.head;
  if (head.kind == HeadKind::none) return;
  const bool first_alone = head.kind == HeadKind::sequence;
  MatrixView<float> read = first_alone ? x.sub_rows(0, 1) : x.sub_rows(x.rows - logits.rows, logits.rows);
  if (!head.transform.weight.is_empty()) {
    const MatrixView<float> mapped = first_rows(work.normed, read.rows);
    linear(head.transform, read, mapped);
    for (std::size_t t = 0; t < mapped.rows; ++t) head.activation(mapped.row(t), mapped.cols);
    if (head.norm.gain != nullptr) norm(head.norm, mapped, mapped);
    site.visit(Station::transform, mapped);
    read = mapped;
  }
  linear(head.out, read, logits);
  if (!head.second.weight.is_empty()) {
    const MatrixView<float> other = first_rows(work.second, 1);
    linear(head.second, x.sub_rows(1, 1), other);
    add(other.data, other.cols, logits.data);
    scale(0.5F, logits.cols, logits.data);
  }
  site.visit(Station::logits, logits);
}

}  // namespace attn
