#include <set>

#include "attention_support.hpp"
#include "golden.hpp"

namespace attn::test {
namespace {

std::vector<std::string> cases() {
  std::set<std::string> names;
  const Golden golden("attention.safetensors");
  for (const TensorEntry& entry : golden.entries()) names.insert(entry.name.substr(0, entry.name.find('.')));
  return {names.begin(), names.end()};
}

class AttentionGoldenTest : public testing::TestWithParam<std::string> {};

INSTANTIATE_TEST_SUITE_P(PyTorch, AttentionGoldenTest, testing::ValuesIn(cases()),
                         [](const auto& test) { return test.param; });

TEST_P(AttentionGoldenTest, EqualsPyTorchAtEachStation) {
  const Golden golden("attention.safetensors");
  const auto name = [](const char* array) { return GetParam() + "." + array; };
  const HeadsView<const float> q = golden.heads(name("q")), k = golden.heads(name("k")), v = golden.heads(name("v"));
  AttentionOptions options;
  options.sight = sight(structure(GetParam().starts_with("causal") ? "causal" : "bidirectional"));
  options.scale = golden.number(name("scale"));
  if (options.scale == 0.0F) options.scale = 1.0F / std::sqrt(static_cast<float>(q.cols));
  options.softcap = golden.number(name("softcap"));
  options.past = static_cast<std::size_t>(golden.number(name("past")));
  if (golden.has(name("added"))) options.mask.added = golden.values(name("added")).data();
  std::vector<std::uint8_t> allowed;
  if (golden.has(name("allowed"))) {
    for (const float cell : golden.values(name("allowed"))) allowed.push_back(cell != 0.0F);
    options.mask.allowed = allowed.data();
  }

  Heads pattern = Heads::from_shape({q.heads, q.rows, k.rows});
  std::vector<float> scratch(attention_scratch_size(q.rows, k.rows, q.cols, v.cols));
  Heads z = Heads::from_shape({q.heads, q.rows, v.cols});
  Probe probe(1, q.heads);
  for (const char* station : {"scores", "pattern", "z"}) probe.record("blocks.0.attn." + std::string(station));
  attention(q, k, v, options, Site{probe}, {view(pattern), scratch.data()}, view(z));

  ASSERT_EQ(probe.recordings().size(), 3U);
  const double allowed_error = tolerance(1.0, 4 * (k.rows + k.cols + 8));
  for (const Recording& found : probe.recordings()) {
    const std::string station = GetParam() + found.name.substr(found.name.rfind('.'));
    EXPECT_EQ(found.shape, golden.shape(station));
    EXPECT_TRUE(close({found.data.data(), found.data.size()}, golden.values(station), allowed_error)) << station;
  }

  Probe silent(1, q.heads);
  if (needs_pattern(q.rows, Site{silent})) return;
  std::fill(z.begin(), z.end(), kNaN);
  attention(q, k, v, options, Site{silent}, {{}, scratch.data()}, view(z));
  EXPECT_TRUE(close({z.data(), z.size()}, golden.values(name("z")), allowed_error)) << "fused";
}

}  // namespace
}  // namespace attn::test
