#pragma once

#include <cstdint>
#include <vector>

#include "models/sampling.hpp"
#include "models/transformer.hpp"

namespace attn {

/// One text being continued, token by token, over a cache of its own that grows with it. When the context is full, its
/// older half is dropped and the newer half read again.
class Generation {
 public:
  /// Keeps a reference to the model. Throws what forward and Sampler throw. `probe` carries edits.
  Generation(const Transformer& model, std::vector<std::int32_t> prompt, const SamplingOptions& options, Probe probe);

  Sample step();

 private:
  void read();

  const Transformer& model_;
  std::vector<std::int32_t> ids_;  // what the context holds
  std::size_t unread_;             // how many of them, at the end, the cache does not hold yet
  Sampler sampler_;
  Probe probe_;
  Cache cache_;
  Workspace workspace_;
  Vector logits_;
};

}  // namespace attn
