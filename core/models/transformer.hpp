#pragma once

#include <span>
#include <string_view>

#include "models/config.hpp"
#include "models/input.hpp"
#include "models/weights.hpp"
#include "models/workspace.hpp"
#include "probe/probe.hpp"

namespace attn {

/// A Transformer: a stack of blocks that is a decoder or an encoder, or a decoder with an encoder beside it. Its config
/// and its weights never change; what changes from run to run (cache, workspace, probe) is handed in.
class Transformer {
 public:
  /// Reads a Hugging Face folder's two files (safetensors: F32, F16 or BF16, weights also I8), the second one piece by
  /// piece. Everything is checked before the weights are allocated. Throws what read_config, Safetensors and
  /// WeightReader throw, and memory_limit.
  Transformer(std::string_view config_json, ByteSource safetensors, WeightFormat format);
  Transformer(const Transformer&) = delete;
  Transformer& operator=(const Transformer&) = delete;

  const Config& config() const { return config_; }
  HeadKind head() const { return weights_.head.kind; }
  /// Numbers in a row of logits: the vocabulary, the labels, or none without a head.
  std::size_t outputs() const { return weights_.outputs(); }
  /// Rows of logits that a run over so many tokens has.
  std::size_t logit_rows(std::size_t tokens) const { return head() == HeadKind::sequence ? 1 : tokens; }
  std::size_t parameters() const { return parameters_; }
  std::size_t weight_bytes() const { return block_.size() * sizeof(float); }
  Probe probe() const;

  /// Runs the tokens that follow those in the cache and adds them to it; a source is read with the first of them.
  /// logits (n, outputs) are of the last n tokens, or (1, outputs) where the head reads the class token. Throws what
  /// check_input throws.
  void forward(const Input& input, Cache& cache, Workspace& workspace, Probe& probe, MatrixView<float> logits) const;

 private:
  struct Pass;
  PassSize size_of(const Pass& pass, const Cache& cache, Probe& probe) const;
  void encode(const Input& input, Cache& cache, Workspace& work, Probe& probe) const;
  void run_stack(const Pass& pass, const Input& input, Cache& cache, Workspace& work, Probe& probe) const;
  void embed(const Pass& pass, const Input& input, Workspace& work, Site site) const;
  void make_logits(MatrixView<float> x, Workspace& work, Site site, MatrixView<float> logits) const;

  Config config_;
  std::size_t parameters_ = 0;
  Vector block_;     // all weights, of every form
  Weights weights_;  // views of block_
};

}  // namespace attn
