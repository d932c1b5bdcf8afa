#include "layers/rotary_embedding.hpp"

#include "golden.hpp"
#include "positions_support.hpp"

namespace attn::test {
namespace {

using Shape = std::vector<std::size_t>;

Array golden_array(const Golden& golden, const std::string& name) {
  Array out;
  out.resize(golden.shape(name));
  std::ranges::copy(golden.values(name), out.data.begin());
  return out;
}

/// A case of tests/golden/make_positions_golden.py: those of the ONNX project's own and more.
struct Arguments {
  Arguments(const Golden& golden, const std::string& name)
      : x(golden_array(golden, name + ".x")),
        cos(golden_array(golden, name + ".cos")),
        sin(golden_array(golden, name + ".sin")) {
    const std::span<const float> numbers = golden.values(name + ".options");
    options.n_heads = static_cast<std::size_t>(numbers[0]);
    options.width = static_cast<std::size_t>(numbers[1]);
    options.interleaved = numbers[2] != 0.0F;
    if (!golden.has(name + ".ids")) return;
    for (const float id : golden.values(name + ".ids")) ids.push_back(static_cast<std::size_t>(id));
    options.position_ids = ids;
  }
  Arguments(const Arguments&) = delete;

  Array x, cos, sin;
  std::vector<std::size_t> ids;
  RotaryOptions options;
};

std::vector<std::string> cases(const Golden& golden) {
  std::vector<std::string> out;
  for (const TensorEntry& entry : golden.entries()) {
    if (entry.name.ends_with(".options")) out.push_back(entry.name.substr(0, entry.name.find('.')));
  }
  return out;
}

TEST(RotaryEmbedding, EqualsTheGoldenValuesOfOnnxsCases) {
  const Golden golden("positions.safetensors");
  EXPECT_EQ(cases(golden).size(), 11U);
  for (const std::string& name : cases(golden)) {
    Arguments given(golden, name);
    const std::span<const float> expected = golden.values(name + ".y");
    Array out;
    rotary_embedding_operator(given.x, given.cos, given.sin, given.options, out);
    EXPECT_EQ(out.shape, given.x.shape) << name;
    EXPECT_TRUE(close(numbers(out), expected, tolerance(4.0, 3))) << name;
    rotary_embedding_operator(given.x, given.cos, given.sin, given.options, given.x);
    EXPECT_TRUE(std::ranges::equal(numbers(given.x), numbers(out))) << name << " in place";
  }
}

TEST(RotaryEmbedding, OfOneSequenceNeedsNoBatch) {
  const Array x = numbers_array({4, 3, 8}), whole = numbers_array({1, 4, 3, 8});
  const Array cos = numbers_array({3, 4}, 66), sin = numbers_array({3, 4}, 67);
  for (const bool interleaved : {false, true}) {
    Array out, expected;
    rotary_embedding_operator(x, cos, sin, {.interleaved = interleaved}, out);
    rotary_embedding_operator(whole, cos, sin, {.interleaved = interleaved}, expected);
    EXPECT_EQ(out.shape, x.shape);
    EXPECT_TRUE(std::ranges::equal(numbers(out), numbers(expected)));
  }
}

TEST(RotaryEmbedding, CachesWithoutABatchServeEverySequence) {
  const Array x = numbers_array({2, 4, 3, 8}), cos = numbers_array({3, 4}, 66), sin = numbers_array({3, 4}, 67);
  const std::vector<std::size_t> ids = {0, 1, 2, 0, 1, 2};
  Array out, expected;
  rotary_embedding_operator(x, cos, sin, {}, out);
  rotary_embedding_operator(x, cos, sin, {.position_ids = ids}, expected);
  EXPECT_TRUE(std::ranges::equal(numbers(out), numbers(expected)));
}

/// With an encoding's own table for caches: q_t . k_s depends on t - s alone, whatever the positions begin with.
TEST(RotaryEmbedding, ShiftedPositionsLeaveTheScores) {
  constexpr std::size_t kTokens = 6, kWidth = 8;
  for (const char* name : {"rotary", "rotary_interleaved"}) {
    const Array angles = table(name, 50, kWidth);
    Array cos, sin;
    for (Array* cache : {&cos, &sin}) cache->resize(Shape{50, kWidth / 2});
    for (std::size_t t = 0; t < 50; ++t) {
      std::copy_n(rows(angles).row(t), kWidth / 2, cos.data.data() + t * kWidth / 2);
      std::copy_n(rows(angles).row(t) + kWidth / 2, kWidth / 2, sin.data.data() + t * kWidth / 2);
    }
    const auto turned = [&](std::uint32_t seed, std::size_t shift) {
      std::vector<std::size_t> ids(kTokens);
      for (std::size_t t = 0; t < kTokens; ++t) ids[t] = t + shift;
      Array out;
      const RotaryOptions options = {.interleaved = encoding(name).interleaved, .position_ids = ids};
      rotary_embedding_operator(numbers_array({1, kTokens, kWidth}, seed), cos, sin, options, out);
      out.resize(Shape{kTokens, kWidth});
      return out;
    };
    const Array q = turned(71, 0), k = turned(72, 0), far_q = turned(71, 44), far_k = turned(72, 44);
    for (std::size_t t = 0; t < kTokens; ++t) {
      for (std::size_t s = 0; s < kTokens; ++s) {
        EXPECT_NEAR(dot_product(rows(q), t, rows(k), s), dot_product(rows(far_q), t, rows(far_k), s),
                    tolerance(2.0, 4 * kWidth));
      }
    }
  }
}

TEST(RotaryEmbeddingRefusal, OfEachArgumentByName) {
  const Array x = numbers_array({2, 4, 3, 8}), cache = numbers_array({9, 4});
  const std::vector<std::size_t> ids = {0, 8, 3, 1, 1, 2};
  const auto message = [&](const Array& given, const Array& cos, const Array& sin, const RotaryOptions& options) {
    Array out;
    return message_of([&] { rotary_embedding_operator(given, cos, sin, options, out); });
  };
  const RotaryOptions plain{.position_ids = ids};
  EXPECT_EQ(message(x, cache, cache, plain), "none");
  EXPECT_EQ(message(x, cache, cache, {}), "cos_cache: found (9, 4), expected (2, 3, 4) or (3, 4)");
  EXPECT_EQ(message(x, numbers_array({9, 3}), cache, plain), "cos_cache: found (9, 3), expected (positions, 4)");
  EXPECT_EQ(message(x, numbers_array({4}), cache, plain), "cos_cache: found (4), expected (positions, 4)");
  EXPECT_EQ(message(x, cache, numbers_array({8, 4}), plain),
            "sin_cache: found (8, 4), expected the shape of cos_cache");
  EXPECT_EQ(message(x, numbers_array({1, 3, 4}), cache, {}),
            "cos_cache: found (1, 3, 4), expected (2, 3, 4) or (3, 4)");
  EXPECT_EQ(message(numbers_array({8, 3}), cache, cache, plain),
            "x: found (8, 3), expected (heads, tokens, d_head) or (batch, heads, tokens, d_head)");
  EXPECT_EQ(message(numbers_array({2, 3, 32}), cache, cache, {.n_heads = 5, .position_ids = ids}),
            "x: found (2, 3, 32), expected 5 heads, or a last axis that they divide");
  EXPECT_EQ(message(x, cache, cache, {.n_heads = 3, .position_ids = ids}),
            "x: found (2, 4, 3, 8), expected 3 heads, or a last axis that they divide");
  const std::vector<std::size_t> few = {0, 1}, beyond = {0, 1, 2, 3, 9, 4};
  EXPECT_EQ(message(x, cache, cache, {.position_ids = few}),
            "position_ids: found (2), expected 6 numbers, one for each token");
  EXPECT_EQ(message(x, cache, cache, {.position_ids = beyond}),
            "position_ids: found 9, expected numbers below 9, the rows of the caches");
  for (const std::size_t width : {3, 10}) {
    EXPECT_EQ(
        message(x, cache, cache, {.width = width, .position_ids = ids}),
        "rotary_embedding_dim: found " + std::to_string(width) + ", expected an even number up to the heads' width 8");
  }
  EXPECT_EQ(message(numbers_array({2, 4, 3, 7}), cache, cache, plain),
            "rotary_embedding_dim: found 7, expected an even number up to the heads' width 7");
  Array both = cache;
  EXPECT_EQ(code_of([&] { rotary_embedding_operator(x, both, cache, plain, both); }), "argument_shape");
  EXPECT_EQ(code_of([&] { rotary_embedding_operator(x, cache, both, plain, both); }), "argument_shape");
}

}  // namespace
}  // namespace attn::test
