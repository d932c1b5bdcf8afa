#include "models/llama.hpp"

#include <string>

#include "models/parts.hpp"
#include "position/rotary.hpp"
#include "tensor/text.hpp"

namespace attn {
namespace {

constexpr BlockNames kBlock = {"self_attn.q_proj", "self_attn.k_proj",         "self_attn.v_proj",
                               "self_attn.o_proj", "input_layernorm",          "mlp.up_proj",
                               "mlp.down_proj",    "post_attention_layernorm", "mlp.gate_proj"};

/// How far each pair of a head turns from one position to the next.
std::vector<double> rotary_of(const Json& json, std::size_t d_head) {
  const bool newer = config_value(json, "rope_parameters") != nullptr;
  const std::string at = newer ? "rope_parameters" : "rope_scaling";
  const Json* rope = config_value(json, at);
  if (rope != nullptr && rope->kind != Json::Kind::object) refuse_config(at, "found no object, expected null or one");
  const auto number = [&](const char* key, double minimum, double maximum, double standard = kNoStandard) {
    return config_number(json, at + "." + key, minimum, maximum, standard);
  };
  number("partial_rotary_factor", 1.0, 1.0, config_number(json, "partial_rotary_factor", 1.0, 1.0, 1.0));
  const double theta = config_number(json, "rope_theta", 1.0, 1e12, 10000.0);
  std::vector<double> turns = frequencies(d_head, number("rope_theta", 1.0, 1e12, theta));
  const bool older = rope != nullptr && rope->find("rope_type") == nullptr && rope->find("type") != nullptr;
  const std::string key = at + (older ? ".type" : ".rope_type");
  const std::string type = config_text(json, key, newer || rope == nullptr ? "default" : "");
  if (type == "linear") {
    const double factor = number("factor", 1.0, 1e6);
    for (double& f : turns) f /= factor;
  } else if (type == "llama3") {
    const double low = number("low_freq_factor", 1e-6, 1e6);
    const double high = number("high_freq_factor", 1e-6, 1e6);
    if (!(low < high)) {
      refuse_config(at + ".high_freq_factor",
                    "found " + number_text(high) + ", expected more than low_freq_factor = " + number_text(low));
    }
    slow_down({number("factor", 1.0, 1e6), low, high, number("original_max_position_embeddings", 1.0, 1 << 30)}, turns);
  } else if (type != "default") {
    refuse_config(key, "found \"" + type + "\", expected one of default, linear, llama3");
  }
  return turns;
}

}  // namespace

Config llama_config(const Json& json) {
  Config c;
  read_sizes(json, c);
  c.n_kv_heads = config_size(json, "num_key_value_heads", 1, c.n_heads, c.n_heads);
  if (c.n_heads % c.n_kv_heads != 0) {
    refuse_config("num_key_value_heads",
                  "found " + std::to_string(c.n_kv_heads) +
                      ", expected a divisor of num_attention_heads = " + std::to_string(c.n_heads));
  }
  if (config_value(json, "head_dim") == nullptr && c.d_model % c.n_heads != 0) {
    refuse_config("num_attention_heads", "found " + std::to_string(c.n_heads) +
                                             ", expected a divisor of hidden_size = " + std::to_string(c.d_model) +
                                             ", or a head_dim");
  }
  c.d_head = config_size(json, "head_dim", 1, 4096, c.d_model / c.n_heads);
  if (c.d_head % 2 != 0) {
    refuse_config("head_dim", "found " + std::to_string(c.d_head) + ", expected an even number, to be turned in pairs");
  }
  c.n_ctx = config_size(json, "max_position_embeddings", 1, 1 << 17);
  c.vocab_size = config_size(json, "vocab_size", 1, 1 << 20);
  c.norm_epsilon = static_cast<float>(config_number(json, "rms_norm_eps", 1e-12, 1.0, 1e-6));
  c.activation = activation_named(json, "hidden_act", "silu");
  c.gated = true;
  c.norm_kind = NormKind::rms;
  c.qkv_bias = c.attn_bias = config_switch(json, "attention_bias");
  c.mlp_bias = config_switch(json, "mlp_bias");
  c.tied = config_switch(json, "tie_word_embeddings");
  c.rotary_frequencies = rotary_of(json, c.d_head);
  return c;
}

Weights llama_weights(const Config& c, WeightReader& read) {
  const PartReader part(c, read);
  Weights w;
  w.stack.embed = read.transposed_weight("model.embed_tokens.weight", c.vocab_size, c.d_model);
  for (std::size_t l = 0; l < c.n_layers; ++l) {
    const std::string at = "model.layers." + std::to_string(l) + ".";
    part.ignore({at + "self_attn.rotary_emb.inv_freq"});  // the frequencies, kept as a buffer by older checkpoints
    w.stack.blocks.push_back(part.block(kBlock, at));
  }
  w.stack.final_norm = part.norm("model.norm");
  w.head.kind = HeadKind::next_token;
  if (c.tied) part.ignore({"lm_head.weight"});
  w.head.out = c.tied ? Linear{w.stack.embed} : part.map("lm_head", c.d_model, c.vocab_size, false);
  return w;
}

}  // namespace attn
