#include "models/parts.hpp"

#include <algorithm>

#include "models/family.hpp"

namespace attn {

Norm PartReader::norm(const std::string& name) const {
  const bool older = read_.has(name + ".gamma");
  const float* gain = read_.vector(name + (older ? ".gamma" : ".weight"), config_.d_model);
  const bool biased = config_.norm_kind == NormKind::layer && config_.norm_bias;
  const float* bias = biased ? read_.vector(name + (older ? ".beta" : ".bias"), config_.d_model) : nullptr;
  return {gain, bias, config_.norm_epsilon, config_.norm_kind};
}

Linear PartReader::map(const std::string& name, std::size_t in, std::size_t out, bool biased) const {
  return {read_.transposed_weight(name + ".weight", out, in), biased ? read_.vector(name + ".bias", out) : nullptr};
}

BlockWeights PartReader::block(const BlockNames& names, const std::string& at) const {
  const Config& c = config_;
  const std::size_t queries = c.n_heads * c.d_head, keys = c.n_kv_heads * c.d_head;
  BlockWeights block;
  block.attn_norm = norm(at + names.attn_norm);
  block.attn = {c.n_heads,
                c.n_kv_heads,
                map(at + names.q, c.d_model, queries, c.qkv_bias),
                map(at + names.k, c.d_model, keys, c.qkv_bias),
                map(at + names.v, c.d_model, keys, c.qkv_bias),
                map(at + names.o, queries, c.d_model, c.attn_bias)};
  block.mlp_norm = norm(at + names.mlp_norm);
  block.mlp = {map(at + names.up, c.d_model, c.d_mlp, c.mlp_bias), map(at + names.down, c.d_mlp, c.d_model, c.mlp_bias),
               c.activation};
  if (names.gate != nullptr) block.mlp.gate = map(at + names.gate, c.d_model, c.d_mlp, c.mlp_bias);
  return block;
}

Linear PartReader::classifier(const std::string& name) const {
  const std::size_t found = std::max<std::size_t>(read_.first_axis(name + ".weight"), 1);
  return map(name, config_.d_model, config_.n_labels > 0 ? config_.n_labels : found, true);
}

void PartReader::ignore(std::initializer_list<std::string> names) const {
  for (const std::string& name : names) read_.ignore(name);
}

void read_sizes(const Json& json, Config& config) {
  config.n_layers = config_size(json, "num_hidden_layers", 1, 256);
  config.d_model = config_size(json, "hidden_size", 1, 16384);
  config.n_heads = config_size(json, "num_attention_heads", 1, 1024);
  config.n_kv_heads = config.n_heads;
  config.d_mlp = config_size(json, "intermediate_size", 1, 1 << 17);
}

std::size_t label_count(const Json& json) {
  constexpr std::size_t kMostLabels = 1 << 20;
  const Json* names = config_value(json, "id2label");
  if (names != nullptr && names->kind == Json::Kind::object && !names->object.empty()) return names->object.size();
  return config_value(json, "num_labels") == nullptr ? 0 : config_size(json, "num_labels", 1, kMostLabels);
}

void check_heads(const Config& config, std::string_view heads_key, std::string_view width_key) {
  if (config.d_model % config.n_heads == 0) return;
  refuse_config(heads_key, "found " + std::to_string(config.n_heads) + ", expected a divisor of " +
                               std::string(width_key) + " = " + std::to_string(config.d_model));
}

}  // namespace attn
