#include "models/vit.hpp"

#include <array>
#include <string>

#include "models/parts.hpp"

namespace attn {
namespace {

constexpr BlockNames kBlock = {"attention.attention.query",
                               "attention.attention.key",
                               "attention.attention.value",
                               "attention.output.dense",
                               "layernorm_before",
                               "intermediate.dense",
                               "output.dense",
                               "layernorm_after"};

Config image_config(const Json& json, std::size_t class_tokens) {
  Config c;
  read_sizes(json, c);
  check_heads(c, "num_attention_heads", "hidden_size");
  c.d_head = c.d_model / c.n_heads;
  c.image.side = config_size(json, "image_size", 1, 4096, 224);
  c.image.patch = config_size(json, "patch_size", 1, c.image.side, 16);
  c.image.channels = config_size(json, "num_channels", 1, 64, 3);
  if (c.image.side % c.image.patch != 0) {
    refuse_config("patch_size", "found " + std::to_string(c.image.patch) +
                                    ", expected a divisor of image_size = " + std::to_string(c.image.side));
  }
  c.n_ctx = c.image.patches() + class_tokens;
  c.n_labels = label_count(json);
  c.norm_epsilon = static_cast<float>(config_number(json, "layer_norm_eps", 1e-12, 1.0, 1e-12));
  c.activation = activation_named(json, "hidden_act", "gelu");
  c.causal = false;
  c.qkv_bias = config_switch(json, "qkv_bias", true);
  c.attn_bias = c.mlp_bias = true;
  return c;
}

/// `names` are the class tokens, which lie one after the other before the patches.
template <std::size_t Count>
StackWeights image_stack(const Config& c, WeightReader& read, const std::string& root,
                         const std::array<const char*, Count>& names) {
  const PartReader part(c, read);
  const std::string at = root + "embeddings.", patches = at + "patch_embeddings.projection.";
  const std::size_t d = c.d_model, side = c.image.patch;
  StackWeights stack;
  for (const char* name : names) {
    const MatrixView<const float> token = read.matrix(at + name, std::array<std::size_t, 3>{1, 1, d});
    stack.class_tokens = {name == names.front() ? token.data : stack.class_tokens.data, stack.class_tokens.rows + 1, d};
  }
  stack.patches = {read.transposed_weight(patches + "weight", std::array{d, c.image.channels, side, side}),
                   read.vector(patches + "bias", d)};
  stack.pos_embed = read.matrix(at + "position_embeddings", std::array<std::size_t, 3>{1, c.n_ctx, d});
  for (std::size_t l = 0; l < c.n_layers; ++l) {
    stack.blocks.push_back(part.block(kBlock, root + "encoder.layer." + std::to_string(l) + "."));
  }
  stack.final_norm = part.norm(root + "layernorm");
  part.ignore({root + "pooler.dense.weight", root + "pooler.dense.bias", at + "mask_token"});
  return stack;
}

/// Checkpoints saved with their head on carry the family's name before each name of the stack.
std::string root_of(const WeightReader& read, const std::string& family) {
  return read.has(family + ".embeddings.cls_token") ? family + "." : "";
}

Head head_of(const Config& c, WeightReader& read, const std::string& name) {
  Head head;
  if (!read.has(name + ".weight")) return head;
  head.kind = HeadKind::sequence;
  head.out = PartReader(c, read).classifier(name);
  return head;
}

}  // namespace

Config vit_config(const Json& json) { return image_config(json, 1); }

Weights vit_weights(const Config& c, WeightReader& read) {
  Weights w;
  w.stack = image_stack(c, read, root_of(read, "vit"), std::array{"cls_token"});
  w.head = head_of(c, read, "classifier");
  return w;
}

Config deit_config(const Json& json) { return image_config(json, 2); }

Weights deit_weights(const Config& c, WeightReader& read) {
  Weights w;
  w.stack = image_stack(c, read, root_of(read, "deit"), std::array{"cls_token", "distillation_token"});
  const bool two = read.has("distillation_classifier.weight");
  w.head = head_of(c, read, two ? "cls_classifier" : "classifier");
  if (two) w.head.second = PartReader(c, read).classifier("distillation_classifier");
  return w;
}

}  // namespace attn
