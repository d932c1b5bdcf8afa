#include <set>

#include "attention/normalisation.hpp"
#include "attention/scoring.hpp"
#include "attention/structure.hpp"
#include "image/filter.hpp"
#include "position/encoding.hpp"
#include "smoothing/smoothing_kernel.hpp"
#include "support.hpp"

/// What every table promises to those who read it.
namespace attn::test {
namespace {

template <class Row>
std::vector<Facts> facts_of(std::span<const Row> rows) {
  std::vector<Facts> out;
  for (const Row& row : rows) out.push_back(row.facts);
  return out;
}

const std::vector<std::vector<Facts>>& tables() {
  static const std::vector<std::vector<Facts>> all = {facts_of(scorings()),          facts_of(normalisations()),
                                                      facts_of(structures()),        facts_of(encodings()),
                                                      facts_of(smoothing_kernels()), facts_of(image_filters())};
  return all;
}

TEST(Tables, RowsSayWhatTheyAreInBothLanguages) {
  for (const auto& table : tables()) {
    for (const Facts& row : table) {
      for (const std::string_view text : {row.name, row.label, row.label_zh, row.formula, row.reference}) {
        EXPECT_FALSE(text.empty()) << row.name;
      }
      for (const Parameter& p : row.params) {
        EXPECT_TRUE(p.minimum <= p.standard && p.standard <= p.maximum) << row.name << ", " << p.name;
        EXPECT_FALSE(p.meaning.empty() || p.meaning_zh.empty()) << row.name << ", " << p.name;
      }
      EXPECT_LE(row.params.size(), Numbers().size()) << row.name;
    }
  }
}

TEST(Tables, NamesAreUniqueInATable) {
  for (const auto& table : tables()) {
    std::set<std::string_view> names;
    for (const Facts& row : table) EXPECT_TRUE(names.insert(row.name).second) << row.name;
  }
}

TEST(Tables, NoTwoAxesOfAttentionShareAParameter) {
  std::set<std::string_view> taken;
  for (std::size_t axis = 0; axis < 3; ++axis) {
    std::set<std::string_view> own;
    for (const Facts& row : tables()[axis]) {
      for (const Parameter& p : row.params) own.insert(p.name);
    }
    for (const std::string_view name : own) EXPECT_TRUE(taken.insert(name).second) << name;
  }
}

TEST(Tables, AScoringIsPairedWithANormalisationThatExists) {
  for (const Scoring& row : scorings()) EXPECT_EQ(normalisation(row.normalisation).facts.name, row.normalisation);
}

TEST(Tables, UnknownNamesAreRefusedWithTheKnownOnes) {
  EXPECT_EQ(code_of([] { scoring("telepathic"); }), "variant_unknown");
  EXPECT_EQ(code_of([] { normalisation("telepathic"); }), "variant_unknown");
  EXPECT_EQ(code_of([] { structure("telepathic"); }), "variant_unknown");
  EXPECT_EQ(code_of([] { smoothing_kernel("telepathic"); }), "variant_unknown");
  EXPECT_EQ(code_of([] { image_filter("telepathic"); }), "variant_unknown");
  const std::string message = message_of([] { scoring("telepathic"); });
  for (const Scoring& row : scorings()) EXPECT_NE(message.find(row.facts.name), std::string::npos) << message;
}

}  // namespace
}  // namespace attn::test
