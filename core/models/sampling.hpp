#pragma once

#include <cstdint>
#include <random>
#include <span>
#include <vector>

namespace attn {

struct SamplingOptions {
  float temperature = 1.0F;  ///< 0 is greedy
  std::size_t top_k = 0;     ///< keep the k likeliest; 0 keeps all
  float top_p = 1.0F;        ///< keep the likeliest whose probabilities reach p (Holtzman et al. 2020, section 3.1)
  std::uint64_t seed = 0;
};

struct Sample {
  std::int32_t id = 0;
  float probability = 0.0F;  ///< share of the distribution that it was drawn from
};

/// Draws tokens. The same seed, logits and build give the same tokens everywhere: the generator is the standard's
/// (mt19937_64), its numbers become floats here, equal logits are ordered by id.
class Sampler {
 public:
  /// Throws argument_range.
  explicit Sampler(const SamplingOptions& options);

  Sample draw(std::span<const float> logits);

 private:
  SamplingOptions options_;
  std::mt19937_64 random_;
  std::vector<float> probs_;
  std::vector<std::int32_t> order_;
};

}  // namespace attn
