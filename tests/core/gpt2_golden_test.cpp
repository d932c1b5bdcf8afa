#include "model_support.hpp"

namespace attn::test {
namespace {

class Gpt2GoldenTest : public testing::TestWithParam<std::string> {};

INSTANTIATE_TEST_SUITE_P(PyTorch, Gpt2GoldenTest, testing::Values("f32", "f16", "bf16", "prefixed", "gelu", "silu"),
                         [](const auto& test) { return test.param; });

/// What the longest way through the model may round: each layer sums over d_model and d_mlp a few times.
double rounding(const Config& config) { return tolerance(1.0, 4 * config.n_layers * (config.d_model + config.d_mlp)); }

TEST_P(Gpt2GoldenTest, EqualsPyTorchAtEveryStation) {
  Tiny tiny("gpt2_" + GetParam());
  const Golden golden("gpt2_" + GetParam() + "/stations.safetensors");
  Probe probe = tiny.probe();
  for (const std::string& name : probe.names()) probe.record(name);
  tiny.logits(golden.ids(), probe);

  EXPECT_EQ(probe.recordings().size() + 2, golden.entries().size());  // beside ids and head_off.logits
  for (const Recording& found : probe.recordings()) {
    ASSERT_TRUE(golden.has(found.name)) << found.name;
    EXPECT_EQ(found.shape, golden.shape(found.name)) << found.name;
    EXPECT_TRUE(close(values(found), golden.values(found.name), rounding(tiny.config()))) << found.name;
  }
}

TEST_P(Gpt2GoldenTest, AHeadSwitchedOffEqualsPyTorchWithoutIt) {
  Tiny tiny("gpt2_" + GetParam());
  const Golden golden("gpt2_" + GetParam() + "/stations.safetensors");
  for (const char* station : {"blocks.0.attn.z", "blocks.0.attn.pattern", "blocks.0.attn.result"}) {
    Probe probe = tiny.probe();
    Edit off;
    off.head = 1;
    probe.edit(station, off);
    EXPECT_TRUE(close(tiny.logits(golden.ids(), probe), golden.values("head_off.logits"), rounding(tiny.config())))
        << station;
  }
  EXPECT_FALSE(close(tiny.logits(golden.ids()), golden.values("head_off.logits"), 0.01));
}

TEST(Gpt2, ReadsItsConfig) {
  const Config c = Tiny("gpt2_gelu").config();
  EXPECT_EQ(c.family, "gpt2");
  EXPECT_EQ(c.n_layers, 2U);
  EXPECT_EQ(c.n_heads, 3U);
  EXPECT_EQ(c.d_model, 12U);
  EXPECT_EQ(c.d_head, 4U);
  EXPECT_EQ(c.d_mlp, 19U);
  EXPECT_EQ(c.n_ctx, 16U);
  EXPECT_EQ(c.vocab_size, 31U);
  EXPECT_EQ(c.norm_epsilon, 0.02F);
  EXPECT_EQ(Tiny("gpt2_f32").config().d_mlp, 48U);
}

TEST(Gpt2, CountsItsParametersOnceWhateverElseTheFileHolds) {
  const std::size_t expected =
      (31 + 16) * 12 + 2 * (12 * 36 + 36 + 12 * 12 + 12 + 12 * 48 + 48 + 48 * 12 + 12 + 48) + 24;
  EXPECT_EQ(Tiny("gpt2_f32").model.transformer().parameters(), expected);
  EXPECT_EQ(Tiny("gpt2_prefixed").model.transformer().parameters(), expected);
}

/// The activation and the epsilon change the numbers: a config that names others gives other logits.
TEST(Gpt2, FollowsTheActivationAndTheEpsilonThatItsConfigNames) {
  const std::vector<float> gelu = Tiny("gpt2_gelu").logits(kIds);
  for (const char* name : {"gelu_new", "silu"}) {
    Folder folder("gpt2_gelu");
    folder.with_config("\"gelu\"", "\"" + std::string(name) + "\"");
    EXPECT_NE(Tiny(folder).logits(kIds), gelu) << name;
  }
  Folder folder("gpt2_gelu");
  folder.with_config("0.02", "0.01");
  EXPECT_NE(Tiny(folder).logits(kIds), gelu);
}

}  // namespace
}  // namespace attn::test
