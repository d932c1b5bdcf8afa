#include "attention/operator.hpp"

#include "allocation.hpp"
#include "attention_support.hpp"

namespace attn::test {
namespace {

/// An owned array to hand in.
struct Array {
  std::vector<std::size_t> shape;
  std::vector<float> data;

  Array(std::vector<std::size_t> extent, std::uint32_t seed) : shape(std::move(extent)) {
    std::size_t count = 1;
    for (const std::size_t n : shape) count *= n;
    data = random_floats(count, 2.0F, seed);
  }
  operator DenseArray() const { return {shape, data}; }
};

std::vector<float> to_vector(const attn::Array& a) { return {a.data.begin(), a.data.end()}; }

struct Result {
  attn::Array output, pattern;
};

Result operate(DenseArray q, DenseArray k, DenseArray v, const OperatorOptions& options) {
  Result result;
  attention_operator(q, k, v, options, result.output, {&result.pattern});
  return result;
}

TEST(Operator, EqualsTheAttentionOfTheModelsAndNamesItsShapes) {
  const Array q({2, 5, 4}, 1), k({2, 7, 4}, 2), v({2, 7, 3}, 3);
  const Result found = operate(q, k, v, {});
  EXPECT_EQ(found.output.shape, (std::vector<std::size_t>{2, 5, 3}));
  EXPECT_EQ(found.pattern.shape, (std::vector<std::size_t>{2, 5, 7}));

  Heads pattern = Heads::from_shape({2, 5, 7}), z = Heads::from_shape({2, 5, 3});
  AttentionOptions options = options_for("bidirectional");
  options.scale = 1.0F / std::sqrt(4.0F);
  Probe silent(1, 2);
  std::vector<float> scratch(attention_scratch_size(5, 7, 4, 3));
  attention({q.data.data(), 2, 5, 4}, {k.data.data(), 2, 7, 4}, {v.data.data(), 2, 7, 3}, options, Site{silent},
            {view(pattern), scratch.data()}, view(z));
  EXPECT_TRUE(std::equal(z.begin(), z.end(), found.output.data.begin(), found.output.data.end()));
  EXPECT_TRUE(std::equal(pattern.begin(), pattern.end(), found.pattern.data.begin(), found.pattern.data.end()));
}

TEST(Operator, ABatchEqualsItsSheetsOneByOne) {
  constexpr std::size_t kBatch = 3;
  const Array q({kBatch, 4, 6, 5}, 4), k({kBatch, 2, 6, 5}, 5), v({kBatch, 2, 6, 5}, 6);
  OperatorOptions options;
  options.structure = "causal";
  const Result whole = operate(q, k, v, options);
  EXPECT_EQ(whole.output.shape, q.shape);
  for (std::size_t b = 0; b < kBatch; ++b) {
    const auto sheet = [b](const Array& array) {
      Array one({array.shape[1], array.shape[2], array.shape[3]}, 0);
      std::copy_n(array.data.begin() + static_cast<std::ptrdiff_t>(b * one.data.size()), one.data.size(),
                  one.data.begin());
      return one;
    };
    const std::vector<float> one = to_vector(operate(sheet(q), sheet(k), sheet(v), options).output);
    EXPECT_TRUE(
        std::equal(one.begin(), one.end(), whole.output.data.begin() + static_cast<std::ptrdiff_t>(b * one.size())));
  }
}

TEST(Operator, TakesAScaleASoftcapAndEitherMask) {
  const Array q({1, 3, 4}, 7), k({1, 3, 4}, 8), v({1, 3, 4}, 9);
  const std::vector<std::size_t> mask_shape = {3, 3};
  const std::vector<std::uint8_t> allowed = {1, 0, 0, 1, 1, 0, 1, 1, 1};
  const std::vector<float> added = {0, -kInfinity, -kInfinity, 0, 0, -kInfinity, 0, 0, 0};
  OperatorOptions causal, by_cells, by_numbers;
  for (OperatorOptions* options : {&causal, &by_cells, &by_numbers}) {
    options->scale = 0.3F;
    options->softcap = 2.0F;
  }
  causal.structure = "causal";
  by_cells.mask = {mask_shape, allowed, {}};
  by_numbers.mask = {mask_shape, {}, added};
  const std::vector<float> expected = to_vector(operate(q, k, v, causal).output);
  EXPECT_EQ(to_vector(operate(q, k, v, by_cells).output), expected);
  EXPECT_EQ(to_vector(operate(q, k, v, by_numbers).output), expected);
  EXPECT_NE(to_vector(operate(q, k, v, {}).output), expected);
}

/// A mask's cell for every head and query, by a plain loop: axes of length 1 stand for all, keys beyond its own are
/// hidden.
template <class T>
std::vector<T> spread(const std::vector<std::size_t>& mask_shape, const std::vector<T>& cells,
                      const std::vector<std::size_t>& full, T hidden) {
  std::vector<T> out;
  for (std::size_t n = 0; n < full[0] * full[1] * full[2] * full[3]; ++n) {
    const std::size_t at[] = {n / full[3] / full[2] / full[1], n / full[3] / full[2] % full[1], n / full[3] % full[2],
                              n % full[3]};
    std::size_t place = 0;
    for (std::size_t axis = 0; axis < mask_shape.size(); ++axis) {
      const std::size_t i = at[axis + 4 - mask_shape.size()], last = axis + 1 == mask_shape.size();
      place = place * mask_shape[axis] + (mask_shape[axis] == 1 && !last ? 0 : i);
    }
    out.push_back(at[3] < mask_shape.back() ? cells[place] : hidden);
  }
  return out;
}

TEST(Operator, AMaskBroadcastsAndHidesTheKeysBeyondItsOwn) {
  const std::vector<std::size_t> full = {2, 3, 6, 7};
  const Array q({2, 3, 6, 4}, 7), k({2, 3, 7, 4}, 8), v({2, 3, 7, 3}, 9);
  for (std::vector<std::size_t> shape : std::vector<std::vector<std::size_t>>{
           {7}, {1, 7}, {6, 7}, {1, 6, 7}, {3, 1, 7}, {3, 6, 7}, {2, 1, 1, 7}, {2, 1, 6, 7}, {1, 3, 1, 7}, full}) {
    for (const std::size_t keys : {7, 5, 1}) {
      shape.back() = keys;
      const Array cells(shape, 10);
      std::vector<std::uint8_t> allowed;
      for (const float cell : cells.data) allowed.push_back(cell > -1.0F);
      const std::vector<std::uint8_t> all_allowed = spread<std::uint8_t>(shape, allowed, full, 0);
      const std::vector<float> all_added = spread(shape, cells.data, full, -kInfinity);
      OperatorOptions small, whole;
      for (const bool added : {false, true}) {
        small.mask = added ? MaskArray{shape, {}, cells.data} : MaskArray{shape, allowed, {}};
        whole.mask = added ? MaskArray{full, {}, all_added} : MaskArray{full, all_allowed, {}};
        EXPECT_EQ(to_vector(operate(q, k, v, small).pattern), to_vector(operate(q, k, v, whole).pattern));
        attn::Array fused, fused_whole;
        attention_operator(q, k, v, small, fused);
        attention_operator(q, k, v, whole, fused_whole);
        EXPECT_EQ(to_vector(fused), to_vector(fused_whole));
      }
      EXPECT_NE(to_vector(operate(q, k, v, small).pattern), to_vector(operate(q, k, v, {}).pattern));
    }
  }
}

/// As other libraries hide: by a number so low that every score drowns in it.
TEST(Operator, ARowThatSeesOnlyTheLowestNumbersIsEven) {
  constexpr std::size_t kQueries = 7, kKeys = 9;
  const Array q({2, kQueries, 4}, 7), k({2, kKeys, 4}, 8), v({2, kKeys, 3}, 9);
  const std::vector<std::size_t> shape = {kQueries, kKeys};
  for (const float low : {-1e20F, std::numeric_limits<float>::lowest()}) {
    std::vector<float> added(kQueries * kKeys, 0.0F);
    std::fill_n(added.begin() + 2 * kKeys, kKeys, low);
    added[4 * kKeys + 5] = low;
    OperatorOptions options;
    options.mask = {shape, {}, added};
    const Result found = operate(q, k, v, options);
    for (std::size_t j = 0; j < kKeys; ++j) EXPECT_EQ(found.pattern.data[2 * kKeys + j], 1.0F / kKeys);
    EXPECT_EQ(found.pattern.data[4 * kKeys + 5], 0.0F);
    attn::Array fused;
    attention_operator(q, k, v, options, fused);
    EXPECT_TRUE(close(to_vector(fused), to_vector(found.output), reordering(kKeys))) << low;
  }
}

TEST(Operator, AnAddedNaNMakesItsRowNaN) {
  constexpr std::size_t kTokens = 6;
  const Array q({1, kTokens, 4}, 7);
  const std::vector<std::size_t> shape = {kTokens, kTokens};
  std::vector<float> added(kTokens * kTokens, 0.0F);
  added[3 * kTokens + 1] = kNaN;
  OperatorOptions options;
  options.mask = {shape, {}, added};
  attn::Array fused;
  attention_operator(q, q, q, options, fused);
  for (const std::vector<float>& z : {to_vector(operate(q, q, q, options).output), to_vector(fused)}) {
    for (std::size_t n = 0; n < z.size(); ++n) EXPECT_EQ(std::isnan(z[n]), n / 4 == 3) << n;
  }
}

TEST(Operator, WithoutAPatternGivesTheSameOutput) {
  for (const std::size_t queries : {1, 4, 5, 23, 70}) {
    const Array q({2, 4, queries, 5}, 10), k({2, 2, queries + 3, 5}, 11), v({2, 2, queries + 3, 6}, 12);
    for (const char* name : {"bidirectional", "causal"}) {
      OperatorOptions options;
      options.structure = name;
      attn::Array output;
      attention_operator(q, k, v, options, output);
      const Result expected = operate(q, k, v, options);
      EXPECT_EQ(output.shape, expected.output.shape);
      EXPECT_TRUE(close(to_vector(output), to_vector(expected.output), reordering(queries + 3))) << queries;
    }
  }
}

TEST(Operator, WithoutAPatternMemoryGrowsWithTheTokens) {
  constexpr std::size_t kTokens = 4096;
  const Array q({1, kTokens, 4}, 1), k({1, kTokens, 4}, 2), v({1, kTokens, 4}, 3);
  const Allocations before;
  attn::Array output;
  attention_operator(q, k, v, {}, output);
  EXPECT_LT(before.bytes_since(), 64 * kTokens * sizeof(float));
}

struct Refusal {
  const char* what;
  std::vector<std::size_t> q, k, v;
  const char* names;
};

class OperatorRefusalTest : public testing::TestWithParam<Refusal> {};

INSTANTIATE_TEST_SUITE_P(
    Shapes, OperatorRefusalTest,
    testing::Values(Refusal{"rank", {4, 4}, {1, 4, 4}, {1, 4, 4}, "q: found (4, 4)"},
                    Refusal{"empty_axis", {1, 0, 4}, {1, 4, 4}, {1, 4, 4}, "q: found (1, 0, 4)"},
                    Refusal{"width", {1, 4, 5}, {1, 4, 4}, {1, 4, 4}, "q, k: found (5, 4)"},
                    Refusal{"heads", {3, 4, 4}, {2, 4, 4}, {2, 4, 4}, "k: found (2, 4, 4)"},
                    Refusal{"value_heads", {2, 4, 4}, {2, 4, 4}, {1, 4, 4}, "v: found (1, 4, 4)"},
                    Refusal{"value_tokens", {1, 4, 4}, {1, 6, 4}, {1, 4, 4}, "v: found (1, 4, 4)"},
                    Refusal{"batch", {2, 1, 4, 4}, {1, 1, 4, 4}, {2, 1, 4, 4}, "k: found (1, 1, 4, 4)"}),
    [](const auto& test) { return std::string(test.param.what); });

TEST_P(OperatorRefusalTest, ShapesThatDoNotGoTogetherAreRefusedByName) {
  const Refusal& r = GetParam();
  const auto call = [&] { operate(Array(r.q, 1), Array(r.k, 2), Array(r.v, 3), {}); };
  EXPECT_EQ(code_of(call), "argument_shape");
  EXPECT_NE(message_of(call).find(r.names), std::string::npos) << message_of(call);
}

TEST(OperatorRefusal, DataThatDoesNotFillItsShape) {
  Array q({1, 4, 4}, 1);
  q.data.pop_back();
  EXPECT_EQ(code_of([&] { operate(q, Array({1, 4, 4}, 2), Array({1, 4, 4}, 3), {}); }), "argument_shape");
}

/// The product of the axes wraps around to 0, which is as many elements as the data has.
TEST(OperatorRefusal, AShapeWhoseProductOverflows) {
  constexpr std::size_t kHalf = std::size_t{1} << (std::numeric_limits<std::size_t>::digits / 2);
  const std::vector<std::size_t> shape = {kHalf, kHalf, 1};
  const DenseArray huge = {shape, {}};
  EXPECT_EQ(code_of([&] { operate(huge, huge, huge, {}); }), "argument_shape");
}

TEST(OperatorRefusal, APatternLargerThanMemoryBeforeAnythingIsAllocated) {
  constexpr std::size_t kTokens = std::size_t{1} << 16;  // the pattern's 2^32 numbers wrap around to 0 in wasm
  const Array q({1, kTokens, 1}, 1), k({1, kTokens, 1}, 2), v({1, kTokens, 1}, 3);
  const Allocations before;
  EXPECT_EQ(code_of([&] { operate(q, k, v, {}); }), "memory_limit");
  EXPECT_LT(before.bytes_since(), 10'000U);
}

TEST(OperatorRefusal, AMaskOfAnotherShapeOrWithoutOne) {
  const Array q({1, 3, 4}, 7), k({1, 5, 4}, 8), v({1, 5, 4}, 9);
  const std::vector<std::uint8_t> cells(15, 1);
  const auto code = [&](std::vector<std::size_t> shape, std::span<const std::uint8_t> allowed,
                        std::span<const float> added) {
    OperatorOptions options;
    options.mask = {shape, allowed, added};
    return code_of([&] { operate(q, k, v, options); });
  };
  const std::span<const std::uint8_t> allowed(cells);
  const std::vector<float> numbers(15, 0.0F);
  EXPECT_EQ(code({3, 5}, allowed, {}), "none");
  EXPECT_EQ(code({5, 3}, allowed, {}), "argument_shape");
  EXPECT_EQ(code({3, 5, 1}, allowed, {}), "argument_shape");
  EXPECT_EQ(code({1, 1, 3, 5}, allowed, {}), "none");
  EXPECT_EQ(code({2, 1, 3, 5}, allowed, {}), "argument_shape");
  EXPECT_EQ(code({3, 6}, allowed, {}), "argument_shape");
  EXPECT_EQ(code({1, 1, 1, 3, 5}, allowed, {}), "argument_shape");
  EXPECT_EQ(code({3, 5}, allowed.first(14), {}), "argument_shape");
  EXPECT_EQ(code({3, 5}, {}, {}), "argument_shape");
  EXPECT_EQ(code({}, allowed.first(14), {}), "argument_shape");
  EXPECT_EQ(code({3, 5}, allowed.first(1), numbers), "argument_shape");
}

TEST(OperatorRefusal, NumbersOutOfRange) {
  const Array q({1, 3, 4}, 7), k({1, 3, 4}, 8), v({1, 3, 4}, 9);
  const auto code = [&](float scale, float softcap) {
    OperatorOptions options;
    options.scale = scale;
    options.softcap = softcap;
    return code_of([&] { operate(q, k, v, options); });
  };
  EXPECT_EQ(code(-1.0F, 0.0F), "none");
  EXPECT_EQ(code(kNaN, 0.0F), "argument_range");
  EXPECT_EQ(code(kInfinity, 0.0F), "argument_range");
  EXPECT_EQ(code(1.0F, -1.0F), "argument_range");
  EXPECT_EQ(code(1.0F, kNaN), "argument_range");
}

TEST(OperatorRefusal, AnUnknownVariantWithTheKnownOnesNamed) {
  const Array q({1, 3, 4}, 7), k({1, 3, 4}, 8), v({1, 3, 4}, 9);
  OperatorOptions options;
  options.structure = "sideways";
  EXPECT_EQ(code_of([&] { operate(q, k, v, options); }), "variant_unknown");
  const std::string message = message_of([&] { operate(q, k, v, options); });
  for (const Structure& row : structures()) EXPECT_NE(message.find(row.facts.name), std::string::npos) << message;
}

}  // namespace
}  // namespace attn::test
