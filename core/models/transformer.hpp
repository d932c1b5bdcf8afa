#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "models/config.hpp"
#include "models/weights.hpp"
#include "models/workspace.hpp"
#include "probe/probe.hpp"

namespace attn {

/// A decoder-only Transformer: its config and its weights, which never change. What changes from run to run (cache,
/// workspace, probe) is handed in.
class Transformer {
 public:
  /// Reads a Hugging Face folder's two files (safetensors: F32, F16 or BF16, weights also I8), the second one piece by
  /// piece. Everything is checked before the weights are allocated. Throws what read_config, Safetensors and
  /// WeightReader throw, and memory_limit.
  Transformer(std::string_view config_json, ByteSource safetensors, WeightFormat format);
  Transformer(const Transformer&) = delete;
  Transformer& operator=(const Transformer&) = delete;

  const Config& config() const { return config_; }
  std::size_t parameters() const { return parameters_; }
  std::size_t weight_bytes() const { return block_.size() * sizeof(float); }
  Probe probe() const {
    return Probe(config_.n_layers, config_.n_heads, config_.n_kv_heads, weights_.pos_embed.data != nullptr);
  }

  /// Runs the tokens that follow those in the cache and adds them to it. logits (n, vocab) are of the last n tokens.
  /// Throws token_range; context_length for no tokens, or more than n_ctx or the cache has room for.
  void forward(std::span<const std::int32_t> ids, Cache& cache, Workspace& workspace, Probe& probe,
               MatrixView<float> logits) const;

 private:
  Config config_;
  std::size_t parameters_ = 0;
  Vector block_;     // all weights, of every form
  Weights weights_;  // views of block_
};

}  // namespace attn
