#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "layers/feed_forward.hpp"

namespace attn {

/// What a config.json says, in the field's words. Sizes are checked against bounds before anything is built on them.
struct Config {
  std::string family;
  std::size_t n_layers = 0;
  std::size_t n_heads = 0;
  std::size_t d_model = 0;
  std::size_t d_mlp = 0;
  std::size_t n_ctx = 0;
  std::size_t vocab_size = 0;
  float norm_epsilon = 1e-5F;
  Activation activation = nullptr;

  std::size_t d_head() const { return d_model / n_heads; }
};

/// Reads a config.json. Throws config_invalid (no JSON, a key missing or out of range), family_unknown.
Config read_config(std::string_view json);

}  // namespace attn
