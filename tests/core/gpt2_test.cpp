#include "model_support.hpp"

namespace attn::test {
namespace {

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
