#pragma once

#include "models/family.hpp"

/// The Llama family: RMS norms before attention and feed-forward layer, rotary positions paired by halves, heads of
/// keys and values shared by groups of queries, SwiGLU. Touvron et al. 2023, LLaMA, section 2.2.
namespace attn {

/// Hugging Face's `LlamaConfig`. `rope_scaling` (in newer files `rope_parameters`, with `rope_theta` in it) may be of
/// type default, linear (Chen et al. 2023, section 2.3) or llama3.
Config llama_config(const Json& json);
Weights llama_weights(const Config& config, WeightReader& reader);

}  // namespace attn
