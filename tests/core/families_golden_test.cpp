#include "family_support.hpp"

namespace attn::test {
namespace {

/// Every folder of tests/golden that holds a model.
class FamilyGoldenTest : public testing::TestWithParam<std::string> {};

INSTANTIATE_TEST_SUITE_P(Papers, FamilyGoldenTest,
                         testing::Values("gpt2_f32", "gpt2_f16", "gpt2_bf16", "gpt2_prefixed", "gpt2_gelu", "gpt2_silu",
                                         "llama_f32", "llama_f16", "llama_bf16", "llama_bands", "bert_f32", "bert_f16",
                                         "bert_bf16", "bert_tokens", "bert_base", "distilbert_f32", "distilbert_f16",
                                         "vit_f32", "vit_f16", "deit_f32", "deit_bf16", "transformer_f32",
                                         "transformer_f16", "transformer_bf16"),
                         [](const auto& test) { return test.param; });

TEST_P(FamilyGoldenTest, EqualsThePapersAtEveryStation) {
  Case tiny(GetParam());
  Probe probe = tiny.probe();
  for (const std::string& name : probe.names()) probe.record(name);
  tiny.run(probe);

  EXPECT_EQ(probe.recordings().size(), probe.names().size());
  EXPECT_EQ(probe.recordings().size(), tiny.golden_stations());
  for (const Recording& found : probe.recordings()) {
    ASSERT_TRUE(tiny.golden.has(found.name)) << found.name;
    EXPECT_EQ(found.shape, tiny.golden.shape(found.name)) << found.name;
    EXPECT_TRUE(close(values(found), tiny.golden.values(found.name), rounding(tiny.config()))) << found.name;
  }
}

TEST_P(FamilyGoldenTest, WithoutListenersGivesTheSameLogits) {
  Case tiny(GetParam());
  if (!tiny.golden.has("logits")) {
    EXPECT_EQ(tiny.model.transformer().outputs(), 0U);
    EXPECT_TRUE(tiny.logits().empty());
    return;
  }
  EXPECT_TRUE(close(tiny.logits(), tiny.golden.values("logits"), rounding(tiny.config())));
}

TEST_P(FamilyGoldenTest, InBytesGivesNearlyTheSame) {
  Case tiny(GetParam());
  const Folder folder(GetParam());
  Model bytes(folder.config, folder.weights, WeightFormat::bytes);
  Probe probe = bytes.transformer().probe();
  const attn::Run found = bytes.run(tiny.input, false, probe);
  if (!tiny.golden.has("logits")) return;
  EXPECT_TRUE(close({found.logits.data(), found.logits.size()}, tiny.golden.values("logits"), 0.1));
}

class PaddedGoldenTest : public FamilyGoldenTest {};

INSTANTIATE_TEST_SUITE_P(Papers, PaddedGoldenTest,
                         testing::Values("bert_f32", "bert_f16", "bert_bf16", "bert_tokens", "bert_base",
                                         "distilbert_f32", "distilbert_f16", "transformer_f32", "transformer_f16",
                                         "transformer_bf16"),
                         [](const auto& test) { return test.param; });

TEST_P(PaddedGoldenTest, PaddingIsSeenByNobody) {
  Case tiny(GetParam());
  const std::string prefix = "padded.";
  tiny.input.padding = tiny.source.empty() ? 3 : 2;
  Probe probe = tiny.probe();
  for (const std::string& name : probe.names()) {
    if (tiny.golden.has(prefix + name)) probe.record(name);
  }
  tiny.run(probe);
  EXPECT_GT(probe.recordings().size(), 0U);
  for (const Recording& found : probe.recordings()) {
    const std::span<const float> expected = tiny.golden.values(prefix + found.name);
    EXPECT_TRUE(close(values(found), expected, rounding(tiny.config()))) << found.name;
  }
}

class HeadOffGoldenTest : public FamilyGoldenTest {};

INSTANTIATE_TEST_SUITE_P(Papers, HeadOffGoldenTest,
                         testing::Values("gpt2_f32", "gpt2_f16", "gpt2_bf16", "gpt2_prefixed", "gpt2_gelu", "gpt2_silu",
                                         "llama_f32", "llama_f16", "llama_bf16", "llama_bands"),
                         [](const auto& test) { return test.param; });

TEST_P(HeadOffGoldenTest, EqualsTheModelWithoutTheHead) {
  Case tiny(GetParam());
  const std::span<const float> expected = tiny.golden.values("head_off.logits");
  for (const char* station : {"blocks.0.attn.z", "blocks.0.attn.pattern", "blocks.0.attn.result"}) {
    Probe probe = tiny.probe();
    Edit off;
    off.head = 1;
    probe.edit(station, off);
    EXPECT_TRUE(close(tiny.logits(probe), expected, rounding(tiny.config()))) << station;
  }
  EXPECT_FALSE(close(tiny.logits(), expected, 0.01));
}

}  // namespace
}  // namespace attn::test
