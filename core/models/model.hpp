#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string_view>
#include <utility>

#include "models/generation.hpp"
#include "models/transformer.hpp"

namespace attn {

/// What one run gives beside what its probe recorded.
struct Run {
  Matrix
      logits;  ///< (tokens, outputs), (1, outputs) of the last token or the class token, or (tokens, 0) without a head
  Vector probs;  ///< softmax of the last row of logits, (outputs)
};

/// A model that a visitor opened: its transformer, the memory its runs work in, and the texts it is continuing.
class Model {
 public:
  /// Throws what Transformer's constructor throws.
  Model(std::string_view config_json, ByteSource safetensors, WeightFormat format = WeightFormat::numbers)
      : transformer_(config_json, std::move(safetensors), format) {}
  Model(std::string_view config_json, std::span<const std::uint8_t> safetensors,
        WeightFormat format = WeightFormat::numbers)
      : Model(config_json, source_of(safetensors), format) {}

  const Transformer& transformer() const { return transformer_; }

  /// One forward pass over a text from its start, or over an image. Throws what forward throws.
  Run run(const Input& input, bool last_only, Probe& probe);

  /// Begins to continue a text; several may be under way. Returns its handle. Throws what Generation throws.
  int begin(Prompt prompt, const SamplingOptions& options, Probe probe);

  /// The next token. Throws generation_unknown.
  Sample step(int handle);

  void end(int handle) { generations_.erase(handle); }

 private:
  Transformer transformer_;
  Cache cache_;
  Workspace workspace_;
  std::map<int, Generation> generations_;
  int next_handle_ = 1;
};

}  // namespace attn
