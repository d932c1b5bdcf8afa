#include <numeric>

#include "attention_support.hpp"

namespace attn::test {
namespace {

constexpr std::size_t kHeads = 2, kDHead = 5;

class StructureLawsTest : public testing::TestWithParam<Structure> {};

INSTANTIATE_TEST_SUITE_P(All, StructureLawsTest, testing::ValuesIn(structures().begin(), structures().end()),
                         [](const auto& test) { return std::string(test.param.facts.name); });

TEST_P(StructureLawsTest, RowsSumToOneAndAreNotNegative) {
  for (const std::size_t tokens : {1, 2, 7, 8, 9, 30}) {
    AttentionRun a(kHeads, tokens, tokens, kDHead);
    a.run(options_for(GetParam().facts.name));
    for (std::size_t row = 0; row < kHeads * tokens; ++row) {
      double sum = 0.0;
      for (std::size_t j = 0; j < tokens; ++j) {
        EXPECT_GE(a.pattern.data()[row * tokens + j], 0.0F);
        sum += static_cast<double>(a.pattern.data()[row * tokens + j]);
      }
      EXPECT_NEAR(sum, 1.0, tolerance(1.0, tokens + 4));
    }
  }
}

TEST_P(StructureLawsTest, AQueryThatMaySeeNothingGetsZeros) {
  constexpr std::size_t kTokens = 6, kBlind = 4;
  std::vector<std::uint8_t> allowed(kTokens * kTokens, 1);
  std::fill_n(allowed.begin() + kBlind * kTokens, kTokens, 0);
  AttentionOptions options = options_for(GetParam().facts.name);
  options.mask.allowed = allowed.data();
  AttentionRun a(kHeads, kTokens, kTokens, kDHead);
  a.run(options);
  for (std::size_t h = 0; h < kHeads; ++h) {
    for (std::size_t j = 0; j < kTokens; ++j) EXPECT_EQ(a.pattern(h, kBlind, j), 0.0F);
    for (std::size_t c = 0; c < kDHead; ++c) EXPECT_EQ(a.z(h, kBlind, c), 0.0F);
    EXPECT_NE(a.z(h, kBlind + 1, 0), 0.0F);
  }
}

TEST_P(StructureLawsTest, KeepsSoftcappedScoresWithinTheirCap) {
  AttentionOptions options = options_for(GetParam().facts.name);
  options.softcap = 0.75F;
  AttentionRun a(kHeads, 7, 7, kDHead);
  Probe probe(1, kHeads);
  probe.record("blocks.0.attn.scores");
  a.run(options, probe);
  std::size_t seen = 0;
  for (const float s : probe.recordings().at(0).data) {
    if (s == -kInfinity) continue;
    EXPECT_LE(std::abs(s), 0.75F);
    ++seen;
  }
  EXPECT_GE(seen, kHeads * 7);
}

TEST_P(StructureLawsTest, GroupedQueriesEqualRepeatedKeys) {
  constexpr std::size_t kKeyHeads = 2, kGroup = 3, kTokens = 9;
  AttentionRun grouped(kKeyHeads * kGroup, kTokens, kTokens, kDHead, kKeyHeads);
  AttentionRun repeated(kKeyHeads * kGroup, kTokens, kTokens, kDHead);
  for (std::size_t i = 0; i < repeated.k.size(); ++i) {
    const std::size_t sheet = kTokens * kDHead;
    const std::size_t source = i / sheet / kGroup * sheet + i % sheet;
    repeated.k.data()[i] = grouped.k.data()[source];
    repeated.v.data()[i] = grouped.v.data()[source];
  }
  grouped.run(options_for(GetParam().facts.name));
  repeated.run(options_for(GetParam().facts.name));
  EXPECT_EQ(grouped.pattern, repeated.pattern);
  EXPECT_EQ(grouped.z, repeated.z);
}

TEST(Bidirectional, PermutedTokensGivePermutedResults) {
  constexpr std::size_t kTokens = 11;
  std::vector<std::size_t> order(kTokens);
  std::iota(order.begin(), order.end(), 0);
  std::shuffle(order.begin(), order.end(), std::mt19937(8));
  AttentionRun plain(kHeads, kTokens, kTokens, kDHead), permuted(kHeads, kTokens, kTokens, kDHead);
  for (std::size_t h = 0; h < kHeads; ++h) {
    for (std::size_t t = 0; t < kTokens; ++t) {
      for (std::size_t c = 0; c < kDHead; ++c) {
        permuted.q(h, t, c) = plain.q(h, order[t], c);
        permuted.k(h, t, c) = plain.k(h, order[t], c);
        permuted.v(h, t, c) = plain.v(h, order[t], c);
      }
    }
  }
  plain.run(options_for("bidirectional"));
  permuted.run(options_for("bidirectional"));
  for (std::size_t h = 0; h < kHeads; ++h) {
    for (std::size_t i = 0; i < kTokens; ++i) {
      for (std::size_t j = 0; j < kTokens; ++j) {
        EXPECT_NEAR(permuted.pattern(h, i, j), plain.pattern(h, order[i], order[j]), reordering(kTokens));
      }
      for (std::size_t c = 0; c < kDHead; ++c) {
        EXPECT_NEAR(permuted.z(h, i, c), plain.z(h, order[i], c), reordering(kTokens));
      }
    }
  }
}

TEST(Causal, NothingComesFromTheFuture) {
  constexpr std::size_t kTokens = 13;
  AttentionRun before(kHeads, kTokens, kTokens, kDHead);
  before.run(options_for("causal"));
  for (std::size_t h = 0; h < kHeads; ++h) {
    for (std::size_t i = 0; i < kTokens; ++i) {
      for (std::size_t j = i + 1; j < kTokens; ++j) EXPECT_EQ(before.pattern(h, i, j), 0.0F);
    }
  }
  constexpr std::size_t kChanged = 7;
  AttentionRun after(kHeads, kTokens, kTokens, kDHead);
  for (std::size_t h = 0; h < kHeads; ++h) {
    for (std::size_t c = 0; c < kDHead; ++c) {
      after.k(h, kChanged, c) += 1.0F;
      after.v(h, kChanged, c) -= 1.0F;
    }
  }
  after.run(options_for("causal"));
  for (std::size_t h = 0; h < kHeads; ++h) {
    for (std::size_t c = 0; c < kDHead; ++c) {
      for (std::size_t i = 0; i < kChanged; ++i) EXPECT_EQ(before.z(h, i, c), after.z(h, i, c));
      EXPECT_NE(before.z(h, kChanged, c), after.z(h, kChanged, c));
    }
  }
}

TEST(Causal, BehindAPastItEqualsTheLastRowsWithoutOne) {
  constexpr std::size_t kTokens = 12;
  AttentionRun whole(kHeads, kTokens, kTokens, kDHead);
  whole.run(options_for("causal"));
  for (std::size_t past = 0; past < kTokens; ++past) {
    AttentionRun rest(kHeads, kTokens - past, kTokens, kDHead);
    for (std::size_t h = 0; h < kHeads; ++h) {
      for (std::size_t i = past; i < kTokens; ++i) {
        for (std::size_t c = 0; c < kDHead; ++c) rest.q(h, i - past, c) = whole.q(h, i, c);
      }
    }
    AttentionOptions options = options_for("causal");
    options.past = past;
    rest.run(options);
    for (std::size_t h = 0; h < kHeads; ++h) {
      for (std::size_t i = past; i < kTokens; ++i) {
        for (std::size_t j = 0; j < kTokens; ++j) {
          EXPECT_NEAR(rest.pattern(h, i - past, j), whole.pattern(h, i, j), reordering(kTokens));
        }
        for (std::size_t c = 0; c < kDHead; ++c) {
          EXPECT_NEAR(rest.z(h, i - past, c), whole.z(h, i, c), reordering(kTokens));
        }
      }
    }
  }
}

TEST(Causal, EqualsBidirectionalUnderATriangularMask) {
  constexpr std::size_t kTokens = 10;
  std::vector<std::uint8_t> allowed;
  std::vector<float> added;
  for (std::size_t i = 0; i < kTokens; ++i) {
    for (std::size_t j = 0; j < kTokens; ++j) {
      allowed.push_back(j <= i);
      added.push_back(j <= i ? 0.0F : -kInfinity);
    }
  }
  AttentionRun causal(kHeads, kTokens, kTokens, kDHead);
  causal.run(options_for("causal"));
  for (const InputMask mask : {InputMask{allowed.data(), nullptr}, InputMask{nullptr, added.data()}}) {
    AttentionRun masked(kHeads, kTokens, kTokens, kDHead);
    AttentionOptions options = options_for("bidirectional");
    options.mask = mask;
    masked.run(options);
    EXPECT_EQ(masked.pattern, causal.pattern);
    EXPECT_EQ(masked.z, causal.z);
  }
}

}  // namespace
}  // namespace attn::test
