#include "attention_support.hpp"

namespace attn::test {
namespace {

constexpr std::size_t kHeads = 2, kTokens = 5;

CellMask painted(std::size_t rows, std::size_t cols, std::uint8_t allowed) {
  return {rows, cols, std::vector<std::uint8_t>(rows * cols, allowed)};
}

Edit mask_edit(CellMask mask) {
  Edit edit;
  edit.kind = Edit::Kind::mask;
  edit.mask = std::move(mask);
  return edit;
}

/// Which cells of one head's pattern are not zero, as text: `x.` per row.
std::string cells(const AttentionRun& a, std::size_t head) {
  std::string out;
  for (std::size_t i = 0; i < a.pattern.shape(1); ++i) {
    for (std::size_t j = 0; j < a.pattern.shape(2); ++j) out += a.pattern(head, i, j) > 0.0F ? 'x' : '.';
    out += i + 1 < a.pattern.shape(1) ? "/" : "";
  }
  return out;
}

constexpr const char* kTriangle = "x..../xx.../xxx../xxxx./xxxxx";

TEST(PaintedMask, ReplacesTheStructureCellByCell) {
  CellMask mask = painted(kTokens, kTokens, 0);
  for (const std::size_t cell : {0 * kTokens + 4, 1 * kTokens + 1, 4 * kTokens + 0}) mask.allowed[cell] = 1;
  Probe probe(1, kHeads);
  probe.edit("blocks.0.attn.scores", mask_edit(mask));
  AttentionRun a(kHeads, kTokens, kTokens, 4);
  a.run(options_for("causal"), probe);
  for (std::size_t h = 0; h < kHeads; ++h) EXPECT_EQ(cells(a, h), "....x/.x.../...../...../x....");
  EXPECT_EQ(a.pattern(0, 0, 4), 1.0F);
}

TEST(PaintedMask, OfTheStructureItselfChangesNothing) {
  CellMask mask = painted(kTokens, kTokens, 0);
  for (std::size_t i = 0; i < kTokens; ++i) {
    for (std::size_t j = 0; j <= i; ++j) mask.allowed[i * kTokens + j] = 1;
  }
  Probe probe(1, kHeads);
  probe.edit("blocks.0.attn.scores", mask_edit(mask));
  AttentionRun a(kHeads, kTokens, kTokens, 4), plain(kHeads, kTokens, kTokens, 4);
  a.run(options_for("causal"), probe);
  plain.run(options_for("causal"));
  EXPECT_EQ(a.z, plain.z);
  EXPECT_EQ(cells(plain, 0), kTriangle);
}

TEST(PaintedMask, OnOneHeadLeavesTheOthers) {
  Edit edit = mask_edit(painted(kTokens, kTokens, 1));
  edit.head = 1;
  Probe probe(1, kHeads);
  probe.edit("blocks.0.attn.scores", edit);
  AttentionRun a(kHeads, kTokens, kTokens, 4);
  a.run(options_for("causal"), probe);
  EXPECT_EQ(cells(a, 0), kTriangle);
  EXPECT_EQ(cells(a, 1), "xxxxx/xxxxx/xxxxx/xxxxx/xxxxx");
}

TEST(PaintedMask, SmallerThanTheMapLeavesTheRestToTheStructure) {
  Probe probe(1, kHeads);
  probe.edit("blocks.0.attn.scores", mask_edit(painted(2, 3, 1)));
  AttentionRun a(kHeads, kTokens, kTokens, 4);
  a.run(options_for("causal"), probe);
  EXPECT_EQ(cells(a, 0), "xxx../xxx../xxx../xxxx./xxxxx");
}

TEST(PaintedMask, CountsItsRowsFromTheStartOfTheContext) {
  Probe probe(1, kHeads);
  CellMask mask = painted(kTokens, kTokens, 1);
  mask.allowed[3 * kTokens + 0] = 0;
  probe.edit("blocks.0.attn.scores", mask_edit(mask));
  AttentionRun a(kHeads, 2, kTokens, 4);
  AttentionOptions options = options_for("causal");
  options.past = 3;
  a.run(options, probe);
  EXPECT_EQ(cells(a, 0), ".xxxx/xxxxx");
}

TEST(PaintedMask, TheLastOneForAHeadCounts) {
  Probe probe(1, kHeads);
  probe.edit("blocks.0.attn.scores", mask_edit(painted(kTokens, kTokens, 0)));
  probe.edit("blocks.0.attn.scores", mask_edit(painted(kTokens, kTokens, 1)));
  AttentionRun a(kHeads, kTokens, kTokens, 4);
  a.run(options_for("causal"), probe);
  EXPECT_EQ(cells(a, 1), "xxxxx/xxxxx/xxxxx/xxxxx/xxxxx");
}

}  // namespace
}  // namespace attn::test
