#pragma once

#include "models/family.hpp"

/// The Transformer of Vaswani et al. 2017, section 3: an encoder, and a decoder that attends to it. Its tensors are
/// those of PyTorch's `torch.nn.Transformer` under `transformer.`, beside `src_embed`, `tgt_embed` and `generator`.
namespace attn {

/// The keys are the arguments of `torch.nn.Transformer` (d_model, nhead, num_encoder_layers, num_decoder_layers,
/// dim_feedforward, activation, layer_norm_eps, norm_first, bias) beside vocab_size, max_position_embeddings;
/// position_embedding_type: sinusoidal (section 3.5) or learned (`src_pos`, `tgt_pos`); scale_embedding: embeddings
/// times sqrt(d_model) (section 3.4); share_embeddings: one table for both languages; tie_word_embeddings: the target's
/// is the head too; generator_bias.
Config encoder_decoder_config(const Json& json);
Weights encoder_decoder_weights(const Config& config, WeightReader& reader);

}  // namespace attn
