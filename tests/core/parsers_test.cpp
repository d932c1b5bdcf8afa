#include "parsers.hpp"

#include <filesystem>

#include "model_support.hpp"

namespace attn::fuzz {
namespace {

namespace fs = std::filesystem;
using test::Folder;

/// Mutations of each seed that every build of the tests feeds; `npm run fuzz -- --seconds N` goes on with libFuzzer.
constexpr std::uint64_t kMutations = 60;

/// Models of tests/golden, one or more of each family.
std::vector<std::string> golden_models() {
  std::vector<std::string> names;
  for (const fs::directory_entry& entry : fs::directory_iterator(ATTN_GOLDEN_DIR)) {
    if (fs::exists(entry.path() / "config.json")) names.push_back(entry.path().filename().string());
  }
  std::ranges::sort(names);
  return names;
}

Bytes seed_for(std::string_view parser, const Folder& folder) {
  const Bytes config(folder.config.begin(), folder.config.end());
  if (parser == "safetensors") return folder.weights;
  return parser == "model" ? model_input(config, folder.weights) : config;
}

class ParserTest : public testing::TestWithParam<Parser> {};

INSTANTIATE_TEST_SUITE_P(Parsers, ParserTest, testing::ValuesIn(parsers().begin(), parsers().end()),
                         [](const auto& info) { return std::string(info.param.name); });

TEST_P(ParserTest, TakesWhatIsRightAndSurvivesWhatIsNot) {
  const std::vector<std::string> names = golden_models();
  ASSERT_GT(names.size(), 10U);
  for (const std::string& name : names) {
    const Bytes seed = seed_for(GetParam().name, Folder(name));
    GetParam().feed(seed);
    for (std::uint64_t n = 0; n < kMutations; ++n) {
      SCOPED_TRACE(name + " " + std::to_string(n));
      EXPECT_NO_THROW(GetParam().feed(mutate(seed, n)));
    }
    for (std::size_t length = 0; length < seed.size(); length += 1 + seed.size() / 16) {
      EXPECT_NO_THROW(GetParam().feed(std::span(seed).first(length))) << name << " cut at " << length;
    }
  }
}

/// What was once found by hand or by libFuzzer, kept in tests/fuzz/corpus.
TEST_P(ParserTest, SurvivesWhatWasFoundBefore) {
  const fs::path folder = fs::path(ATTN_GOLDEN_DIR).parent_path() / "fuzz/corpus" / GetParam().name;
  std::size_t count = 0;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder)) {
    EXPECT_NO_THROW(GetParam().feed(test::read_bytes(entry.path().string()))) << entry.path();
    ++count;
  }
  EXPECT_GT(count, 0U);
}

TEST(Mutations, AreTheSameForTheSameSeedAndDifferFromTheirInput) {
  const Bytes input = {'{', '"', 'a', '"', ':', '1', '2', '}'};
  std::size_t changed = 0;
  for (std::uint64_t n = 0; n < 100; ++n) {
    EXPECT_EQ(mutate(input, n), mutate(input, n));
    changed += mutate(input, n) != input ? 1 : 0;
  }
  EXPECT_GT(changed, 80U);
}

}  // namespace
}  // namespace attn::fuzz
