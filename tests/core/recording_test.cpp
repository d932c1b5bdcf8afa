#include "model_support.hpp"

namespace attn::test {
namespace {

Probe listening_everywhere(const Tiny& tiny) {
  Probe probe = tiny.probe();
  for (const std::string& name : probe.names()) probe.record(name);
  return probe;
}

const Recording& at(const Probe& probe, const std::string& name) {
  for (const Recording& recording : probe.recordings()) {
    if (recording.name == name) return recording;
  }
  throw std::out_of_range(name);
}

class RecordingTest : public testing::TestWithParam<const char*> {};

INSTANTIATE_TEST_SUITE_P(Families, RecordingTest, testing::Values("gpt2_f32", "llama_f32", "llama_bf16"),
                         [](const auto& test) { return std::string(test.param); });

TEST(Recording, EverythingChangesTheLogitsByAtMostOnePartInAHundredThousand) {
  for (const char* name : {"gpt2_f32", "gpt2_gelu", "llama_f32", "llama_bf16"}) {
    Tiny tiny(name);
    Probe probe = listening_everywhere(tiny);
    const std::vector<float> listened = tiny.logits(kIds, probe);
    EXPECT_TRUE(close(listened, tiny.logits(kIds), 1e-5));
  }
}

TEST_P(RecordingTest, TwiceGivesTheSameBits) {
  Tiny tiny(GetParam());
  Probe first = listening_everywhere(tiny), second = listening_everywhere(tiny);
  tiny.logits(kIds, first);
  tiny.logits(std::vector<std::int32_t>(16, 7));  // another run in between must leave nothing behind
  tiny.logits(kIds, second);
  ASSERT_EQ(first.recordings().size(), second.recordings().size());
  for (std::size_t i = 0; i < first.recordings().size(); ++i) {
    EXPECT_EQ(first.recordings()[i].name, second.recordings()[i].name);
    EXPECT_EQ(first.recordings()[i].data, second.recordings()[i].data) << first.recordings()[i].name;
  }
}

TEST_P(RecordingTest, GivesEveryStationInTheOrderOfTheirNames) {
  Tiny tiny(GetParam());
  Probe probe = listening_everywhere(tiny);
  tiny.logits(kIds, probe);
  std::vector<std::string> found;
  for (const Recording& recording : probe.recordings()) found.push_back(recording.name);
  EXPECT_EQ(found, probe.names());
}

TEST_P(RecordingTest, TheHeadsResultsAndTheBiasSumToTheAttentionsOutput) {
  Tiny tiny(GetParam());
  Probe all = listening_everywhere(tiny), one = tiny.probe();
  one.record("blocks.1.attn_out");
  tiny.logits(kIds, all);
  tiny.logits(kIds, one);
  const Recording& result = at(all, "blocks.1.attn.result");
  const Recording& out = at(all, "blocks.1.attn_out");
  const std::size_t heads = result.shape[0], cells = out.data.size(), d_model = out.shape[1];
  for (std::size_t c = 0; c < d_model; ++c) {
    double bias = 0.0;  // the same in every row
    for (std::size_t i = c; i < cells; i += d_model) {
      double rest = static_cast<double>(out.data(i));
      for (std::size_t h = 0; h < heads; ++h) rest -= static_cast<double>(result.data(h * cells + i));
      if (i == c) bias = rest;
      EXPECT_NEAR(rest, bias, tolerance(magnitude_of(values(result)), 8));
    }
  }
  EXPECT_TRUE(close(values(one.recordings().at(0)), values(out), 1e-5)) << "listening to result changed the sum";
}

TEST(Recording, TheResidualStreamIsTheSumOfWhatTheLayersWrite) {
  Tiny tiny;
  Probe probe = listening_everywhere(tiny);
  tiny.logits(kIds, probe);
  const auto expect_sum = [&](const char* before, const char* written, const char* after) {
    const Recording &x = at(probe, before), &y = at(probe, written), &sum = at(probe, after);
    for (std::size_t i = 0; i < sum.data.size(); ++i) EXPECT_EQ(x.data(i) + y.data(i), sum.data(i)) << after;
  };
  expect_sum("embed", "pos_embed", "blocks.0.resid_pre");
  for (const std::string block : {"blocks.0.", "blocks.1."}) {
    expect_sum((block + "resid_pre").c_str(), (block + "attn_out").c_str(), (block + "resid_mid").c_str());
    expect_sum((block + "resid_mid").c_str(), (block + "mlp_out").c_str(), (block + "resid_post").c_str());
  }
  EXPECT_EQ(at(probe, "blocks.0.resid_post").data, at(probe, "blocks.1.resid_pre").data);
}

TEST(Recording, OfTheLastTokenOnlyGivesOneRowOfLogits) {
  Tiny tiny;
  Probe probe = listening_everywhere(tiny);
  const attn::Run last = tiny.model.run(kIds, true, probe);
  Probe silent = tiny.probe();
  const attn::Run whole = tiny.model.run(kIds, false, silent);
  ASSERT_EQ(last.logits.shape(0), 1U);
  ASSERT_EQ(whole.logits.shape(0), kIds.size());
  const std::size_t vocab = tiny.config().vocab_size;
  EXPECT_TRUE(close({last.logits.data(), vocab}, {whole.logits.data() + (kIds.size() - 1) * vocab, vocab}, 1e-5));
  EXPECT_EQ(at(probe, "logits").shape, (std::vector<std::size_t>{1, vocab}));
  EXPECT_EQ(at(probe, "ln_final").shape, (std::vector<std::size_t>{kIds.size(), 12}));
}

}  // namespace
}  // namespace attn::test
