#include "models/gpt2.hpp"

#include <string>

#include "models/parts.hpp"

namespace attn {
namespace {

/// Refuses options that would change the arithmetic in ways that this forward pass does not follow.
void refuse_other_arithmetic(const Json& json) {
  struct Row {
    const char* key;
    bool expected;
  };
  for (const Row& row : {Row{"scale_attn_weights", true}, Row{"scale_attn_by_inverse_layer_idx", false},
                         Row{"add_cross_attention", false}, Row{"tie_word_embeddings", true}}) {
    const Json* value = json.find(row.key);
    if (value == nullptr || (value->kind == Json::Kind::boolean && value->boolean == row.expected)) continue;
    refuse_config(row.key, std::string("expected ") + (row.expected ? "true" : "false") + " for the family gpt2");
  }
}

/// Map `n` of a fused affine map.
Linear fused_map(const std::vector<Weight>& weights, const float* biases, std::size_t n) {
  return {weights[n], biases == nullptr ? nullptr : biases + n * weights[n].cols()};
}

}  // namespace

Config gpt2_config(const Json& json) {
  refuse_other_arithmetic(json);
  Config c;
  c.n_layers = config_size(json, "n_layer", 1, 256);
  c.d_model = config_size(json, "n_embd", 1, 16384);
  c.n_heads = config_size(json, "n_head", 1, c.d_model);
  c.n_kv_heads = c.n_heads;
  c.n_ctx = config_size(json, "n_positions", 1, 1 << 17);
  c.vocab_size = config_size(json, "vocab_size", 1, 1 << 20);
  c.d_mlp = config_size(json, "n_inner", 1, 1 << 17, 4 * c.d_model);
  c.norm_epsilon = static_cast<float>(config_number(json, "layer_norm_epsilon", 1e-12, 1.0, 1e-5));
  c.activation = activation_named(json, "activation_function", "gelu_new");
  check_heads(c, "n_head", "n_embd");
  c.d_head = c.d_model / c.n_heads;
  c.qkv_bias = c.attn_bias = c.mlp_bias = c.tied = true;
  return c;
}

Weights gpt2_weights(const Config& c, WeightReader& read) {
  const PartReader part(c, read);
  const auto map = [&](const std::string& name, std::size_t in, std::size_t out) {
    return Linear{read.weights(name + ".weight", in, out).front(), read.vector(name + ".bias", out)};
  };
  // Checkpoints saved with their head on carry a prefix and the tied head once more.
  const std::string root = read.has("transformer.wte.weight") ? "transformer." : "";
  read.ignore("lm_head.weight");

  Weights w;
  w.stack.embed = read.transposed_weight(root + "wte.weight", c.vocab_size, c.d_model);
  w.stack.pos_embed = read.matrix(root + "wpe.weight", c.n_ctx, c.d_model);
  for (std::size_t l = 0; l < c.n_layers; ++l) {
    const std::string at = root + "h." + std::to_string(l) + ".";
    read.ignore(at + "attn.bias");  // the causal mask, kept as a buffer by older checkpoints
    read.ignore(at + "attn.masked_bias");
    BlockWeights block;
    block.attn_norm = part.norm(at + "ln_1");
    const std::vector<Weight> qkv = read.weights(at + "attn.c_attn.weight", c.d_model, c.d_model, 3);
    const float* biases = read.vector(at + "attn.c_attn.bias", 3 * c.d_model);
    block.attn = {c.n_heads,
                  c.n_kv_heads,
                  fused_map(qkv, biases, 0),
                  fused_map(qkv, biases, 1),
                  fused_map(qkv, biases, 2),
                  map(at + "attn.c_proj", c.d_model, c.d_model)};
    block.mlp_norm = part.norm(at + "ln_2");
    const Linear up = map(at + "mlp.c_fc", c.d_model, c.d_mlp);
    block.mlp = {up, map(at + "mlp.c_proj", c.d_mlp, c.d_model), c.activation};
    w.stack.blocks.push_back(block);
  }
  w.stack.final_norm = part.norm(root + "ln_f");
  w.head.kind = HeadKind::next_token;
  w.head.out = {w.stack.embed};
  return w;
}

}  // namespace attn
