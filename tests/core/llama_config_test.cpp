#include "kernels/activation.hpp"
#include "model_support.hpp"

namespace attn::test {
namespace {

/// A whole config with more members (which may repeat none of these).
std::string config_with(const std::string& members) {
  return R"({"model_type":"llama","vocab_size":31,"hidden_size":12,"num_hidden_layers":2,"intermediate_size":20,)"
         R"("max_position_embeddings":2048)" +
         members + "}";
}
std::string more(const std::string& members) { return config_with(",\"num_attention_heads\":3," + members); }
std::string bent(const std::string& from, const std::string& to) {
  std::string text = config_with(",\"num_attention_heads\":3");
  return text.replace(text.find(from), from.size(), to);
}
std::string rope(const std::string& members) { return more("\"rope_scaling\":{" + members + "}"); }
std::string bands(const std::string& members) {
  return rope(R"("rope_type":"llama3","original_max_position_embeddings":8192,)" + members);
}

TEST(LlamaConfig, HasTheStandardsOfTheFamily) {
  const Config c = read_config(config_with(R"(,"num_attention_heads":3)"));
  EXPECT_EQ(c.family, "llama");
  EXPECT_EQ(c.n_layers, 2U);
  EXPECT_EQ(c.n_heads, 3U);
  EXPECT_EQ(c.n_kv_heads, 3U);
  EXPECT_EQ(c.d_model, 12U);
  EXPECT_EQ(c.d_head, 4U);
  EXPECT_EQ(c.d_mlp, 20U);
  EXPECT_EQ(c.n_ctx, 2048U);
  EXPECT_EQ(c.vocab_size, 31U);
  EXPECT_EQ(c.norm_epsilon, 1e-6F);
  EXPECT_EQ(c.activation, silu);
  EXPECT_TRUE(c.gated);
  EXPECT_FALSE(c.attn_bias || c.mlp_bias || c.tied);
  ASSERT_EQ(c.rotary_frequencies.size(), 2U);
  EXPECT_EQ(c.rotary_frequencies[0], 1.0);
  EXPECT_NEAR(c.rotary_frequencies[1], 0.01, 1e-15);
}

TEST(LlamaConfig, ReadsWhatItNames) {
  const Config c = read_config(more(
      R"("num_key_value_heads":1,"head_dim":8,"rms_norm_eps":0.1,"hidden_act":"gelu","attention_bias":true,)"
      R"("mlp_bias":true,"tie_word_embeddings":true,"rope_theta":16,"rope_scaling":{"type":"linear","factor":4})"));
  EXPECT_EQ(c.n_kv_heads, 1U);
  EXPECT_EQ(c.d_head, 8U);
  EXPECT_EQ(c.norm_epsilon, 0.1F);
  EXPECT_EQ(c.activation, gelu_erf);
  EXPECT_TRUE(c.attn_bias && c.mlp_bias && c.tied);
  ASSERT_EQ(c.rotary_frequencies.size(), 4U);
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_NEAR(c.rotary_frequencies[i], std::pow(2.0, -static_cast<double>(i)) / 4.0, 1e-15);
  }
}

struct Refusal {
  const char* what;
  std::string text;
  const char* names;  ///< what the message must say
};

class LlamaConfigRefusalTest : public testing::TestWithParam<Refusal> {};

INSTANTIATE_TEST_SUITE_P(
    Sizes, LlamaConfigRefusalTest,
    testing::Values(
        Refusal{"no_layers", bent("num_hidden_layers", "n_layer"), "num_hidden_layers: missing, expected 1 to 256"},
        Refusal{"too_many_layers", bent("\"num_hidden_layers\":2", "\"num_hidden_layers\":257"),
                "num_hidden_layers: found 257, expected 1 to 256"},
        Refusal{"no_width", bent("hidden_size", "n_embd"), "hidden_size: missing"},
        Refusal{"absurd_width", bent("12", "1e12"), "hidden_size: found 1000000000000"},
        Refusal{"no_inner", bent("intermediate_size", "n_inner"), "intermediate_size: missing"},
        Refusal{"absurd_inner", bent("20", "131073"), "intermediate_size: found 131073, expected 1 to 131072"},
        Refusal{"no_context", bent("max_position_embeddings", "n_ctx"), "max_position_embeddings: missing"},
        Refusal{"absurd_context", bent("2048", "131073"),
                "max_position_embeddings: found 131073, expected 1 to 131072"},
        Refusal{"no_vocabulary", bent("vocab_size", "vocab"), "vocab_size: missing"},
        Refusal{"absurd_vocabulary", bent("31", "1048577"), "vocab_size: found 1048577"},
        Refusal{"no_heads", config_with(""), "num_attention_heads: missing"},
        Refusal{"half_a_head", bent("_heads\":3", "_heads\":1.5"), "num_attention_heads: found 1.5"},
        Refusal{"too_many_heads", bent("_heads\":3", "_heads\":1025"), "num_attention_heads: found 1025"},
        Refusal{"odd_heads", bent("_heads\":3", "_heads\":5"),
                "num_attention_heads: found 5, expected a divisor of hidden_size = 12, or a head_dim"},
        Refusal{"more_key_heads", more("\"num_key_value_heads\":4"), "num_key_value_heads: found 4, expected 1 to 3"},
        Refusal{"no_key_heads", more("\"num_key_value_heads\":0"), "num_key_value_heads: found 0, expected 1 to 3"},
        Refusal{"odd_key_heads", more("\"num_key_value_heads\":2"),
                "num_key_value_heads: found 2, expected a divisor of num_attention_heads = 3"},
        Refusal{"odd_head", more("\"head_dim\":3"), "head_dim: found 3, expected an even number"},
        Refusal{"odd_head_unsaid", bent("_heads\":3", "_heads\":4"), "head_dim: found 3, expected an even number"},
        Refusal{"absurd_head", more("\"head_dim\":4097"), "head_dim: found 4097, expected 1 to 4096"}),
    [](const auto& test) { return std::string(test.param.what); });

INSTANTIATE_TEST_SUITE_P(
    Choices, LlamaConfigRefusalTest,
    testing::Values(
        Refusal{"epsilon", more("\"rms_norm_eps\":0"), "rms_norm_eps: found 0"},
        Refusal{"activation", more("\"hidden_act\":\"relu6\""),
                "hidden_act: found \"relu6\", expected one of gelu_new"},
        Refusal{"activation_no_text", more("\"hidden_act\":1"), "hidden_act: found no text"},
        Refusal{"bias_no_switch", more("\"attention_bias\":1"),
                "attention_bias: found neither, expected true or false"},
        Refusal{"mlp_bias_no_switch", more("\"mlp_bias\":\"no\""), "mlp_bias: found neither"},
        Refusal{"tied_no_switch", more("\"tie_word_embeddings\":0"), "tie_word_embeddings: found neither"},
        Refusal{"theta", more("\"rope_theta\":0.5"), "rope_theta: found 0.5"},
        Refusal{"partial", more("\"partial_rotary_factor\":0.5"), "partial_rotary_factor: found 0.5, expected 1 to 1"},
        Refusal{"rope_no_object", more("\"rope_scaling\":2"), "rope_scaling: found no object"},
        Refusal{"rope_nothing", rope(""), "rope_scaling.rope_type: found \"\""},
        Refusal{"rope_no_text", rope("\"type\":1"), "rope_scaling.type: found no text"},
        Refusal{"rope_unknown", rope("\"rope_type\":\"yarn\",\"factor\":2"),
                "rope_scaling.rope_type: found \"yarn\", expected one of default, linear, llama3"},
        Refusal{"rope_older", rope("\"type\":\"dynamic\",\"factor\":2"), "rope_scaling.type: found \"dynamic\""},
        Refusal{"rope_newer", more(R"("rope_parameters":{"rope_type":"longrope"})"),
                "rope_parameters.rope_type: found \"longrope\""},
        Refusal{"newer_theta", more(R"("rope_parameters":{"rope_theta":"much"})"),
                "rope_parameters.rope_theta: found no number"},
        Refusal{"newer_partial", more(R"("rope_parameters":{"partial_rotary_factor":0.25})"),
                "rope_parameters.partial_rotary_factor: found 0.25"},
        Refusal{"no_factor", rope("\"rope_type\":\"linear\""), "rope_scaling.factor: missing"},
        Refusal{"factor", rope("\"rope_type\":\"linear\",\"factor\":0"), "rope_scaling.factor: found 0, expected 1 to"},
        Refusal{"bands_no_factor", bands("\"low_freq_factor\":1,\"high_freq_factor\":4"),
                "rope_scaling.factor: missing"},
        Refusal{"bands_no_low", bands("\"factor\":8,\"high_freq_factor\":4"), "rope_scaling.low_freq_factor: missing"},
        Refusal{"bands_no_high", bands("\"factor\":8,\"low_freq_factor\":1"), "rope_scaling.high_freq_factor: missing"},
        Refusal{"bands_crossed", bands("\"factor\":8,\"low_freq_factor\":4,\"high_freq_factor\":4"),
                "rope_scaling.high_freq_factor: found 4, expected more than low_freq_factor = 4"},
        Refusal{"bands_no_context", rope(R"("rope_type":"llama3","factor":8,"low_freq_factor":1,"high_freq_factor":4)"),
                "rope_scaling.original_max_position_embeddings: missing"}),
    [](const auto& test) { return std::string(test.param.what); });

TEST_P(LlamaConfigRefusalTest, NamesTheCulprit) {
  EXPECT_EQ(code_of([] { read_config(GetParam().text); }), "config_invalid");
  const std::string message = message_of([] { read_config(GetParam().text); });
  EXPECT_NE(message.find(GetParam().names), std::string::npos) << message;
}

std::string code_for(const Folder& folder) {
  return code_of([&] { Model(folder.config, folder.weights); });
}
std::string message_for(const Folder& folder) {
  return message_of([&] { Model(folder.config, folder.weights); });
}

TEST(LlamaWeights, AMissingTensorIsNamed) {
  for (const char* name : {"model.embed_tokens.weight", "model.layers.1.self_attn.q_proj.weight",
                           "model.layers.0.mlp.gate_proj.weight", "model.norm.weight", "lm_head.weight"}) {
    Folder folder("llama_f32");
    const std::string quoted = "\"" + std::string(name) + "\"";
    folder.with_header(quoted, "\"other\"");
    EXPECT_EQ(code_for(folder), "tensor_missing");
    EXPECT_EQ(message_for(folder).find("weight " + quoted + ": not in the file, expected ("), 0U);
  }
}

/// Two weights (out, in) that are not square: a transposed one does not pass.
TEST(LlamaWeights, AMisShapedTensorIsNamed) {
  Folder keys("llama_f32"), up("llama_f32");
  EXPECT_EQ(message_for(keys.with_header("[8,16]", "[16,8]")),
            "weight \"model.layers.0.self_attn.k_proj.weight\": found (16, 8), expected (8, 16)");
  EXPECT_EQ(message_for(up.with_header("[19,16]", "[16,19]")),
            "weight \"model.layers.0.mlp.gate_proj.weight\": found (16, 19), expected (19, 16)");
  EXPECT_EQ(code_for(up), "tensor_shape");
}

TEST(LlamaWeights, OfAnotherConfigAreRefused) {
  struct Row {
    const char *folder, *from, *to, *code;
  };
  const Row rows[] = {
      {"llama_f32", "\"num_hidden_layers\": 2", "\"num_hidden_layers\": 3", "tensor_missing"},
      {"llama_f32", "\"num_hidden_layers\": 2", "\"num_hidden_layers\": 1", "tensor_unexpected"},
      {"llama_f32", "\"num_key_value_heads\": 2", "\"num_key_value_heads\": 1", "tensor_shape"},
      {"llama_f32", "\"intermediate_size\": 19", "\"intermediate_size\": 18", "tensor_shape"},
      {"llama_f32", "\"hidden_act\"", "\"head_dim\": 6, \"hidden_act\"", "tensor_shape"},
      {"llama_f32", "\"hidden_act\"", "\"attention_bias\": true, \"hidden_act\"", "tensor_missing"},
      {"llama_f32", "\"hidden_act\"", "\"mlp_bias\": true, \"hidden_act\"", "tensor_missing"},
      {"llama_bf16", "\"attention_bias\": true", "\"attention_bias\": false", "tensor_unexpected"},
      {"llama_bf16", "\"mlp_bias\": true", "\"mlp_bias\": false", "tensor_unexpected"},
      {"llama_bands", "\"hidden_act\"", "\"tie_word_embeddings\": true, \"hidden_act\"", "none"},
  };
  for (const Row& row : rows) {
    Folder folder(row.folder);
    EXPECT_EQ(code_for(folder.with_config(row.from, row.to)), row.code) << row.to;
  }
}

/// Logits of a folder with its weights kept in a format.
std::vector<float> logits_of(const Folder& folder, WeightFormat format) {
  Model model(folder.config, folder.weights, format);
  Probe silent = model.transformer().probe();
  const attn::Run run = model.run(kIds, false, silent);
  return {run.logits.begin(), run.logits.end()};
}

TEST(LlamaWeights, AsBytesTakeLessAndGiveNearlyTheSame) {
  const std::pair<const char*, double> cases[] = {{"llama_f32", 0.5}, {"llama_f16", 0.75}, {"llama_bf16", 0.75}};
  for (const auto& [name, most] : cases) {
    const Folder folder(name);
    const Model numbers(folder.config, folder.weights), bytes(folder.config, folder.weights, WeightFormat::bytes);
    EXPECT_EQ(bytes.transformer().parameters(), numbers.transformer().parameters());
    const auto size = [](const Model& model) { return static_cast<double>(model.transformer().weight_bytes()); };
    EXPECT_LT(size(bytes), most * size(numbers));
    const std::vector<float> expected = logits_of(folder, WeightFormat::numbers);
    const std::vector<float> found = logits_of(folder, WeightFormat::bytes);
    EXPECT_TRUE(close(found, expected, 0.05)) << name;
    EXPECT_NE(found, expected);
  }
}

/// Weights of torch's Linear are (out, in), so the scales of a file's bytes, one an output, belong to its rows.
TEST(LlamaWeights, BytesInTheFileHaveAScaleARow) {
  constexpr std::size_t kRows = 8, kCols = 16;
  Folder folder("llama_f32"), in_bytes("llama_f32");
  std::vector<float> scales(kRows), numbers(kRows * kCols);
  Bytes bytes(numbers.size());
  for (std::size_t i = 0; i < kRows; ++i) scales[i] = 0.5F + 0.1F * static_cast<float>(i);
  for (std::size_t n = 0; n < bytes.size(); ++n) {
    const int level = n % kCols == 0 ? 127 : static_cast<int>(n * 37 % 255) - 127;
    bytes[n] = static_cast<std::uint8_t>(level);
    numbers[n] = static_cast<float>(level) * (scales[n / kCols] / 127.0F);
  }
  const std::string name = "model.layers.1.self_attn.k_proj.";
  folder.replace_tensor(name + "weight", "F32", "8,16", bytes_of(numbers));
  in_bytes.replace_tensor(name + "weight", "I8", "8,16", bytes);
  EXPECT_EQ(code_for(in_bytes), "tensor_missing");
  in_bytes.replace_tensor(name + "SCB", "F32", "8", bytes_of(scales));
  EXPECT_TRUE(close(logits_of(in_bytes, WeightFormat::numbers), logits_of(folder, WeightFormat::numbers), 1e-3));
}

}  // namespace
}  // namespace attn::test
