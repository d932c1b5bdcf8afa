#include <set>

#include "axes_support.hpp"
#include "golden.hpp"

/// ONNX's published cases of the operator `Attention`, opset 23 to 25; make_onnx_golden.py says what the files hold.
namespace attn::test {
namespace {

const Golden& file_of(std::string_view name) {
  static const Golden of_4d("onnx_attention_4d.safetensors"), of_3d("onnx_attention_3d.safetensors");
  return name.starts_with("attention_3d") ? of_3d : of_4d;
}

std::vector<std::string> cases() {
  std::set<std::string> names;
  for (const char* file : {"attention_4d", "attention_3d"}) {
    for (const TensorEntry& entry : file_of(file).entries()) {
      names.insert(entry.name.substr(0, entry.name.find('.')));
    }
  }
  return {names.begin(), names.end()};
}

/// The last but one axis, `times` times over.
Array repeat_rows(const Array& a, std::size_t times) {
  Array out;
  std::vector<std::size_t> shape = a.shape;
  const std::size_t width = shape.back(), rows = shape[shape.size() - 2];
  shape[shape.size() - 2] = rows * times;
  out.resize(shape);
  for (std::size_t n = 0; n < out.data.size(); ++n) {
    const std::size_t sheet = n / width / (rows * times), row = n / width % rows;
    out.data[n] = a.data[(sheet * rows + row) * width + n % width];
  }
  return out;
}

std::vector<std::size_t> lengths_of(std::span<const float> numbers) { return {numbers.begin(), numbers.end()}; }

enum Setting : std::uint8_t { kScale, kSoftcap, kCausal, kWindow, kQHeads, kKvHeads, kPast, kMode };

/// A case's operands and options, kept for as long as `options` looks at them.
struct Case {
  std::string name;
  const Golden& golden;
  std::span<const float> settings;
  Array q, k, v, past_key, past_value, mask;
  std::vector<std::uint8_t> allowed;
  std::vector<std::size_t> lengths;
  std::vector<double> window;
  DenseArray past[2];
  OperatorOptions options;

  explicit Case(const std::string& case_name)
      : name(case_name + "."), golden(file_of(case_name)), settings(golden.values(name + "settings")) {
    q = operand("q", 0, 1);
    k = operand("k", 1, 2);
    v = operand("v", 2, 3);
    options.scale = settings[kScale];
    options.softcap = settings[kSoftcap];
    options.q_heads = count(kQHeads);
    options.kv_heads = count(kKvHeads);
    options.matmul_mode = std::max(0, static_cast<int>(settings[kMode]));
    options.structure = settings[kWindow] > 0.0F   ? "sliding_window"
                        : settings[kCausal] > 0.0F ? "causal"
                                                   : "bidirectional";
    if (settings[kWindow] > 0.0F) window = {static_cast<double>(settings[kWindow])};
    options.structure_params = window;
    if (golden.has(name + "lengths")) lengths = lengths_of(golden.values(name + "lengths"));
    options.lengths = lengths;
    take_mask();
    take_past();
  }

  std::size_t count(Setting setting) const { return static_cast<std::size_t>(settings[setting]); }

  bool merged(const Array& a) const { return a.shape.size() == 3; }
  std::size_t heads_of(const Array& a) const { return merged(a) ? count(kKvHeads) : a.shape[1]; }
  std::size_t width_of(const Array& a) const { return merged(a) ? a.shape[2] / count(kKvHeads) : a.shape[3]; }

  /// The queries, and what the mask has for them, `times` times over.
  void repeat_queries(std::size_t times) {
    q = repeat_rows(q, times);
    if (!mask.shape.empty()) mask = repeat_rows(mask, times);
    set_mask();
  }

  /// The past's rows and behind them those of `fresh`, (batch, heads, past + tokens, width), by a plain loop.
  Array joined(const Array& before, const Array& fresh) const {
    const std::size_t heads = heads_of(fresh), width = width_of(fresh), tokens = fresh.shape[merged(fresh) ? 1 : 2];
    Array out;
    out.resize(std::vector{fresh.shape[0], heads, count(kPast) + tokens, width});
    for (std::size_t n = 0; n < out.data.size(); ++n) {
      const std::size_t c = n % width, t = n / width % out.shape[2], h = n / width / out.shape[2] % heads;
      const std::size_t b = n / width / out.shape[2] / heads;
      const std::size_t new_t = t - count(kPast);
      out.data[n] = t < count(kPast) ? before.data[((b * heads + h) * count(kPast) + t) * width + c]
                    : merged(fresh)  ? fresh.data[((b * tokens + new_t) * heads + h) * width + c]
                                     : fresh.data[((b * heads + h) * tokens + new_t) * width + c];
    }
    return out;
  }

 private:
  Array operand(const std::string& key, std::size_t row, std::uint32_t seed) {
    const std::size_t axes = golden.shape(name + "shapes").at(1);
    const auto shape = lengths_of(golden.values(name + "shapes").subspan(row * axes, axes));
    return golden.has(name + key) ? array(shape, golden.values(name + key)) : random_array(shape, seed);
  }

  void take_mask() {
    if (golden.has(name + "mask_shape")) {
      mask = random_array(lengths_of(golden.values(name + "mask_shape")), 4);
    } else if (golden.has(name + "added") || golden.has(name + "allowed")) {
      const std::string key = name + (golden.has(name + "added") ? "added" : "allowed");
      mask = array(golden.shape(key), golden.values(key));
    }
    set_mask();
  }

  /// Shows `options` the mask as it is.
  void set_mask() {
    options.mask = {mask.shape, {}, numbers(mask)};
    if (!golden.has(name + "allowed")) return;
    allowed.clear();
    for (const float cell : mask.data) allowed.push_back(cell != 0.0F);
    options.mask = {mask.shape, allowed, {}};
  }

  void take_past() {
    if (count(kPast) == 0) return;
    const std::vector<std::size_t> before = {q.shape[0], heads_of(k), count(kPast)};
    past_key = random_array({before[0], before[1], before[2], width_of(k)}, 5);
    past_value = random_array({before[0], before[1], before[2], width_of(v)}, 6);
    past[0] = past_key;
    past[1] = past_value;
    options.past_key = &past[0];
    options.past_value = &past[1];
  }
};

class OnnxAttentionTest : public testing::TestWithParam<std::string> {};

INSTANTIATE_TEST_SUITE_P(Published, OnnxAttentionTest, testing::ValuesIn(cases()),
                         [](const auto& test) { return test.param; });

/// The operands are below 2: a score sums 8 products below 4, scaled by up to 1 / sqrt(8).
constexpr double kLargestScore = 8 * 4 * 0.354;

TEST_P(OnnxAttentionTest, GivesWhatTheReferenceGives) {
  Case one(GetParam());
  Array output, present_key, present_value, matmul;
  const bool asked = one.settings[kMode] >= 0.0F;
  attention_operator(one.q, one.k, one.v, one.options, output,
                     {nullptr, &present_key, &present_value, asked ? &matmul : nullptr});
  const double relative = tolerance(kLargestScore, one.k.shape[one.k.shape.size() - 2] + one.count(kPast) + 16);
  EXPECT_EQ(output.shape, one.golden.shape(one.name + "y"));
  EXPECT_TRUE(close(numbers(output), one.golden.values(one.name + "y"), relative));
  if (asked) {
    EXPECT_EQ(matmul.shape, one.golden.shape(one.name + "qk"));
    EXPECT_TRUE(close(numbers(matmul), one.golden.values(one.name + "qk"), relative));
  }
  const Array keys = one.joined(one.past_key, one.k), values = one.joined(one.past_value, one.v);
  EXPECT_EQ(present_key.shape, keys.shape);
  EXPECT_TRUE(std::ranges::equal(numbers(present_key), numbers(keys)));
  EXPECT_EQ(present_value.shape, values.shape);
  EXPECT_TRUE(std::ranges::equal(numbers(present_value), numbers(values)));
}

/// With the queries repeated until attention fuses where it can.
TEST_P(OnnxAttentionTest, GivesTheSameWithItsPatternAndWithout) {
  Case one(GetParam());
  one.repeat_queries(2 * kFewQueries);
  Array output, alone, pattern;
  attention_operator(one.q, one.k, one.v, one.options, output, {&pattern});
  attention_operator(one.q, one.k, one.v, one.options, alone);
  const double relative = tolerance(kLargestScore, one.k.shape[one.k.shape.size() - 2] + one.count(kPast) + 16);
  EXPECT_EQ(alone.shape, output.shape);
  EXPECT_TRUE(close(numbers(alone), numbers(output), relative));
  const std::vector<std::size_t> shape = {one.q.shape[0], one.merged(one.q) ? one.count(kQHeads) : one.q.shape[1],
                                          one.q.shape[one.q.shape.size() - 2], pattern.shape.back()};
  EXPECT_EQ(pattern.shape, shape);
}

TEST(OnnxAttention, EveryPublishedCaseIsHere) { EXPECT_EQ(cases().size(), 75U); }

/// No case asks for one of the two.
TEST(OnnxAttention, APresentValueMayBeAskedForAlone) {
  const Array q = random_array({1, 2, 3}, 1), v = random_array({1, 2, 4}, 2);
  Array output, present;
  attention_operator(q, q, v, {}, output, {nullptr, nullptr, &present});
  EXPECT_EQ(present.shape, (std::vector<std::size_t>{1, 1, 2, 4}));
  EXPECT_TRUE(std::ranges::equal(numbers(present), numbers(v)));
}

}  // namespace
}  // namespace attn::test
