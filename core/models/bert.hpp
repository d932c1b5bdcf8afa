#pragma once

#include "models/family.hpp"

/// Encoders that were taught to fill gaps: norms after the sums, learned positions, GELU by the error function. A head
/// for masked tokens, for a text (behind the first token), for every token, or none.
namespace attn {

/// Hugging Face's `BertConfig`: with token types, and a pooler between the first token and its classifier. Devlin et
/// al. 2019, BERT, section 3.
Config bert_config(const Json& json);
Weights bert_weights(const Config& config, WeightReader& reader);

/// `DistilBertConfig`: without either. Sanh et al. 2019, section 3.
Config distilbert_config(const Json& json);
Weights distilbert_weights(const Config& config, WeightReader& reader);

}  // namespace attn
