#include "models/config.hpp"

#include "allocation.hpp"
#include "kernels/activation.hpp"
#include "model_support.hpp"

namespace attn::test {
namespace {

/// A whole config with one more member (which may repeat none of these).
std::string config_with(const std::string& members) {
  return R"({"model_type":"gpt2","vocab_size":31,"n_positions":16,"n_embd":12,"n_layer":2)" + members + "}";
}

Config read(const std::string& members) { return read_config(config_with(members)); }
std::string code_for(const std::string& text) {
  return code_of([&] { read_config(text); });
}

TEST(Config, HasTheStandardsOfTheFamily) {
  const Config c = read(R"(,"n_head":3)");
  EXPECT_EQ(c.d_mlp, 48U);
  EXPECT_EQ(c.norm_epsilon, 1e-5F);
  EXPECT_EQ(c.activation, gelu_tanh);
}

TEST(Config, TreatsNullAsAbsent) {
  const Config c = read(R"(,"n_head":3,"n_inner":null,"layer_norm_epsilon":null)");
  EXPECT_EQ(c.d_mlp, 48U);
  EXPECT_EQ(c.norm_epsilon, 1e-5F);
}

TEST(Config, KnowsTheActivationsByHuggingFacesNames) {
  const std::pair<const char*, Activation> rows[] = {
      {"gelu_new", gelu_tanh}, {"gelu_pytorch_tanh", gelu_tanh}, {"gelu", gelu_erf}, {"silu", silu}, {"swish", silu}};
  for (const auto& [name, activation] : rows) {
    EXPECT_EQ(read(",\"n_head\":3,\"activation_function\":\"" + std::string(name) + "\"").activation, activation);
  }
}

TEST(Config, PassesOverWhatItDoesNotKnow) {
  EXPECT_EQ(code_for(config_with(R"(,"n_head":3,"architectures":["GPT2LMHeadModel"],"attention_playground":{"a":1})")),
            "none");
}

struct Refusal {
  const char* what;
  std::string text;
  const char* code;
  const char* names;  ///< what the message must say
};

class ConfigRefusalTest : public testing::TestWithParam<Refusal> {};

std::string bent(const std::string& from, const std::string& to) {
  std::string text = config_with(R"(,"n_head":3)");
  return text.replace(text.find(from), from.size(), to);
}
std::string more(const std::string& member) { return config_with(R"(,"n_head":3,)" + member); }

INSTANTIATE_TEST_SUITE_P(
    All, ConfigRefusalTest,
    testing::Values(
        Refusal{"empty", "", "config_invalid", "byte 0"}, Refusal{"no_json", "{", "config_invalid", "byte 1"},
        Refusal{"list", "[]", "config_invalid", "model_type: missing"},
        Refusal{"no_type", "{}", "config_invalid", "model_type: missing"},
        Refusal{"type_no_text", bent("\"gpt2\"", "2"), "config_invalid", "model_type: missing, expected a text"},
        Refusal{"unknown_family", bent("gpt2", "mamba"), "family_unknown",
                "found \"mamba\", expected one of gpt2, llama"},
        Refusal{"no_width", bent("n_embd", "n_emb"), "config_invalid", "n_embd: missing"},
        Refusal{"text_for_width", bent("12", "\"12\""), "config_invalid", "n_embd: found no number"},
        Refusal{"zero_layers", bent("\"n_layer\":2", "\"n_layer\":0"), "config_invalid",
                "n_layer: found 0, expected 1 to 256"},
        Refusal{"negative_layers", bent("\"n_layer\":2", "\"n_layer\":-2"), "config_invalid", "n_layer: found -2"},
        Refusal{"half_a_layer", bent("\"n_layer\":2", "\"n_layer\":1.5"), "config_invalid",
                "found 1.5, expected a whole number"},
        Refusal{"too_many_layers", bent("\"n_layer\":2", "\"n_layer\":257"), "config_invalid", "n_layer: found 257"},
        Refusal{"absurd_width", bent("12", "1e12"), "config_invalid", "n_embd: found 1000000000000"},
        Refusal{"infinite_width", bent("12", "1e999"), "config_invalid", "n_embd: found infinity"},
        Refusal{"absurd_context", bent("16", "131073"), "config_invalid",
                "n_positions: found 131073, expected 1 to 131072"},
        Refusal{"absurd_vocabulary", bent("31", "1048577"), "config_invalid", "vocab_size: found 1048577"},
        Refusal{"odd_heads", bent("\"n_head\":3", "\"n_head\":5"), "config_invalid",
                "n_head: found 5, expected a divisor of n_embd = 12"},
        Refusal{"too_many_heads", bent("\"n_head\":3", "\"n_head\":24"), "config_invalid",
                "n_head: found 24, expected 1 to 12"},
        Refusal{"absurd_inner", more("\"n_inner\":131073"), "config_invalid", "n_inner: found 131073"},
        Refusal{"epsilon", more("\"layer_norm_epsilon\":0"), "config_invalid", "layer_norm_epsilon: found 0"},
        Refusal{"activation", more("\"activation_function\":\"relu6\""), "config_invalid",
                "activation_function: found \"relu6\", expected one of gelu_new"},
        Refusal{"activation_no_text", more("\"activation_function\":1"), "config_invalid", "activation_function"},
        Refusal{"untied", more("\"tie_word_embeddings\":false"), "config_invalid",
                "tie_word_embeddings: expected true"},
        Refusal{"unscaled", more("\"scale_attn_weights\":false"), "config_invalid",
                "scale_attn_weights: expected true"},
        Refusal{"layer_scaled", more("\"scale_attn_by_inverse_layer_idx\":true"), "config_invalid", "expected false"},
        Refusal{"cross", more("\"add_cross_attention\":true"), "config_invalid",
                "add_cross_attention: expected false"}),
    [](const auto& test) { return std::string(test.param.what); });

TEST_P(ConfigRefusalTest, HasItsCodeAndNamesTheCulprit) {
  EXPECT_EQ(code_for(GetParam().text), GetParam().code);
  const std::string message = message_of([] { read_config(GetParam().text); });
  EXPECT_NE(message.find(GetParam().names), std::string::npos) << message;
}

/// The largest sizes that a config may name: the file does not hold such weights, and nothing was taken for them.
TEST(Config, AbsurdSizesAreRefusedBeforeAnythingIsAllocated) {
  const Folder folder("gpt2_f32");
  const std::string config =
      R"({"model_type":"gpt2","vocab_size":1048576,"n_positions":131072,"n_embd":16384,"n_layer":256,"n_head":1})";
  const Allocations before;
  EXPECT_EQ(code_of([&] { Model(config, folder.weights); }), "tensor_shape");
  EXPECT_LT(before.bytes_since(), 200'000U);
}

}  // namespace
}  // namespace attn::test
