#include "attention/operator.hpp"
#include "attention_support.hpp"
#include "tensor/error.hpp"

/// Which keys each row of the table lets a query see, against a sentence about i and j.
namespace attn::test {
namespace {

using Index = std::ptrdiff_t;

struct Sentence {
  const char* name;
  std::vector<double> params;
  bool (*sees)(Index i, Index j);
};

void PrintTo(const Sentence& sentence, std::ostream* out) { *out << sentence.name; }

const Sentence kSentences[] = {
    {"bidirectional", {}, [](Index, Index) { return true; }},
    {"causal", {}, [](Index i, Index j) { return j <= i; }},
    {"causal", {-1}, [](Index i, Index j) { return j < i; }},
    {"causal", {2}, [](Index i, Index j) { return j <= i + 2; }},
    {"causal", {-65536}, [](Index, Index) { return false; }},
    {"sliding_window", {}, [](Index i, Index j) { return j <= i && i - j < 4; }},
    {"sliding_window", {1}, [](Index i, Index j) { return i == j; }},
    {"sliding_window", {11}, [](Index i, Index j) { return j <= i && i - j < 11; }},
    {"sliding_window", {65536}, [](Index i, Index j) { return j <= i; }},
    {"dilated_window", {}, [](Index i, Index j) { return j <= i && i - j <= 4 && (i - j) % 2 == 0; }},
    {"dilated_window", {4, 3}, [](Index i, Index j) { return j <= i && i - j <= 9 && (i - j) % 3 == 0; }},
    {"dilated_window", {65536, 65536}, [](Index i, Index j) { return i == j; }},
    {"dilated_window", {65536, 1}, [](Index i, Index j) { return j <= i; }},
    {"block_local", {}, [](Index i, Index j) { return i / 4 == j / 4; }},
    {"block_local", {7}, [](Index i, Index j) { return i / 7 == j / 7; }},
    {"block_local", {65536}, [](Index, Index) { return true; }},
    {"prefix", {}, [](Index i, Index j) { return j <= i || j < 3; }},
    {"prefix", {0}, [](Index i, Index j) { return j <= i; }},
    {"prefix", {65536}, [](Index, Index) { return true; }},
    {"global_tokens", {}, [](Index i, Index j) { return i < 1 || j < 1 || std::abs(i - j) < 3; }},
    {"global_tokens", {0, 2}, [](Index i, Index j) { return std::abs(i - j) < 2; }},
    {"global_tokens", {5, 1}, [](Index i, Index j) { return i < 5 || j < 5 || i == j; }},
    {"global_tokens", {65536, 1}, [](Index, Index) { return true; }},
};

class StructureTest : public testing::TestWithParam<Sentence> {
 protected:
  static Sight own_sight() { return sight(structure(GetParam().name), GetParam().params); }
};

INSTANTIATE_TEST_SUITE_P(All, StructureTest, testing::ValuesIn(kSentences));

TEST_P(StructureTest, AQuerySeesWhatTheSentenceSays) {
  for (const std::size_t queries : {1, 2, 5, 9, 23}) {
    for (const std::size_t keys : {1, 3, 8, 23, 40}) {
      for (const std::size_t past : {std::size_t{0}, keys / 2}) {
        AttentionOptions options = options_for("bidirectional");
        options.sight = own_sight();
        options.past = past;
        AttentionRun a(1, queries, keys, 4);
        a.run(options);
        for (std::size_t i = 0; i < queries; ++i) {
          for (std::size_t j = 0; j < keys; ++j) {
            const bool sees = GetParam().sees(static_cast<Index>(past + i), static_cast<Index>(j));
            EXPECT_EQ(a.pattern(0, i, j) > 0.0F, sees) << i << ", " << j << " of " << keys << " behind " << past;
          }
        }
      }
    }
  }
}

TEST_P(StructureTest, WithoutAPatternTheOutputIsTheSame) {
  for (const std::size_t queries : {5, 12, 31, 140}) {
    for (const std::size_t keys : {1, 7, 33, 140, 300}) {
      const Heads q = AttentionRun::random({2, queries, 5}, 1), k = AttentionRun::random({2, keys, 5}, 2);
      const std::vector<std::size_t> q_shape = {2, queries, 5}, k_shape = {2, keys, 5};
      const DenseArray dense_q = {q_shape, values(q)}, dense_k = {k_shape, values(k)};
      OperatorOptions options;
      options.structure = GetParam().name;
      options.structure_params = GetParam().params;
      Array fused, output, pattern;
      attention_operator(dense_q, dense_k, dense_k, options, fused);
      attention_operator(dense_q, dense_k, dense_k, options, output, {&pattern});
      for (std::size_t n = 0; n < fused.data.size(); ++n) {
        EXPECT_NEAR(fused.data[n], output.data[n], reordering(keys)) << queries << " x " << keys;
      }
    }
  }
}

TEST_P(StructureTest, NothingThatIsAddedShowsAHiddenKey) {
  constexpr std::size_t kQueries = 12, kKeys = 19;
  std::vector<float> added(kQueries * kKeys, 0.0F);
  for (std::size_t i = 0; i < kQueries; ++i) {
    for (std::size_t j = 0; j < kKeys; ++j) {
      if (!GetParam().sees(static_cast<Index>(i), static_cast<Index>(j))) added[i * kKeys + j] = kInfinity;
    }
  }
  AttentionOptions options = options_for("bidirectional");
  options.sight = own_sight();
  AttentionRun plain(2, kQueries, kKeys, 4), masked(2, kQueries, kKeys, 4), fused(2, kQueries, kKeys, 4);
  plain.run(options);
  options.mask.added = added.data();
  masked.run(options);
  EXPECT_EQ(masked.pattern, plain.pattern);
  Probe silent(1, 2);
  attention(view(std::as_const(fused.q)), view(std::as_const(fused.k)), view(std::as_const(fused.v)), options,
            Site{silent}, {{}, fused.scratch.data()}, view(fused.z));
  for (std::size_t n = 0; n < fused.z.size(); ++n) {
    EXPECT_NEAR(fused.z.data()[n], plain.z.data()[n], reordering(kKeys));
  }
}

TEST(Structure, EveryRowHasASentence) {
  for (const Structure& row : structures()) {
    const auto named = [&](const Sentence& sentence) { return sentence.name == row.facts.name; };
    EXPECT_TRUE(std::ranges::any_of(kSentences, named)) << row.facts.name;
  }
}

TEST(Structure, RefusesNumbersOutsideARowsRangeByName) {
  const auto code = [](const char* name, std::vector<double> params) {
    return code_of([&] { sight(structure(name), params); });
  };
  EXPECT_EQ(code("sliding_window", {0}), "argument_range");
  EXPECT_EQ(code("sliding_window", {2.5}), "argument_range");
  EXPECT_EQ(code("dilated_window", {2, 0}), "argument_range");
  EXPECT_EQ(code("causal", {std::nan("")}), "argument_range");
  EXPECT_EQ(code("causal", {kInfinity}), "argument_range");
  EXPECT_EQ(code("prefix", {-1}), "argument_range");
  EXPECT_EQ(message_of([] { sight(structure("prefix"), std::vector<double>{-1}); }),
            "prefix, prefix: found -1, expected a whole number from 0 to 65536");
}

}  // namespace
}  // namespace attn::test
