#pragma once

#include "models/family.hpp"

/// Encoders of images: square patches as tokens behind a class token, learned positions, norms before the layers, a
/// classifier on the class token. Dosovitskiy et al. 2021, section 3.1.
namespace attn {

/// Hugging Face's `ViTConfig`.
Config vit_config(const Json& json);
Weights vit_weights(const Config& config, WeightReader& reader);

/// `DeiTConfig`: with a second class token, taught by another network; logits are the mean of two classifiers where
/// there are two. Touvron et al. 2021, Training data-efficient image transformers, section 4.
Config deit_config(const Json& json);
Weights deit_weights(const Config& config, WeightReader& reader);

}  // namespace attn
