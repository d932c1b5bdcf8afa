#include <functional>

#include "arrays.hpp"
#include "attention/normalisation.hpp"
#include "attention/operator.hpp"
#include "golden.hpp"
#include "layers/non_local_block.hpp"
#include "layers/operators.hpp"

namespace attn::test {
namespace {

struct Block {
  Array x, g, w_z, theta, phi, w_f;
  Array output, pattern, y;
};

/// Runs a block with the weights that its kind takes.
void run(Block& block, std::string_view kind, std::string_view normalisation = {}) {
  const bool embeds = kind != "gaussian";
  non_local_block_operator(block.x,
                           {block.g, block.w_z, embeds ? &block.theta : nullptr, embeds ? &block.phi : nullptr,
                            kind == "concatenation" ? &block.w_f : nullptr},
                           kind, normalisation, {block.output, block.pattern, block.y});
}

Block random_block(std::size_t n, std::size_t c, std::size_t e) {
  return {random_array({n, c}, 1),
          random_array({c, e}, 2),
          random_array({e, c}, 3),
          random_array({c, e}, 4),
          random_array({c, e}, 5),
          random_array({2 * e}, 6),
          {},
          {},
          {}};
}

Array product(const Array& a, Array b) {
  Array out;
  matmul_operator(a, b, out);
  return out;
}

TEST(NonLocalBlock, EqualsNumpyInDoublePrecision) {
  const Golden golden("non_local.safetensors");
  std::size_t seen = 0;
  for (const std::string& name : golden.cases()) {
    SCOPED_TRACE(name);
    ++seen;
    const auto weight = [&](const char* of) { return golden.has(name + of) ? golden.array(name + of) : Array(); };
    Block block = {
        weight(".x"), weight(".g"), weight(".w_z"), weight(".theta"), weight(".phi"), weight(".w_f"), {}, {}, {}};
    const std::size_t cut = name.find_last_of('_');
    const std::string end = name.substr(cut + 1);
    run(block, name.substr(0, cut), end == "softmax" || end == "count" ? end : "");
    const std::size_t n = block.x.shape[0], c = block.x.shape[1], e = block.g.shape[1];
    // A score's roundings count times its magnitude in the exponent; y and output are sums behind that.
    const double scores =
        4.0 * static_cast<double>(c) * magnitude_of(numbers(block.x)) * magnitude_of(numbers(block.x));
    const double allowed = tolerance(1.0 + scores, 2 * c + 2 * e + n + 8);
    const auto expect = [&](const Array& found, const std::string& of) {
      EXPECT_EQ(found.shape, golden.shape(name + of)) << of;
      EXPECT_TRUE(close(numbers(found), golden.values(name + of), allowed)) << of;
    };
    expect(block.pattern, ".pattern");
    expect(block.y, ".y");
    expect(block.output, ".output");
  }
  EXPECT_EQ(seen, 14U);
}

TEST(NonLocalBlock, OfEmbeddedGaussiansIsAttentionNumberByNumber) {
  Block block = random_block(40, 6, 5);
  run(block, "embedded_gaussian");
  const Array q = product(block.x, block.theta), k = product(block.x, block.phi), v = product(block.x, block.g);
  const std::size_t shape[] = {1, 40, 5};
  OperatorOptions options;
  options.scale = 1.0F;
  Array y, pattern;
  OperatorResults results;
  results.pattern = &pattern;
  attention_operator({shape, numbers(q)}, {shape, numbers(k)}, {shape, numbers(v)}, options, y, results);
  // Products of other shapes may add in another order, which the exponential makes relative errors of.
  const double score = 5.0 * magnitude_of(numbers(q)) * magnitude_of(numbers(k));
  EXPECT_TRUE(close(numbers(block.pattern), numbers(pattern), tolerance(1.0 + score, 6 + 5)));
  EXPECT_TRUE(close(numbers(block.y), numbers(y), tolerance(1.0 + score, 6 + 5 + 40)));
}

TEST(NonLocalBlock, WithoutAWayBackGivesWhatItWasGiven) {
  for (const char* kind : {"embedded_gaussian", "gaussian", "dot_product", "concatenation"}) {
    Block block = random_block(9, 4, 2);
    std::ranges::fill(block.w_z.data, 0.0F);
    run(block, kind);
    EXPECT_TRUE(same(block.output, block.x)) << kind;
  }
}

TEST(NonLocalBlock, MovesWithItsPositions) {
  for (const char* kind : {"embedded_gaussian", "gaussian", "dot_product", "concatenation"}) {
    Block block = random_block(8, 3, 4), other = block;
    for (std::size_t i = 0; i < 8; ++i) {
      std::copy_n(block.x.data.begin() + static_cast<std::ptrdiff_t>(3 * i), 3,
                  other.x.data.begin() + static_cast<std::ptrdiff_t>(3 * (7 - i)));
    }
    run(block, kind);
    run(other, kind);
    for (std::size_t n = 0; n < 24; ++n) {
      EXPECT_NEAR(other.output.data[(7 - n / 3) * 3 + n % 3], block.output.data[n], tolerance(8.0, 24)) << kind;
    }
  }
}

TEST(NonLocalBlock, TakesAnyNormalisation) {
  for (const Normalisation& row : normalisations()) {
    Block block = random_block(10, 4, 3);
    run(block, "dot_product", row.facts.name);
    for (std::size_t i = 0; i < 10 && !std::isnan(row.sum); ++i) {
      double sum = 0.0;
      for (std::size_t j = 0; j < 10; ++j) sum += static_cast<double>(block.pattern.data[i * 10 + j]);
      EXPECT_NEAR(sum, row.sum, tolerance(1.0, 20)) << row.facts.name;
    }
    EXPECT_TRUE(std::ranges::all_of(block.output.data, [](float x) { return std::isfinite(x); })) << row.facts.name;
  }
}

TEST(NonLocalBlockRefusal, NamesWhatIsWrong) {
  const auto expect = [](const std::function<void(Block&)>& change, std::string_view kind, const std::string& begin) {
    Block block = random_block(6, 4, 3);
    change(block);
    const auto call = [&] { run(block, kind); };
    const std::string found = code_of(call) + ": " + message_of(call);
    EXPECT_EQ(found.find(begin), 0U) << found;
  };
  const auto nothing = [](Block&) {};
  expect(nothing, "cosine",
         "variant_unknown: kind \"cosine\": expected one of gaussian, embedded_gaussian, dot_product, ");
  expect([](Block& b) { b.x = filled({6, 4, 1}, 0.0F); }, "gaussian", "argument_shape: x: found (6, 4, 1)");
  expect([](Block& b) { b.x = filled({0, 4}, 0.0F); }, "gaussian", "argument_shape: x: found (0, 4)");
  expect([](Block& b) { b.x = filled({4097, 4}, 0.0F); }, "gaussian", "argument_shape: x: found (4097, 4)");
  expect([](Block& b) { b.g = filled({4}, 0.0F); }, "gaussian", "argument_shape: g: found (4)");
  expect([](Block& b) { b.g = filled({5, 3}, 0.0F); }, "gaussian", "argument_shape: g: found (5, 3), expected (4, 3)");
  expect([](Block& b) { b.w_z = filled({4, 3}, 0.0F); }, "gaussian", "argument_shape: w_z: found (4, 3)");
  expect([](Block& b) { b.phi = filled({4, 2}, 0.0F); }, "dot_product", "argument_shape: phi: found (4, 2)");
  expect([](Block& b) { b.w_f = filled({3}, 0.0F); }, "concatenation", "argument_shape: w_f: found (3), expected (6)");

  Block block = random_block(6, 4, 3);
  const NonLocalResults results = {block.output, block.pattern, block.y};
  const auto message = [&](const NonLocalWeights& weights, std::string_view kind) {
    return message_of([&] { non_local_block_operator(block.x, weights, kind, {}, results); });
  };
  EXPECT_EQ(message({block.g, block.w_z, &block.theta}, "dot_product").find("phi: found none"), 0U);
  EXPECT_EQ(message({block.g, block.w_z, &block.theta}, "gaussian").find("theta: found one, expected none"), 0U);
  EXPECT_EQ(code_of([&] {
              non_local_block_operator(block.x, {block.g, block.w_z}, "gaussian", {},
                                       {block.x, block.pattern, block.y});
            }),
            "argument_shape");
  EXPECT_EQ(code_of([&] { run(block, "gaussian", "telepathic"); }), "variant_unknown");
}

}  // namespace
}  // namespace attn::test
