#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "layers/feed_forward.hpp"

namespace attn {

/// What a config.json says, in the field's words. Sizes are checked against bounds before anything is built on them.
struct Config {
  std::string family;
  std::size_t n_layers = 0;
  std::size_t n_heads = 0;
  std::size_t n_kv_heads = 0;  ///< divides n_heads
  std::size_t d_model = 0;
  std::size_t d_head = 0;  ///< n_heads * d_head need not be d_model
  std::size_t d_mlp = 0;
  std::size_t n_ctx = 0;
  std::size_t vocab_size = 0;
  float norm_epsilon = 1e-5F;
  Activation activation = nullptr;
  bool gated = false;                      ///< the feed-forward layer is a gated linear unit
  bool attn_bias = false;                  ///< the maps of attention have biases
  bool mlp_bias = false;                   ///< those of the feed-forward layer have
  bool tied = false;                       ///< the embedding is the head too
  std::vector<double> rotary_frequencies;  ///< (d_head / 2), by which queries and keys turn; empty where nothing does
};

/// Reads a config.json. Throws config_invalid (no JSON, a key missing or out of range), family_unknown.
Config read_config(std::string_view json);

}  // namespace attn
