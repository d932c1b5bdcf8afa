#include "models/transformer.hpp"

#include <string>
#include <utility>

#include "kernels/elementwise.hpp"
#include "layers/embedding.hpp"
#include "models/family.hpp"
#include "position/learned.hpp"
#include "position/rotary.hpp"
#include "tensor/error.hpp"

namespace attn {
namespace {

constexpr std::size_t kMostBytes = std::size_t{3} << 29;  // 1.5 GiB of weights, of the 2 GiB that a module may have

void check(const Config& config, std::span<const std::int32_t> ids, const Cache& cache) {
  const std::size_t room = std::min(config.n_ctx, cache.capacity) - cache.length;
  if (ids.empty() || ids.size() > room) {
    throw Error(Code::context_length, "tokens: found " + std::to_string(ids.size()) + ", expected 1 to " +
                                          std::to_string(room) + " after the " + std::to_string(cache.length) +
                                          " before them");
  }
  for (std::size_t t = 0; t < ids.size(); ++t) {
    if (ids[t] >= 0 && static_cast<std::size_t>(ids[t]) < config.vocab_size) continue;
    throw Error(Code::token_range, "token " + std::to_string(t) + ": found id " + std::to_string(ids[t]) +
                                       ", expected 0 to " + std::to_string(config.vocab_size - 1));
  }
}

/// The first rows of a buffer that may have grown for a longer run.
MatrixView<float> rows(Matrix& buffer, std::size_t count) { return view(buffer).sub_rows(0, count); }

/// Both are whole buffers of one shape, without gaps between rows.
void accumulate(MatrixView<const float> y, MatrixView<float> x) { add(y.data, x.rows * x.cols, x.data); }

}  // namespace

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

void Transformer::forward(std::span<const std::int32_t> ids, Cache& cache, Workspace& work, Probe& probe,
                          MatrixView<float> logits) const {
  check(config_, ids, cache);
  const std::size_t tokens = ids.size();
  const std::size_t past = cache.length;
  const std::size_t keys = past + tokens;
  work.reserve(config_, tokens, cache.capacity, probe);
  const MatrixView<float> x = rows(work.x, tokens);
  const MatrixView<float> normed = rows(work.normed, tokens);
  const MatrixView<float> out = rows(work.out, tokens);
  const MatrixView<float> rotation = rows(work.rotation, tokens);

  embedding(weights_.embed, ids, x);
  probe.visit(Station::embed, 0, x);
  if (weights_.pos_embed.data != nullptr) {
    learned_positions(weights_.pos_embed, past, out);
    probe.visit(Station::pos_embed, 0, out);
    accumulate(out, x);
  }
  rotary_rows(config_.rotary_frequencies, past, rotation);

  for (std::size_t l = 0; l < config_.n_layers; ++l) {
    const BlockWeights& block = weights_.blocks[l];
    const Site site{probe, l};
    site.visit(Station::resid_pre, x);

    norm(block.attn_norm, x, normed);
    const AttentionSpace space = {rows(cache.keys[l], keys),
                                  rows(cache.values[l], keys),
                                  past,
                                  rotation,
                                  rows(work.q, tokens),
                                  rows(work.z, tokens),
                                  work.attention(site, tokens, keys),
                                  work.results(site, tokens)};
    multi_head_attention(block.attn, normed, space, site, out);
    site.visit(Station::attn_out, out);
    accumulate(out, x);
    site.visit(Station::resid_mid, x);

    norm(block.mlp_norm, x, normed);
    feed_forward(block.mlp, normed, rows(work.hidden, tokens), site, out);
    site.visit(Station::mlp_out, out);
    accumulate(out, x);
    site.visit(Station::resid_post, x);
  }

  norm(weights_.final_norm, x, normed);
  probe.visit(Station::ln_final, 0, normed);
  multiply(normed.sub_rows(tokens - logits.rows, logits.rows), weights_.unembed, logits);
  probe.visit(Station::logits, 0, logits);
  cache.length = keys;
}

}  // namespace attn
