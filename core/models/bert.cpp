#include "models/bert.hpp"

#include <string>

#include "kernels/activation.hpp"
#include "kernels/elementwise.hpp"
#include "models/parts.hpp"

namespace attn {
namespace {

constexpr BlockNames kBertBlock = {
    "attention.self.query",       "attention.self.key", "attention.self.value", "attention.output.dense",
    "attention.output.LayerNorm", "intermediate.dense", "output.dense",         "output.LayerNorm"};
constexpr BlockNames kDistilbertBlock = {"attention.q_lin", "attention.k_lin", "attention.v_lin", "attention.out_lin",
                                         "sa_layer_norm",   "ffn.lin1",        "ffn.lin2",        "output_layer_norm"};

/// tanh(x) = softcap(x) at 1.
void hyperbolic_tangent(float* x, std::size_t count) { softcap(1.0F, count, x); }

bool ends_in(const std::string& text, std::string_view end) {
  return text.size() >= end.size() && text.compare(text.size() - end.size(), end.size(), end) == 0;
}

void read_encoder(const Json& json, Config& c, std::string_view heads_key, std::string_view width_key) {
  c.n_ctx = config_size(json, "max_position_embeddings", 1, 1 << 17);
  c.vocab_size = config_size(json, "vocab_size", 1, 1 << 20);
  c.n_labels = label_count(json);
  check_heads(c, heads_key, width_key);
  c.d_head = c.d_model / c.n_heads;
  c.causal = c.norm_first = false;
  c.qkv_bias = c.attn_bias = c.mlp_bias = true;
}

/// The last map of a head for masked tokens: the embedding, unless the config unties them and the file has its own.
Linear masked_out(const Config& c, WeightReader& read, const Weight& embed, const std::string& weight,
                  const std::string& bias) {
  if (c.tied) read.ignore(weight);
  return {c.tied ? embed : read.transposed_weight(weight, c.vocab_size, c.d_model), read.vector(bias, c.vocab_size)};
}

/// Maps every token to labels, or to the start and the end of an answer; false where the file has neither.
bool read_token_head(const PartReader& part, const WeightReader& read, Head& head) {
  for (const char* name : {"classifier", "qa_outputs"}) {
    if (!read.has(std::string(name) + ".weight")) continue;
    head.kind = HeadKind::token;
    head.out = part.classifier(name);
    return true;
  }
  return false;
}

Head bert_head(const Config& c, WeightReader& read, const PartReader& part, const std::string& root,
               const Weight& embed) {
  Head head;
  const std::string masked = "cls.predictions.", dense = masked + "transform.dense";
  if (read.has(dense + ".weight")) {
    head.kind = HeadKind::masked_token;
    head.transform = part.map(dense, c.d_model, c.d_model, true);
    head.activation = c.activation;
    head.norm = part.norm(masked + "transform.LayerNorm");
    const std::string later = masked + "decoder.bias";
    const bool own = read.has(masked + "bias");
    head.out = masked_out(c, read, embed, masked + "decoder.weight", own ? masked + "bias" : later);
    part.ignore({later, "cls.seq_relationship.weight", "cls.seq_relationship.bias"});
  }
  const bool pooled = read.has(root + "pooler.dense.weight") && !ends_in(c.architecture, "ForTokenClassification");
  if (head.kind == HeadKind::none && pooled && read.has("classifier.weight")) {
    head.kind = HeadKind::sequence;
    head.transform = part.map(root + "pooler.dense", c.d_model, c.d_model, true);
    head.activation = hyperbolic_tangent;
    head.out = part.classifier("classifier");
    return head;
  }
  part.ignore({root + "pooler.dense.weight", root + "pooler.dense.bias"});
  if (head.kind == HeadKind::none) read_token_head(part, read, head);
  return head;
}

Head distilbert_head(const Config& c, WeightReader& read, const PartReader& part, const Weight& embed) {
  Head head;
  if (read.has("vocab_transform.weight")) {
    head.kind = HeadKind::masked_token;
    head.transform = part.map("vocab_transform", c.d_model, c.d_model, true);
    head.activation = c.activation;
    head.norm = part.norm("vocab_layer_norm");
    head.out = masked_out(c, read, embed, "vocab_projector.weight", "vocab_projector.bias");
  } else if (read.has("pre_classifier.weight")) {
    head.kind = HeadKind::sequence;
    head.transform = part.map("pre_classifier", c.d_model, c.d_model, true);
    head.activation = relu;
    head.out = part.classifier("classifier");
  } else {
    read_token_head(part, read, head);
  }
  return head;
}

/// Checkpoints saved with their head on carry the family's name before each name of the stack.
std::string root_of(const WeightReader& read, const std::string& family) {
  return read.has(family + ".embeddings.word_embeddings.weight") ? family + "." : "";
}

void read_embeddings(const Config& c, WeightReader& read, const PartReader& part, const std::string& at,
                     StackWeights& stack) {
  stack.embed = read.transposed_weight(at + "word_embeddings.weight", c.vocab_size, c.d_model);
  stack.pos_embed = read.matrix(at + "position_embeddings.weight", c.n_ctx, c.d_model);
  stack.embed_norm = part.norm(at + "LayerNorm");
  part.ignore({at + "position_ids"});
}

}  // namespace

Config bert_config(const Json& json) {
  Config c;
  read_sizes(json, c);
  c.n_segments = config_size(json, "type_vocab_size", 1, 1024, 2);
  c.norm_epsilon = static_cast<float>(config_number(json, "layer_norm_eps", 1e-12, 1.0, 1e-12));
  c.activation = activation_named(json, "hidden_act", "gelu");
  c.tied = config_switch(json, "tie_word_embeddings", true);
  for (const char* key : {"is_decoder", "add_cross_attention"}) {
    if (config_switch(json, key)) refuse_config(key, "found true, expected false for the family bert");
  }
  const std::string positions = config_text(json, "position_embedding_type", "absolute");
  if (positions != "absolute") {
    refuse_config("position_embedding_type", "found \"" + positions + "\", expected \"absolute\"");
  }
  read_encoder(json, c, "num_attention_heads", "hidden_size");
  return c;
}

Weights bert_weights(const Config& c, WeightReader& read) {
  const PartReader part(c, read);
  const std::string root = root_of(read, "bert"), at = root + "embeddings.";
  Weights w;
  read_embeddings(c, read, part, at, w.stack);
  w.stack.segments = read.matrix(at + "token_type_embeddings.weight", c.n_segments, c.d_model);
  for (std::size_t l = 0; l < c.n_layers; ++l) {
    w.stack.blocks.push_back(part.block(kBertBlock, root + "encoder.layer." + std::to_string(l) + "."));
  }
  w.head = bert_head(c, read, part, root, w.stack.embed);
  return w;
}

Config distilbert_config(const Json& json) {
  Config c;
  c.n_layers = config_size(json, "n_layers", 1, 256);
  c.d_model = config_size(json, "dim", 1, 16384);
  c.n_heads = c.n_kv_heads = config_size(json, "n_heads", 1, 1024);
  c.d_mlp = config_size(json, "hidden_dim", 1, 1 << 17);
  c.norm_epsilon = 1e-12F;
  c.activation = activation_named(json, "activation", "gelu");
  c.tied = config_switch(json, "tie_word_embeddings", true);
  read_encoder(json, c, "n_heads", "dim");
  return c;
}

Weights distilbert_weights(const Config& c, WeightReader& read) {
  const PartReader part(c, read);
  const std::string root = root_of(read, "distilbert");
  Weights w;
  read_embeddings(c, read, part, root + "embeddings.", w.stack);
  for (std::size_t l = 0; l < c.n_layers; ++l) {
    w.stack.blocks.push_back(part.block(kDistilbertBlock, root + "transformer.layer." + std::to_string(l) + "."));
  }
  w.head = distilbert_head(c, read, part, w.stack.embed);
  return w;
}

}  // namespace attn
