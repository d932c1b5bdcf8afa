#pragma once

#include "models/family.hpp"

/// The GPT-2 family: pre-norm, fused query-key-value map, learned positions, tied head. Radford et al. 2019,
/// section 2.3.
namespace attn {

Config gpt2_config(const Json& json);
Weights gpt2_weights(const Config& config, WeightReader& reader);

}  // namespace attn
