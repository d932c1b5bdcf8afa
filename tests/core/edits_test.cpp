#include "model_support.hpp"

namespace attn::test {
namespace {

Edit edit(Edit::Kind kind, float value) {
  Edit out;
  out.kind = kind;
  out.value = value;
  return out;
}

/// Logits of the tiny model with one edit at a station.
std::vector<float> edited(Tiny& tiny, const std::string& station, const Edit& change) {
  Probe probe = tiny.probe();
  probe.edit(station, change);
  return tiny.logits(kIds, probe);
}

class EditsTest : public testing::TestWithParam<const char*> {};

INSTANTIATE_TEST_SUITE_P(Families, EditsTest, testing::Values("gpt2_f32", "llama_f32", "llama_f16"),
                         [](const auto& test) { return std::string(test.param); });

TEST_P(EditsTest, AtEveryStationChangeTheLogits) {
  Tiny tiny(GetParam());
  const std::vector<float> plain = tiny.logits(kIds);
  for (const std::string& station : tiny.probe().names()) {
    EXPECT_NE(edited(tiny, station, edit(Edit::Kind::scale, 0.5F)), plain) << station;
    // pos_embed is added to embed before block 0, so each reaches the logits; setting all scores to one number too.
    EXPECT_NE(edited(tiny, station, edit(Edit::Kind::set, 0.25F)), plain) << station;
  }
  EXPECT_EQ(tiny.logits(kIds), plain) << "an edit must not outlive its run";
}

TEST_P(EditsTest, ByOneChangeNothing) {
  Tiny tiny(GetParam());
  const std::vector<float> plain = tiny.logits(kIds);
  for (const std::string& station : tiny.probe().names()) {
    EXPECT_TRUE(close(edited(tiny, station, edit(Edit::Kind::scale, 1.0F)), plain, 1e-5)) << station;
  }
}

TEST(Edits, ScalingScoresIsATemperatureThatKeepsTheFutureHidden) {
  Tiny tiny;
  for (const float factor : {0.0F, 0.5F, 4.0F}) {
    Probe probe = tiny.probe();
    probe.edit("blocks.0.attn.scores", edit(Edit::Kind::scale, factor));
    probe.record("blocks.0.attn.pattern");
    tiny.logits(kIds, probe);
    const Recording& pattern = probe.recordings().at(0);
    const std::size_t n = kIds.size();
    for (std::size_t i = 0; i < n; ++i) {
      for (std::size_t j = i + 1; j < n; ++j) EXPECT_EQ(pattern.data(i * n + j), 0.0F) << factor;
      if (factor != 0.0F) continue;
      for (std::size_t j = 0; j <= i; ++j) EXPECT_NEAR(pattern.data(i * n + j), 1.0 / static_cast<double>(i + 1), 1e-6);
    }
  }
}

TEST(Edits, SettingAPatternToOneHotCopiesThatTokensValue) {
  Tiny tiny;
  Edit look_at_first;
  look_at_first.kind = Edit::Kind::call;
  look_at_first.call = [](HeadsView<float> x) {
    for (std::size_t i = 0; i < x.rows; ++i) {
      for (std::size_t j = 0; j < x.cols; ++j) x.head(1).row(i)[j] = j == 0 ? 1.0F : 0.0F;
    }
  };
  Probe probe = tiny.probe();
  probe.edit("blocks.1.attn.pattern", look_at_first);
  for (const char* name : {"blocks.1.attn.v", "blocks.1.attn.z"}) probe.record(name);
  tiny.logits(kIds, probe);
  const Recording &v = probe.recordings().at(0), &z = probe.recordings().at(1);
  const std::size_t n = kIds.size(), d_head = v.shape[2];
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t c = 0; c < d_head; ++c) EXPECT_EQ(z.data((n + i) * d_head + c), v.data(n * d_head + c));
  }
}

TEST(Edits, APaintedMaskOverTheFutureLetsItIn) {
  Tiny tiny;
  const std::size_t n = kIds.size();
  Edit mask;
  mask.kind = Edit::Kind::mask;
  mask.mask = {n, n, std::vector<std::uint8_t>(n * n, 1)};
  Probe probe = tiny.probe();
  probe.edit("blocks.0.attn.scores", mask);
  probe.record("blocks.0.attn.pattern");
  probe.record("blocks.1.attn.pattern");
  tiny.logits(kIds, probe);
  EXPECT_GT(probe.recordings().at(0).data(n - 1), 0.0F);
  EXPECT_EQ(probe.recordings().at(1).data(n - 1), 0.0F);
}

TEST(Edits, AQueryPaintedBlindGetsZerosAndTheModelGoesOn) {
  Tiny tiny;
  const std::size_t n = kIds.size();
  Edit mask;
  mask.kind = Edit::Kind::mask;
  mask.mask = {n, n, std::vector<std::uint8_t>(n * n, 0)};
  Probe probe = tiny.probe();
  probe.edit("blocks.0.attn.scores", mask);
  probe.record("blocks.0.attn.z");
  for (const float x : tiny.logits(kIds, probe)) EXPECT_TRUE(std::isfinite(x));
  for (const float z : values(probe.recordings().at(0))) EXPECT_EQ(z, 0.0F);
}

TEST(Edits, ApplyBeforeTheyAreRecordedAndToWhatFollowsOnly) {
  Tiny tiny;
  Probe plain = tiny.probe(), changed = tiny.probe();
  for (Probe* probe : {&plain, &changed}) {
    for (const char* name : {"blocks.0.resid_post", "blocks.1.resid_pre"}) probe->record(name);
  }
  changed.edit("blocks.1.resid_pre", edit(Edit::Kind::set, 2.0F));
  tiny.logits(kIds, plain);
  tiny.logits(kIds, changed);
  EXPECT_EQ(plain.recordings().at(0).data, changed.recordings().at(0).data);
  for (const float x : values(changed.recordings().at(1))) EXPECT_EQ(x, 2.0F);
}

TEST(Edits, OfLogitsReachTheProbabilities) {
  Tiny tiny;
  Edit certain;
  certain.kind = Edit::Kind::call;
  certain.call = [](HeadsView<float> x) { x.head(0).row(x.rows - 1)[17] = 1000.0F; };
  Probe probe = tiny.probe();
  probe.edit("logits", certain);
  const attn::Run run = tiny.model.run(kIds, false, probe);
  EXPECT_EQ(run.probs(17), 1.0F);
}

TEST(Edits, ThatDoNotFitAreRefused) {
  Tiny tiny;
  Probe probe = tiny.probe();
  Edit head = edit(Edit::Kind::set, 0.0F);
  head.head = 2;
  EXPECT_EQ(code_of([&] { probe.edit("blocks.0.attn.z", head); }), "edit_invalid");
  EXPECT_EQ(code_of([&] { probe.edit("blocks.2.attn.z", edit(Edit::Kind::set, 0.0F)); }), "station_unknown");
  EXPECT_EQ(code_of([&] { probe.record("blocks.2.attn.z"); }), "station_unknown");
}

}  // namespace
}  // namespace attn::test
