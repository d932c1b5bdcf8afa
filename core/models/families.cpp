#include <string>

#include "models/family.hpp"
#include "models/gpt2.hpp"
#include "models/llama.hpp"
#include "tensor/error.hpp"

namespace attn {
namespace {

constexpr Family kFamilies[] = {
    {"gpt2", gpt2_config, gpt2_weights},
    {"llama", llama_config, llama_weights},
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
