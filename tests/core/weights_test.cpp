#include "allocation.hpp"
#include "model_support.hpp"

namespace attn::test {
namespace {

std::string code_for(const Folder& folder) {
  return code_of([&] { Model(folder.config, folder.weights); });
}
std::string message_for(const Folder& folder) {
  return message_of([&] { Model(folder.config, folder.weights); });
}

TEST(Weights, AMissingTensorIsNamed) {
  Folder folder("gpt2_f32");
  folder.with_header("\"h.1.attn.c_attn.weight\"", "\"h.1.attn.c_attn.wait\"");
  EXPECT_EQ(code_for(folder), "tensor_missing");
  EXPECT_EQ(message_for(folder), "weight \"h.1.attn.c_attn.weight\": not in the file, expected (12, 36)");
}

TEST(Weights, AnExtraTensorIsNamed) {
  Folder folder("gpt2_f32");
  folder.with_header("{", "{\"h.2.ln_1.weight\":{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[0,0]},");
  EXPECT_EQ(code_for(folder), "tensor_unexpected");
  EXPECT_NE(message_for(folder).find("\"h.2.ln_1.weight\""), std::string::npos) << message_for(folder);
}

TEST(Weights, AMisShapedTensorIsNamed) {
  Folder folder("gpt2_f32");
  folder.with_header("[12,36]", "[36,12]");
  EXPECT_EQ(code_for(folder), "tensor_shape");
  EXPECT_EQ(message_for(folder), "weight \"h.0.attn.c_attn.weight\": found (36, 12), expected (12, 36)");
}

TEST(Weights, ATensorOfAnotherRankIsRefused) {
  Folder flat("gpt2_f32"), deep("gpt2_f32");
  EXPECT_EQ(code_for(flat.with_header("[12,36]", "[432]")), "tensor_shape");
  EXPECT_EQ(code_for(deep.with_header("[12,36]", "[12,36,1]")), "tensor_shape");
}

TEST(Weights, ATypeThatCannotBeReadIsRefusedByName) {
  Folder folder("gpt2_f32");
  folder.replace_tensor("h.0.attn.c_attn.weight", "F64", "12,36", Bytes(12 * 36 * 8));
  EXPECT_EQ(code_for(folder), "tensor_dtype");
  EXPECT_EQ(message_for(folder), "weight \"h.0.attn.c_attn.weight\": found F64, expected F32, F16, BF16 or I8");
}

/// The causal mask and its filling, which older checkpoints carry as buffers.
TEST(Weights, ATensorThatIsNotReadMayBeOfAnyType) {
  Folder folder("gpt2_f32");
  const std::vector<float> before = Tiny(folder).logits(kIds);
  folder.replace_tensor("h.0.attn.bias", "BOOL", "1,1,16,16", Bytes(256, 1));
  folder.replace_tensor("h.1.attn.bias", "U8", "1,1,16,16", Bytes(256, 1));
  folder.replace_tensor("h.1.attn.masked_bias", "I64", "", Bytes(8, 0xFF));
  EXPECT_EQ(Tiny(folder).logits(kIds), before);
}

TEST(Weights, AWeightThatIsNotFiniteIsNamed) {
  for (const std::uint8_t fraction : {0x80, 0xC0}) {  // the last F32: infinity, then NaN
    Folder folder("gpt2_f32");
    folder.weights[folder.weights.size() - 1] = 0x7F;
    folder.weights[folder.weights.size() - 2] = fraction;
    folder.weights[folder.weights.size() - 3] = folder.weights[folder.weights.size() - 4] = 0;
    EXPECT_EQ(code_for(folder), "tensor_not_finite");
    EXPECT_NE(message_for(folder).find("tensor \"ln_f.bias\""), std::string::npos) << message_for(folder);
  }
}

TEST(Weights, ATruncatedFileIsRefused) {
  Folder folder("gpt2_f32");
  folder.weights.pop_back();
  EXPECT_EQ(code_for(folder), "file_truncated");
}

TEST(Weights, OfAnotherConfigAreRefused) {
  const std::pair<const char*, const char*> changes[] = {{"\"n_embd\": 12", "\"n_embd\": 14"},
                                                         {"\"vocab_size\": 31", "\"vocab_size\": 30"},
                                                         {"\"n_positions\": 16", "\"n_positions\": 17"},
                                                         {"\"n_inner\": null", "\"n_inner\": 24"}};
  for (const auto& [from, to] : changes) {
    Folder folder("gpt2_f32");
    EXPECT_EQ(code_for(folder.with_config(from, to)), "tensor_shape") << to;
  }
  Folder deeper("gpt2_f32"), shallower("gpt2_f32");
  EXPECT_EQ(code_for(deeper.with_config("\"n_layer\": 2", "\"n_layer\": 3")), "tensor_missing");
  EXPECT_EQ(code_for(shallower.with_config("\"n_layer\": 2", "\"n_layer\": 1")), "tensor_unexpected");
}

/// The tiny model with a vocabulary of 100,000: its old embedding takes the place of a head, which is not read.
Folder with_large_vocabulary() {
  constexpr std::size_t kBytes = 100'000 * 12 * sizeof(float);
  Folder folder("gpt2_f32");
  const std::size_t end = folder.weights.size() - 8 - folder.header().size();
  folder.weights.resize(folder.weights.size() + kBytes);
  folder.with_header("\"wte.weight\"", "\"lm_head.weight\"");
  folder.with_header("{", "{" + entry_text("wte.weight", "F32", "100000,12", end, end + kBytes) + ",");
  folder.with_config("\"vocab_size\": 31", "\"vocab_size\": 100000");
  return folder;
}

TEST(Weights, AreCopiedOnceAndOnlyWhenEveryTensorWasFound) {
  constexpr std::size_t kNamesAndShapes = 200'000;
  Folder folder = with_large_vocabulary();
  const Allocations loading;
  const std::size_t weights = Model(folder.config, folder.weights).transformer().parameters() * sizeof(float);
  EXPECT_GE(loading.bytes_since(), weights);
  EXPECT_LT(loading.bytes_since(), weights + kNamesAndShapes);

  folder.with_header("\"ln_f.bias\"", "\"ln_g.bias\"");
  const Allocations refusing;
  EXPECT_EQ(code_of([&] { Model(folder.config, folder.weights); }), "tensor_missing");
  EXPECT_LT(refusing.bytes_since(), kNamesAndShapes);
}

/// Logits of the tiny model with its weights kept in a format.
std::vector<float> logits_of(const Folder& folder, WeightFormat format) {
  Model model(folder.config, folder.weights, format);
  Probe silent = model.transformer().probe();
  const attn::Run run = model.run(kIds, false, silent);
  return {run.logits.begin(), run.logits.end()};
}

/// Every tensor of a folder as F32: the numbers that its 16 bits stand for.
Folder widened(Folder folder) {
  const Bytes bytes = folder.weights;
  const Safetensors file(bytes);
  for (const TensorEntry& entry : file.entries()) {
    std::vector<float> numbers(entry.elements());
    file.read(entry, 0, numbers.size(), numbers.data());
    std::string shape;
    for (const std::size_t n : entry.shape) shape += (shape.empty() ? "" : ",") + std::to_string(n);
    folder.replace_tensor(entry.name, "F32", shape, bytes_of(numbers));
  }
  return folder;
}

TEST(Weights, OfSixteenBitsStaySoAndGiveWhatTheSameFloatsGive) {
  for (const char* path : {"gpt2_f16", "gpt2_bf16", "llama_f16", "llama_bf16"}) {
    SCOPED_TRACE(path);
    const Folder folder(path), wide = widened(folder);
    Tiny halves(folder), floats(wide);
    const auto size = [](const Tiny& tiny) { return static_cast<double>(tiny.model.transformer().weight_bytes()); };
    EXPECT_LT(size(halves), 0.75 * size(floats));
    EXPECT_EQ(halves.model.transformer().parameters(), floats.model.transformer().parameters());
    for (const std::size_t tokens : {1, 2, 4, 10}) {
      const std::span<const std::int32_t> ids = std::span(kIds).first(tokens);
      EXPECT_EQ(halves.logits(ids), floats.logits(ids));
    }
    EXPECT_EQ(logits_of(folder, WeightFormat::bytes), logits_of(wide, WeightFormat::bytes));
  }
}

TEST(Weights, AsBytesTakeAQuarterAndGiveNearlyTheSame) {
  const Folder folder("gpt2_f32");
  const Model numbers(folder.config, folder.weights), bytes(folder.config, folder.weights, WeightFormat::bytes);
  EXPECT_EQ(bytes.transformer().parameters(), numbers.transformer().parameters());
  EXPECT_LT(bytes.transformer().weight_bytes(), numbers.transformer().weight_bytes() / 2);
  const std::vector<float> expected = logits_of(folder, WeightFormat::numbers);
  const std::vector<float> found = logits_of(folder, WeightFormat::bytes);
  EXPECT_TRUE(close(found, expected, 0.05));
  EXPECT_NE(found, expected);
}

/// The tiny model with one matrix in bytes: the same numbers, whatever format the others are kept in.
TEST(Weights, BytesInTheFileStandForTheirScalesTimesThem) {
  constexpr std::size_t kRows = 12, kCols = 48;
  Folder folder("gpt2_f32"), in_bytes("gpt2_f32");
  std::vector<float> scales(kCols), numbers(kRows * kCols);
  Bytes bytes(numbers.size());
  for (std::size_t j = 0; j < kCols; ++j) scales[j] = 0.1F + 0.01F * static_cast<float>(j);
  for (std::size_t n = 0; n < bytes.size(); ++n) {
    const int level = n < kCols ? 127 : static_cast<int>(n * 37 % 255) - 127;
    bytes[n] = static_cast<std::uint8_t>(level);
    numbers[n] = static_cast<float>(level) * (scales[n % kCols] / 127.0F);
  }
  const std::string name = "h.0.mlp.c_fc.";
  folder.replace_tensor(name + "weight", "F32", "12,48", bytes_of(numbers));
  in_bytes.replace_tensor(name + "weight", "I8", "12,48", bytes);
  EXPECT_EQ(code_for(in_bytes), "tensor_missing");
  EXPECT_NE(message_for(in_bytes).find("h.0.mlp.c_fc.SCB"), std::string::npos) << message_for(in_bytes);
  in_bytes.replace_tensor(name + "SCB", "F32", "48", bytes_of(scales));
  EXPECT_TRUE(close(logits_of(in_bytes, WeightFormat::numbers), logits_of(folder, WeightFormat::numbers), 1e-3));
}

/// The embedding has a scale a row: each token's row is one output of the tied head.
TEST(Weights, AnEmbeddingOfBytesHasAScaleARow) {
  constexpr std::size_t kRows = 31, kCols = 12;
  Folder folder("gpt2_f32"), in_bytes("gpt2_f32");
  std::vector<float> scales(kRows), numbers(kRows * kCols);
  Bytes bytes(numbers.size());
  for (std::size_t i = 0; i < kRows; ++i) scales[i] = 0.1F + 0.01F * static_cast<float>(i);
  for (std::size_t n = 0; n < bytes.size(); ++n) {
    const int level = n % kCols == 0 ? 127 : static_cast<int>(n * 37 % 255) - 127;
    bytes[n] = static_cast<std::uint8_t>(level);
    numbers[n] = static_cast<float>(level) * (scales[n / kCols] / 127.0F);
  }
  folder.replace_tensor("wte.weight", "F32", "31,12", bytes_of(numbers));
  in_bytes.replace_tensor("wte.weight", "I8", "31,12", bytes);
  in_bytes.replace_tensor("wte.SCB", "F32", "31", bytes_of(scales));
  EXPECT_TRUE(close(logits_of(in_bytes, WeightFormat::numbers), logits_of(folder, WeightFormat::numbers), 1e-3));
}

TEST(Weights, BytesAreRefusedWhereNothingIsMultiplied) {
  Folder folder("gpt2_f32");
  folder.replace_tensor("ln_f.bias", "I8", "12", Bytes(12, 1));
  EXPECT_EQ(code_for(folder), "tensor_dtype");
}

}  // namespace
}  // namespace attn::test
