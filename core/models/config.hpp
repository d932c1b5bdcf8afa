#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "layers/feed_forward.hpp"
#include "layers/norm.hpp"

namespace attn {

/// The images that a model reads, square, and the square patches that it cuts them into.
struct ImageSize {
  std::size_t side = 0;  ///< in pixels; 0 for a model that reads no images
  std::size_t patch = 0;
  std::size_t channels = 0;

  std::size_t patches() const { return (side / patch) * (side / patch); }
};

/// What a config.json says, in the field's words. Sizes are checked against bounds before anything is built on them.
struct Config {
  std::string family;
  std::string architecture;          ///< the first of `architectures`, or none
  std::size_t n_layers = 0;          ///< of the only stack, or of the decoder
  std::size_t n_encoder_layers = 0;  ///< of the encoder beside a decoder; 0 where there is none
  std::size_t n_heads = 0;
  std::size_t n_kv_heads = 0;  ///< divides n_heads
  std::size_t d_model = 0;
  std::size_t d_head = 0;  ///< n_heads * d_head need not be d_model
  std::size_t d_mlp = 0;
  std::size_t n_ctx = 0;
  std::size_t vocab_size = 0;
  std::size_t n_segments = 0;  ///< token types; 0 where there are none
  std::size_t n_labels = 0;    ///< of a classifier, as the config counts them; 0 where it does not
  ImageSize image;
  bool causal = true;        ///< a token sees those before it alone: it can be continued
  bool norm_first = true;    ///< before each layer, instead of after each sum
  float embed_scale = 1.0F;  ///< factor on the embedding of a token
  float norm_epsilon = 1e-5F;
  Activation activation = nullptr;
  bool gated = false;  ///< the feed-forward layer is a gated linear unit
  NormKind norm_kind = NormKind::layer;
  bool norm_bias = true;                   ///< layer norms have biases
  bool qkv_bias = false;                   ///< the maps to queries, keys and values have
  bool attn_bias = false;                  ///< attention's last map has
  bool mlp_bias = false;                   ///< the maps of the feed-forward layer have
  bool head_bias = false;                  ///< the head has
  bool tied = false;                       ///< the embedding is the head too
  bool shared_embeddings = false;          ///< encoder and decoder have one embedding
  std::vector<double> rotary_frequencies;  ///< (d_head / 2), by which queries and keys turn; empty where nothing does
  std::vector<double> sinusoidal_frequencies;  ///< (d_model / 2), of positions that are added; empty where none are
};

/// Reads a config.json. Throws config_invalid (no JSON, a key missing or out of range), family_unknown.
Config read_config(std::string_view json);

}  // namespace attn
