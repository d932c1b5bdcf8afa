#include "family_support.hpp"

namespace attn::test {
namespace {

TEST(Llama, CountsItsParametersOnceWhateverElseTheFileHolds) {
  const auto count = [](const char* name) { return Tiny(name).model.transformer().parameters(); };
  constexpr std::size_t kWide = 16, kNarrow = 12, kInner = 19, kVocab = 31;
  EXPECT_EQ(count("llama_f32"),
            2 * kVocab * kWide + kWide + 2 * (2 * kWide + 2 * kWide * kWide + 2 * kWide * 8 + 3 * kWide * kInner));
  EXPECT_EQ(count("llama_f16"), kVocab * kNarrow + kNarrow +
                                    2 * (2 * kNarrow + 2 * kNarrow * kNarrow + 2 * kNarrow * 4 + 3 * kNarrow * kInner));
}

/// What has no tensor of its own still reaches the numbers: another config gives other logits.
TEST(Llama, FollowsWhatItsConfigNames) {
  const std::pair<const char*, const char*> changes[] = {{"1e-05", "1e-2"},
                                                         {"\"silu\"", "\"gelu\""},
                                                         {"\"linear\"", "\"default\""},
                                                         {"2.5", "2.0"},
                                                         {"\"rms_norm_eps\"", "\"rope_theta\": 100, \"rms_norm_eps\""}};
  const std::vector<float> plain = Tiny("llama_bf16").logits(kIds);
  for (const auto& [from, to] : changes) {
    Folder folder("llama_bf16");
    EXPECT_NE(Tiny(folder.with_config(from, to)).logits(kIds), plain) << to;
  }
}

/// Ways to write the same model: the same bits.
TEST(Llama, ReadsTheSameModelInOtherWords) {
  const std::pair<const char*, const char*> changes[] = {
      {"\"type\": \"linear\"", "\"rope_type\": \"linear\""},
      {"\"rope_scaling\": {", "\"rope_parameters\": {\"rope_theta\": 10000, "},
      {"\"rms_norm_eps\"", "\"num_key_value_heads\": 3, \"rope_theta\": 1e4, \"rms_norm_eps\""},
      {"\"silu\"", "\"swish\", \"partial_rotary_factor\": 1.0"}};
  const std::vector<float> plain = Tiny("llama_bf16").logits(kIds);
  for (const auto& [from, to] : changes) {
    Folder folder("llama_bf16");
    EXPECT_EQ(Tiny(folder.with_config(from, to)).logits(kIds), plain) << to;
  }
  Folder none("llama_f32");
  none.with_config("\"hidden_act\"",
                   "\"head_dim\": 4, \"rope_scaling\": null, \"attention_bias\": null, \"hidden_act\"");
  EXPECT_EQ(Tiny(none).logits(kIds), Tiny("llama_f32").logits(kIds));
}

/// Ainslie et al. 2023, section 2.2: a group's shared head is that head given to each of them.
TEST(Llama, SharedHeadsEqualTheSameHeadsWrittenOutForEveryQuery) {
  constexpr std::size_t kWidth = 4, kModel = 16;
  const Golden weights("llama_f32/model.safetensors");
  Folder folder("llama_f32");
  folder.with_config("\"num_key_value_heads\": 2", "\"num_key_value_heads\": 4");
  for (const std::string layer : {"0", "1"}) {
    for (const std::string map : {"k", "v"}) {
      const std::string name = "model.layers." + layer + ".self_attn." + map + "_proj.weight";
      const std::span<const float> shared = weights.values(name);
      std::vector<float> written;
      for (const std::size_t head : {0, 0, 1, 1}) {
        const std::span<const float> rows = shared.subspan(head * kWidth * kModel, kWidth * kModel);
        written.insert(written.end(), rows.begin(), rows.end());
      }
      folder.replace_tensor(name, "F32", "16,16", bytes_of(written));
    }
  }
  Tiny tiny(folder);
  EXPECT_TRUE(close(tiny.logits(kIds), Tiny("llama_f32").logits(kIds), rounding(tiny.config())));
}

/// Su et al. 2021, section 3.4.2: nothing depends on where in the context a text stands, as long as all of it moves.
/// With one token repeated, the scores of a query and a key are a function of their distance.
TEST(Llama, ScoresDependOnTheDistanceOfTheirTokens) {
  Tiny tiny("llama_f32");
  Probe probe = tiny.probe();
  probe.record("blocks.0.attn.scores");
  tiny.logits(std::vector<std::int32_t>(12, 7), probe);
  const Recording& scores = probe.recordings().at(0);
  const double allowed = tolerance(magnitude_of(values(scores)), 4 * tiny.config().d_model);
  float most = -kInfinity, least = kInfinity;
  for (std::size_t h = 0; h < 4; ++h) {
    const auto score = [&](std::size_t i, std::size_t j) { return scores.data((h * 12 + i) * 12 + j); };
    for (std::size_t i = 1; i < 12; ++i) {
      for (std::size_t j = 1; j <= i; ++j) EXPECT_NEAR(score(i, j), score(i - j, 0), allowed);
      most = std::max(most, score(i, 0));
      least = std::min(least, score(i, 0));
    }
  }
  EXPECT_GT(most - least, 0.1F);
}

TEST(Llama, HasNoStationForPositionsAndCountsTheHeadsOfKeys) {
  Tiny tiny("llama_f32");
  Probe probe = tiny.probe();
  EXPECT_EQ(probe.names().front(), "embed");
  EXPECT_EQ(probe.names().at(1), "blocks.0.resid_pre");
  EXPECT_EQ(code_of([&] { probe.record("pos_embed"); }), "station_unknown");
  Edit third;
  third.head = 2;
  EXPECT_EQ(code_of([&] { probe.edit("blocks.0.attn.k", third); }), "edit_invalid");
  EXPECT_EQ(code_of([&] { probe.edit("blocks.0.attn.q", third); }), "none");
}

/// A head of keys set to zero: its group attends evenly, the others as before.
TEST(Llama, AnEditOfAHeadOfKeysReachesItsGroup) {
  Tiny tiny("llama_f32");
  Probe plain = tiny.probe(), edited = tiny.probe();
  for (Probe* probe : {&plain, &edited}) probe->record("blocks.0.attn.pattern");
  Edit off;
  off.head = 1;
  edited.edit("blocks.0.attn.k", off);
  tiny.logits(kIds, plain);
  tiny.logits(kIds, edited);
  const std::size_t n = kIds.size();
  const auto at = [&](const Probe& probe, std::size_t h, std::size_t i, std::size_t j) {
    return probe.recordings()[0].data((h * n + i) * n + j);
  };
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j <= i; ++j) {
      for (const std::size_t h : {0, 1}) EXPECT_EQ(at(edited, h, i, j), at(plain, h, i, j));
      for (const std::size_t h : {2, 3}) EXPECT_NEAR(at(edited, h, i, j), 1.0 / static_cast<double>(i + 1), 1e-6);
    }
  }
}

}  // namespace
}  // namespace attn::test
