#pragma once

#include <string>

#include "io/json.hpp"
#include "models/weights.hpp"

/// What the rows of most families are made of: maps that lie as (out, in), norms, blocks whose tensors have other names
/// and the same meaning.
namespace attn {

/// Names of a block's tensors, behind the block's own name, without `.weight` and `.bias`.
struct BlockNames {
  const char* q;
  const char* k;
  const char* v;
  const char* o;
  const char* attn_norm;
  const char* up;
  const char* down;
  const char* mlp_norm;
  const char* gate = nullptr;  ///< of gated feed-forward layers
};

class PartReader {
 public:
  PartReader(const Config& config, WeightReader& reader) : config_(config), read_(reader) {}

  /// A norm of d_model; a layer norm's tensors are `weight` and `bias`, in older checkpoints `gamma` and `beta`.
  Norm norm(const std::string& name) const;
  Linear map(const std::string& name, std::size_t in, std::size_t out, bool biased) const;
  BlockWeights block(const BlockNames& names, const std::string& at) const;
  /// The last map of a classifier: as many outputs as the config counts labels, or as the file has.
  Linear classifier(const std::string& name) const;
  /// Tensors that checkpoints carry and nobody needs.
  void ignore(std::initializer_list<std::string> names) const;

 private:
  const Config& config_;
  WeightReader& read_;
};

/// Sizes that most configs spell alike: num_hidden_layers, hidden_size, num_attention_heads, intermediate_size.
/// Throws config_invalid.
void read_sizes(const Json& json, Config& config);

/// Labels as `id2label` or `num_labels` counts them; 0 where neither stands.
std::size_t label_count(const Json& json);

/// Throws config_invalid unless heads divide the width; messages call them by their keys.
void check_heads(const Config& config, std::string_view heads_key, std::string_view width_key);

}  // namespace attn
