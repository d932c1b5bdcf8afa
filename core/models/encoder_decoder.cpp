#include "models/encoder_decoder.hpp"

#include <cmath>
#include <string>

#include "models/parts.hpp"
#include "position/rotary.hpp"

namespace attn {
namespace {

constexpr double kSinusoidalBase = 10000.0;

/// Queries, keys and values of `torch.nn.MultiheadAttention` lie in one tensor (3 d_model, d_model).
MultiHeadAttention attention_of(const Config& c, WeightReader& read, const std::string& at) {
  const std::vector<Weight> qkv = read.transposed_weights(at + "in_proj_weight", c.d_model, c.d_model, 3);
  const float* bias = c.qkv_bias ? read.vector(at + "in_proj_bias", 3 * c.d_model) : nullptr;
  const auto part = [&](std::size_t n) { return Linear{qkv[n], bias == nullptr ? nullptr : bias + n * c.d_model}; };
  return {c.n_heads, c.n_kv_heads, part(0),
          part(1),   part(2),      PartReader(c, read).map(at + "out_proj", c.d_model, c.d_model, c.attn_bias)};
}

BlockWeights block_of(const Config& c, WeightReader& read, const std::string& at, bool attends_across) {
  const PartReader part(c, read);
  BlockWeights block;
  block.attn_norm = part.norm(at + "norm1");
  block.attn = attention_of(c, read, at + "self_attn.");
  if (attends_across) {
    block.cross_norm = part.norm(at + "norm2");
    block.cross = attention_of(c, read, at + "multihead_attn.");
  }
  block.mlp_norm = part.norm(at + (attends_across ? "norm3" : "norm2"));
  block.mlp = {part.map(at + "linear1", c.d_model, c.d_mlp, c.mlp_bias),
               part.map(at + "linear2", c.d_mlp, c.d_model, c.mlp_bias), c.activation};
  return block;
}

}  // namespace

Config encoder_decoder_config(const Json& json) {
  Config c;
  c.n_encoder_layers = config_size(json, "num_encoder_layers", 1, 256);
  c.n_layers = config_size(json, "num_decoder_layers", 1, 256);
  c.d_model = config_size(json, "d_model", 1, 16384);
  c.n_heads = c.n_kv_heads = config_size(json, "nhead", 1, 1024);
  check_heads(c, "nhead", "d_model");
  c.d_head = c.d_model / c.n_heads;
  c.d_mlp = config_size(json, "dim_feedforward", 1, 1 << 17, 2048);
  c.n_ctx = config_size(json, "max_position_embeddings", 1, 1 << 17);
  c.vocab_size = config_size(json, "vocab_size", 1, 1 << 20);
  c.norm_epsilon = static_cast<float>(config_number(json, "layer_norm_eps", 1e-12, 1.0, 1e-5));
  c.activation = activation_named(json, "activation", "relu");
  c.norm_first = config_switch(json, "norm_first");
  c.qkv_bias = c.attn_bias = c.mlp_bias = c.norm_bias = config_switch(json, "bias", true);
  if (config_switch(json, "scale_embedding", true)) c.embed_scale = std::sqrt(static_cast<float>(c.d_model));
  c.shared_embeddings = config_switch(json, "share_embeddings");
  c.tied = config_switch(json, "tie_word_embeddings");
  c.head_bias = config_switch(json, "generator_bias");
  const std::string positions = config_text(json, "position_embedding_type", "sinusoidal");
  const bool sinusoidal = positions == "sinusoidal";
  if (!sinusoidal && positions != "learned") {
    refuse_config("position_embedding_type", "found \"" + positions + "\", expected one of sinusoidal, learned");
  }
  if (sinusoidal && c.d_model % 2 != 0) {
    refuse_config("d_model", "found " + std::to_string(c.d_model) + ", expected an even number, for sines and cosines");
  }
  if (sinusoidal) c.sinusoidal_frequencies = frequencies(c.d_model, kSinusoidalBase);
  return c;
}

Weights encoder_decoder_weights(const Config& c, WeightReader& read) {
  const PartReader part(c, read);
  const auto table = [&](const char* name) { return read.transposed_weight(name, c.vocab_size, c.d_model); };
  Weights w;
  w.encoder.embed = table("src_embed.weight");
  w.stack.embed = c.shared_embeddings ? w.encoder.embed : table("tgt_embed.weight");
  if (c.sinusoidal_frequencies.empty()) {
    w.encoder.pos_embed = read.matrix("src_pos.weight", c.n_ctx, c.d_model);
    w.stack.pos_embed = read.matrix("tgt_pos.weight", c.n_ctx, c.d_model);
  }
  const auto fill = [&](StackWeights& stack, const std::string& at, std::size_t layers, bool attends_across) {
    for (std::size_t l = 0; l < layers; ++l) {
      stack.blocks.push_back(block_of(c, read, at + "layers." + std::to_string(l) + ".", attends_across));
    }
    stack.final_norm = part.norm(at + "norm");
  };
  fill(w.encoder, "transformer.encoder.", c.n_encoder_layers, false);
  fill(w.stack, "transformer.decoder.", c.n_layers, true);
  w.head.kind = HeadKind::next_token;
  w.head.out = {c.tied ? w.stack.embed : table("generator.weight"),
                c.head_bias ? read.vector("generator.bias", c.vocab_size) : nullptr};
  return w;
}

}  // namespace attn
