#include "probe/probe.hpp"

#include "support.hpp"

namespace attn::test {
namespace {

std::vector<float> numbers(std::size_t count) {
  std::vector<float> out(count);
  for (std::size_t i = 0; i < count; ++i) out[i] = static_cast<float>(i) + 1.0F;
  return out;
}

Edit edit(Edit::Kind kind, float value) {
  Edit out;
  out.kind = kind;
  out.value = value;
  return out;
}

std::vector<float> data(const Recording& recording) { return {recording.data.begin(), recording.data.end()}; }

TEST(Probe, NamesEveryStationInTheOrderOfTheForwardPass) {
  const std::vector<std::string> names = Probe(2, 1).names();
  ASSERT_EQ(names.size(), 4U + 2U * 14U);
  EXPECT_EQ(names[0], "embed");
  EXPECT_EQ(names[1], "pos_embed");
  EXPECT_EQ(names[2], "blocks.0.resid_pre");
  EXPECT_EQ(names[7], "blocks.0.attn.pattern");
  EXPECT_EQ(names[16], "blocks.1.resid_pre");
  EXPECT_EQ(names[29], "blocks.1.resid_post");
  EXPECT_EQ(names[30], "ln_final");
  EXPECT_EQ(names[31], "logits");
}

TEST(Probe, OfAModelThatAddsNoPositionsHasNoSuchStation) {
  Probe probe({{"", 2, 4, 2, part::kFinalNorm | part::kHead}});
  std::vector<std::string> expected = Probe(2, 4).names();
  expected.erase(expected.begin() + 1);
  EXPECT_EQ(probe.names(), expected);
  EXPECT_EQ(code_of([&] { probe.record("pos_embed"); }), "station_unknown");
  EXPECT_EQ(code_of([&] { probe.edit("pos_embed", {}); }), "station_unknown");
}

TEST(Probe, CountsTheHeadsOfKeysAndValuesOnTheirOwn) {
  Probe probe({{"", 1, 4, 2, part::kFinalNorm | part::kHead}});
  Edit third = edit(Edit::Kind::set, 0.0F);
  third.head = 2;
  for (const char* name : {"blocks.0.attn.k", "blocks.0.attn.v"}) {
    EXPECT_EQ(message_of([&] { probe.edit(name, third); }),
              "edit at \"" + std::string(name) + "\": found head 2, expected 0 to 1");
  }
  for (const char* name : {"blocks.0.attn.q", "blocks.0.attn.pattern", "blocks.0.attn.result"}) {
    EXPECT_EQ(code_of([&] { probe.edit(name, third); }), "none") << name;
  }
}

TEST(Probe, TakesEveryNameItGivesAndNoOther) {
  Probe probe(2, 1);
  for (const std::string& name : probe.names()) EXPECT_EQ(code_of([&] { probe.record(name); }), "none") << name;
  for (const char* name : {"", "attn.pattern", "blocks.0", "blocks.0.attn", "blocks.2.attn.pattern", "blocks.*.attn.q",
                           "blocks.00.attn.q", "blocks.-1.attn.q", "blocks.0.embed", "Embed", "logits "}) {
    EXPECT_EQ(code_of([&] { probe.record(name); }), "station_unknown") << name;
    EXPECT_EQ(code_of([&] { probe.edit(name, {}); }), "station_unknown") << name;
  }
}

TEST(Probe, RecordsTheHeadsOfAStridedViewOneAfterTheOther) {
  std::vector<float> cells = numbers(12);  // 2 tokens, 3 heads of 2
  Probe probe(1, 3);
  probe.record("blocks.0.attn.q");
  probe.visit({Station::q, 0}, split_heads(MatrixView<float>(cells.data(), 2, 6), 3));
  ASSERT_EQ(probe.recordings().size(), 1U);
  const Recording& found = probe.recordings()[0];
  EXPECT_EQ(found.name, "blocks.0.attn.q");
  EXPECT_EQ(found.shape, (std::vector<std::size_t>{3, 2, 2}));
  EXPECT_EQ(data(found), (std::vector<float>{1, 2, 7, 8, 3, 4, 9, 10, 5, 6, 11, 12}));
}

TEST(Probe, RecordsOnlyWhatWasAskedForAndACopyOfIt) {
  std::vector<float> cells = numbers(6);
  const MatrixView<float> x(cells.data(), 2, 2, 3);
  Probe probe(2, 1);
  probe.record("blocks.1.resid_pre");
  probe.visit({Station::embed, 0}, x);
  probe.visit({Station::resid_pre, 0}, x);
  EXPECT_TRUE(probe.recordings().empty());
  probe.visit({Station::resid_pre, 1}, x);
  cells.assign(6, 0.0F);
  ASSERT_EQ(probe.recordings().size(), 1U);
  EXPECT_EQ(probe.recordings()[0].shape, (std::vector<std::size_t>{2, 2}));
  EXPECT_EQ(data(probe.recordings()[0]), (std::vector<float>{1, 2, 4, 5}));
}

TEST(Probe, SetsAndScalesOneHeadOrAll) {
  const auto after = [](std::vector<Edit> edits) {
    std::vector<float> cells = numbers(4);  // 2 heads of (1, 2)
    Probe probe(1, 2);
    for (Edit& e : edits) probe.edit("blocks.0.attn.z", e);
    probe.visit({Station::z, 0}, HeadsView<float>(cells.data(), 2, 1, 2));
    return cells;
  };
  Edit second = edit(Edit::Kind::set, 9.0F);
  second.head = 1;
  EXPECT_EQ(after({edit(Edit::Kind::set, 9.0F)}), (std::vector<float>{9, 9, 9, 9}));
  EXPECT_EQ(after({second}), (std::vector<float>{1, 2, 9, 9}));
  EXPECT_EQ(after({edit(Edit::Kind::scale, -2.0F)}), (std::vector<float>{-2, -4, -6, -8}));
  EXPECT_EQ(after({second, edit(Edit::Kind::scale, 2.0F)}), (std::vector<float>{2, 4, 18, 18})) << "in the order given";
}

TEST(Probe, ScalingLeavesInfinities) {
  std::vector<float> cells = {-kInfinity, 2.0F};
  Probe probe(1, 1);
  probe.edit("blocks.0.attn.scores", edit(Edit::Kind::scale, 0.0F));
  probe.visit({Station::scores, 0}, HeadsView<float>(cells.data(), 1, 1, 2));
  EXPECT_EQ(cells, (std::vector<float>{-kInfinity, 0.0F}));
}

TEST(Probe, LendsTheViewToACallbackAndRecordsWhatItLeft) {
  std::vector<float> cells = numbers(4);
  Edit call;
  call.kind = Edit::Kind::call;
  call.call = [](HeadsView<float> x) { x.head(x.heads - 1).row(1)[0] = -5.0F; };
  Probe probe(1, 1);
  probe.edit("logits", call);
  probe.record("logits");
  probe.visit({Station::logits, 0}, MatrixView<float>(cells.data(), 2, 2));
  EXPECT_EQ(cells, (std::vector<float>{1, 2, -5, 4}));
  EXPECT_EQ(data(probe.recordings()[0]), cells);
}

TEST(Probe, KnowsWhoListensWhere) {
  Probe probe(3, 1);
  probe.record("blocks.1.attn.result");
  EXPECT_TRUE(probe.watches({Station::result, 1}));
  EXPECT_FALSE(probe.watches({Station::result, 0}));
  EXPECT_FALSE(probe.watches({Station::z, 1}));
  probe.edit("blocks.2.attn.z", edit(Edit::Kind::set, 0.0F));
  EXPECT_TRUE(probe.watches({Station::z, 2}));
}

TEST(Probe, RefusesEditsThatDoNotFitTheirStation) {
  Probe probe(1, 2);
  Edit one = edit(Edit::Kind::set, 0.0F);
  one.head = 2;
  EXPECT_EQ(code_of([&] { probe.edit("blocks.0.attn.q", one); }), "edit_invalid");
  EXPECT_EQ(message_of([&] { probe.edit("blocks.0.attn.q", one); }),
            "edit at \"blocks.0.attn.q\": found head 2, expected 0 to 1");
  one.head = 0;
  EXPECT_EQ(code_of([&] { probe.edit("blocks.0.attn.q", one); }), "none");
  EXPECT_EQ(code_of([&] { probe.edit("blocks.0.resid_pre", one); }), "edit_invalid");
  Edit mask;
  mask.kind = Edit::Kind::mask;
  EXPECT_EQ(code_of([&] { probe.edit("blocks.0.attn.scores", mask); }), "none");
  EXPECT_EQ(code_of([&] { probe.edit("blocks.0.attn.pattern", mask); }), "edit_invalid");
}

}  // namespace
}  // namespace attn::test
