#include <string>

#include "models/bert.hpp"
#include "models/encoder_decoder.hpp"
#include "models/family.hpp"
#include "models/gpt2.hpp"
#include "models/llama.hpp"
#include "models/vit.hpp"
#include "tensor/error.hpp"

namespace attn {
namespace {

constexpr Family kFamilies[] = {
    {"gpt2", gpt2_config, gpt2_weights},
    {"llama", llama_config, llama_weights},
    {"bert", bert_config, bert_weights},
    {"distilbert", distilbert_config, distilbert_weights},
    {"vit", vit_config, vit_weights},
    {"deit", deit_config, deit_weights},
    {"transformer", encoder_decoder_config, encoder_decoder_weights},
};

}  // namespace

const Family& family(std::string_view model_type) {
  std::string known;
  for (const Family& row : kFamilies) {
    if (row.model_type == model_type) return row;
    known += (known.empty() ? "" : ", ") + std::string(row.model_type);
  }
  throw Error(Code::family_unknown,
              "config.json: model_type: found \"" + std::string(model_type) + "\", expected one of " + known);
}

}  // namespace attn
