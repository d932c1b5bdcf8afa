#include "allocation.hpp"
#include "model_support.hpp"

namespace attn::test {
namespace {

/// Logits of the model run over `ids` in pieces of the given lengths, one cache behind them all.
std::vector<float> in_pieces(const Transformer& model, std::span<const std::int32_t> ids,
                             const std::vector<std::size_t>& lengths) {
  const std::size_t vocab = model.config().vocab_size;
  Cache cache;
  cache.reset(model.config(), ids.size());
  Workspace workspace;
  Probe silent = model.probe();
  std::vector<float> logits(ids.size() * vocab);
  std::size_t begin = 0;
  for (const std::size_t length : lengths) {
    model.forward(ids.subspan(begin, length), cache, workspace, silent, {logits.data() + begin * vocab, length, vocab});
    begin += length;
  }
  EXPECT_EQ(begin, ids.size());
  EXPECT_EQ(cache.length, ids.size());
  return logits;
}

TEST(Cache, TokenByTokenAndInChunksEqualsAllAtOnce) {
  for (const char* name : {"gpt2_f32", "gpt2_gelu", "llama_f32", "llama_f16", "llama_bf16", "llama_bands"}) {
    Tiny tiny(name);
    const Transformer& model = tiny.model.transformer();
    const std::vector<float> whole = tiny.logits(kIds);
    EXPECT_TRUE(close(in_pieces(model, kIds, std::vector<std::size_t>(kIds.size(), 1)), whole, 1e-5));
    for (std::size_t first = 1; first < kIds.size(); ++first) {
      EXPECT_TRUE(close(in_pieces(model, kIds, {first, kIds.size() - first}), whole, 1e-5)) << first;
    }
  }
}

TEST(Cache, PaintedCellsCountFromTheStartOfTheContext) {
  Tiny tiny;
  const Transformer& model = tiny.model.transformer();
  Edit mask;
  mask.kind = Edit::Kind::mask;
  mask.mask = {kIds.size(), kIds.size(), std::vector<std::uint8_t>(kIds.size() * kIds.size(), 1)};
  for (std::size_t i = 0; i < kIds.size(); ++i) {
    for (std::size_t j = 0; j < kIds.size(); ++j) mask.mask.allowed[i * kIds.size() + j] = j <= i && (i + j) % 3 != 1;
  }
  Probe at_once = model.probe(), later = model.probe();
  for (Probe* probe : {&at_once, &later}) probe->edit("blocks.1.attn.scores", mask);
  const std::vector<float> whole = tiny.logits(kIds, at_once);

  const std::size_t vocab = model.config().vocab_size;
  Cache cache;
  cache.reset(model.config(), kIds.size());
  Workspace workspace;
  std::vector<float> logits(vocab);
  for (std::size_t t = 0; t < kIds.size(); ++t) {
    model.forward(std::span(kIds).subspan(t, 1), cache, workspace, later, {logits.data(), 1, vocab});
    EXPECT_TRUE(close(logits, std::span(whole).subspan(t * vocab, vocab), 1e-5)) << t;
  }
}

TEST(Cache, GrownOnTheWayEqualsAllAtOnce) {
  for (const char* name : {"gpt2_f32", "llama_f32"}) {
    Tiny tiny(name);
    const Transformer& model = tiny.model.transformer();
    const std::vector<float> whole = tiny.logits(kIds);
    const std::size_t vocab = model.config().vocab_size;
    Cache cache;
    cache.reset(model.config(), 1);
    Workspace workspace;
    Probe silent = model.probe();
    std::vector<float> logits(vocab);
    for (std::size_t t = 0; t < kIds.size(); ++t) {
      cache.grow(model.config(), t + 1);
      EXPECT_EQ(cache.capacity, t + 1);
      model.forward(std::span(kIds).subspan(t, 1), cache, workspace, silent, {logits.data(), 1, vocab});
      EXPECT_TRUE(close(logits, std::span(whole).subspan(t * vocab, vocab), 1e-5)) << name << ", " << t;
    }
  }
}

class CacheTest : public testing::TestWithParam<const char*> {};

INSTANTIATE_TEST_SUITE_P(Families, CacheTest, testing::Values("gpt2_f32", "llama_f32", "llama_bf16"),
                         [](const auto& test) { return std::string(test.param); });

TEST_P(CacheTest, AForwardPassAllocatesNothingAfterTheFirstOfItsShape) {
  Tiny tiny(GetParam());
  const Transformer& model = tiny.model.transformer();
  const std::size_t vocab = model.config().vocab_size;
  Cache cache;
  Workspace workspace;
  Probe silent = model.probe();
  std::vector<float> logits(kIds.size() * vocab);
  const auto run = [&](std::size_t tokens) {
    cache.reset(model.config(), kIds.size());
    model.forward(std::span(kIds).first(tokens), cache, workspace, silent, {logits.data(), tokens, vocab});
  };
  run(kIds.size());
  for (const std::size_t tokens : {kIds.size(), std::size_t{3}, kIds.size()}) {
    const Allocations before;
    run(tokens);
    EXPECT_EQ(before.count_since(), 0U) << tokens << " tokens";
  }
}

TEST_P(CacheTest, DecodingWithinItsCapacityAllocatesNothing) {
  Tiny tiny(GetParam());
  const Transformer& model = tiny.model.transformer();
  const std::size_t vocab = model.config().vocab_size;
  Cache cache;
  cache.reset(model.config(), model.config().n_ctx);
  Workspace workspace;
  Probe silent = model.probe();
  std::vector<float> logits(vocab);
  const MatrixView<float> last(logits.data(), 1, vocab);
  model.forward(std::span(kIds).first(4), cache, workspace, silent, last);
  const Allocations before;
  for (std::size_t t = 4; t < kIds.size(); ++t) {
    model.forward(std::span(kIds).subspan(t, 1), cache, workspace, silent, last);
  }
  EXPECT_EQ(before.count_since(), 0U);
}

TEST(Cache, RefusesMoreThanItHasRoomFor) {
  Tiny tiny;
  const Transformer& model = tiny.model.transformer();
  const std::size_t vocab = model.config().vocab_size;
  Cache cache;
  cache.reset(model.config(), 6);
  Workspace workspace;
  Probe silent = model.probe();
  std::vector<float> logits(vocab);
  const auto forward = [&](std::size_t tokens) {
    return code_of(
        [&] { model.forward(std::span(kIds).first(tokens), cache, workspace, silent, {logits.data(), 1, vocab}); });
  };
  EXPECT_EQ(forward(7), "context_length");
  EXPECT_EQ(forward(4), "none");
  EXPECT_EQ(forward(3), "context_length");
  EXPECT_EQ(cache.length, 4U);
  EXPECT_EQ(forward(2), "none");
  EXPECT_EQ(forward(1), "context_length");
}

}  // namespace
}  // namespace attn::test
