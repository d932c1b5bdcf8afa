#pragma once

#include <cstdint>
#include <vector>

#include "models/sampling.hpp"
#include "models/transformer.hpp"

namespace attn {

/// One text being continued, token by token, over a cache of its own that grows with it. When the context is full, its
/// older half is dropped and the newer half read again; beside an encoder, the text ends there.
class Generation {
 public:
  /// Keeps a reference to the model. Throws what forward and Sampler throw; argument_range for a model that does not
  /// continue texts. `probe` carries edits.
  Generation(const Transformer& model, Prompt prompt, const SamplingOptions& options, Probe probe);

  /// Throws context_length where a text has come to its end.
  Sample step();

 private:
  void read();

  const Transformer& model_;
  Prompt prompt_;       // its ids are what the context holds
  std::size_t unread_;  // how many of them, at the end, the cache does not hold yet
  Sampler sampler_;
  Probe probe_;
  Cache cache_;
  Workspace workspace_;
  Vector logits_;
};

}  // namespace attn
