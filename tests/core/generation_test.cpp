#include "models/generation.hpp"

#include "allocation.hpp"
#include "model_support.hpp"

namespace attn::test {
namespace {

SamplingOptions greedy() {
  SamplingOptions options;
  options.temperature = 0.0F;
  return options;
}

std::vector<std::int32_t> generate(Tiny& tiny, std::span<const std::int32_t> prompt, const SamplingOptions& options,
                                   std::size_t count) {
  const int handle = tiny.model.begin(std::vector(prompt.begin(), prompt.end()), options, tiny.probe());
  std::vector<std::int32_t> out;
  for (std::size_t i = 0; i < count; ++i) out.push_back(tiny.model.step(handle).id);
  tiny.model.end(handle);
  return out;
}

std::int32_t next_by_running(Tiny& tiny, std::span<const std::int32_t> ids) {
  Probe silent = tiny.probe();
  const attn::Run run = tiny.model.run(ids, true, silent);
  return static_cast<std::int32_t>(likeliest({run.logits.data(), run.logits.size()}));
}

class GenerationTest : public testing::TestWithParam<const char*> {};

INSTANTIATE_TEST_SUITE_P(Families, GenerationTest, testing::Values("gpt2_f32", "llama_f32", "llama_bf16"),
                         [](const auto& test) { return std::string(test.param); });

TEST_P(GenerationTest, GreedyEqualsTheLikeliestTokenOfOneRunAfterAnother) {
  Tiny tiny(GetParam());
  std::vector<std::int32_t> ids = {5, 12, 7};
  const std::vector<std::int32_t> found = generate(tiny, ids, greedy(), 13);
  for (const std::int32_t id : found) {
    EXPECT_EQ(id, next_by_running(tiny, ids));
    ids.push_back(id);
  }
  EXPECT_EQ(ids.size(), tiny.config().n_ctx);
}

/// A full context drops its older half and reads the newer half again, from position 0.
TEST_P(GenerationTest, SlidesWhenTheContextIsFull) {
  Tiny tiny(GetParam());
  const std::size_t n_ctx = tiny.config().n_ctx;
  std::vector<std::int32_t> context(n_ctx - 2, 4);
  for (std::size_t i = 0; i < context.size(); ++i) context[i] = static_cast<std::int32_t>(i * 5 % 31);
  for (const std::int32_t id : generate(tiny, context, greedy(), 3 * n_ctx)) {
    EXPECT_EQ(id, next_by_running(tiny, context));
    if (context.size() == n_ctx) context.erase(context.begin(), context.end() - static_cast<std::ptrdiff_t>(n_ctx / 2));
    context.push_back(id);
  }
}

/// A text takes room as it grows, and goes on as if it had had it from the start.
TEST(Generation, GoesOnBeyondTheRoomThatItWasGivenAtFirst) {
  Folder folder("llama_f32");
  folder.with_config("\"max_position_embeddings\": 16", "\"max_position_embeddings\": 600");
  Tiny tiny(folder);
  std::vector<std::int32_t> ids = {5, 12, 7};
  SamplingOptions options;
  options.seed = 5;
  const int handle = tiny.model.begin(ids, options, tiny.probe());
  while (ids.size() < 600) {
    const Sample sample = tiny.model.step(handle);
    if (ids.size() % 256 < 3) {
      Probe silent = tiny.probe();
      const attn::Run run = tiny.model.run(ids, true, silent);
      EXPECT_NEAR(sample.probability, run.probs(static_cast<std::size_t>(sample.id)), 1e-5) << ids.size();
    }
    ids.push_back(sample.id);
  }
}

TEST(Generation, TheSameSeedGivesTheSameTokensAndAnotherSeedOthers) {
  Tiny tiny;
  SamplingOptions options;
  options.temperature = 2.0F;
  options.seed = 42;
  const std::vector<std::int32_t> first = generate(tiny, kIds, options, 40);
  EXPECT_EQ(generate(tiny, kIds, options, 40), first);
  EXPECT_EQ(generate(*std::make_unique<Tiny>(), kIds, options, 40), first);
  options.seed = 43;
  EXPECT_NE(generate(tiny, kIds, options, 40), first);
}

TEST(Generation, SeveralAtOnceDoNotDisturbEachOtherNorRuns) {
  Tiny tiny;
  const std::vector<std::int32_t> one = {1, 2, 3}, two = {9, 8, 7, 6};
  const std::vector<std::int32_t> expected_one = generate(tiny, one, greedy(), 20);
  const std::vector<std::int32_t> expected_two = generate(tiny, two, greedy(), 20);
  const int first = tiny.model.begin(one, greedy(), tiny.probe());
  const int second = tiny.model.begin(two, greedy(), tiny.probe());
  EXPECT_NE(first, second);
  for (std::size_t i = 0; i < 20; ++i) {
    EXPECT_EQ(tiny.model.step(first).id, expected_one[i]);
    tiny.logits(kIds);
    EXPECT_EQ(tiny.model.step(second).id, expected_two[i]);
  }
}

TEST(Generation, FollowsTheEditsOfItsProbe) {
  Tiny tiny;
  Edit certain;
  certain.kind = Edit::Kind::call;
  certain.call = [](HeadsView<float> x) { x.head(0).row(x.rows - 1)[17] = 1000.0F; };
  Probe probe = tiny.probe();
  probe.edit("logits", certain);
  const int handle = tiny.model.begin(kIds, SamplingOptions{}, probe);
  for (int i = 0; i < 20; ++i) EXPECT_EQ(tiny.model.step(handle).id, 17);
}

TEST_P(GenerationTest, StepsWithinTheContextAllocateNothing) {
  Tiny tiny(GetParam());
  SamplingOptions options;
  options.top_k = 10;
  const int handle = tiny.model.begin(std::vector(kIds.begin(), kIds.begin() + 2), options, tiny.probe());
  tiny.model.step(handle);
  const Allocations before;
  for (std::size_t i = 3; i < tiny.config().n_ctx; ++i) tiny.model.step(handle);
  EXPECT_EQ(before.count_since(), 0U);
}

TEST(Generation, HandlesEndAndAreNotUsedAgain) {
  Tiny tiny;
  const int first = tiny.model.begin(kIds, greedy(), tiny.probe());
  tiny.model.end(first);
  tiny.model.end(first);
  EXPECT_EQ(code_of([&] { tiny.model.step(first); }), "generation_unknown");
  EXPECT_EQ(code_of([&] { tiny.model.step(999); }), "generation_unknown");
  EXPECT_NE(tiny.model.begin(kIds, greedy(), tiny.probe()), first);
}

TEST(Generation, RefusesAtTheDoor) {
  Tiny tiny;
  const auto code = [&](std::vector<std::int32_t> prompt, SamplingOptions options) {
    return code_of([&] { tiny.model.begin(prompt, options, tiny.probe()); });
  };
  SamplingOptions cold = greedy();
  cold.temperature = -1.0F;
  EXPECT_EQ(code({}, greedy()), "context_length");
  EXPECT_EQ(code(std::vector<std::int32_t>(17, 1), greedy()), "context_length");
  EXPECT_EQ(code({1, 31}, greedy()), "token_range");
  EXPECT_EQ(code({1, -1}, greedy()), "token_range");
  EXPECT_EQ(code({1}, cold), "argument_range");
}

TEST(Run, GivesTheProbabilitiesOfTheLastToken) {
  Tiny tiny;
  Probe silent = tiny.probe();
  const attn::Run run = tiny.model.run(kIds, false, silent);
  const std::size_t vocab = tiny.config().vocab_size;
  ASSERT_EQ(run.probs.size(), vocab);
  double sum = 0.0, total = 0.0;
  const float* last = run.logits.data() + (kIds.size() - 1) * vocab;
  for (std::size_t i = 0; i < vocab; ++i) total += std::exp(static_cast<double>(last[i]));
  for (std::size_t i = 0; i < vocab; ++i) {
    EXPECT_NEAR(run.probs(i), std::exp(static_cast<double>(last[i])) / total, tolerance(1.0, vocab + 16));
    sum += static_cast<double>(run.probs(i));
  }
  EXPECT_NEAR(sum, 1.0, tolerance(1.0, vocab + 4));
}

TEST(Run, RefusesTokensItCannotRead) {
  Tiny tiny;
  const auto code = [&](const std::vector<std::int32_t>& ids) { return code_of([&] { tiny.logits(ids); }); };
  EXPECT_EQ(code({}), "context_length");
  EXPECT_EQ(code(std::vector<std::int32_t>(16, 0)), "none");
  EXPECT_EQ(code(std::vector<std::int32_t>(17, 0)), "context_length");
  EXPECT_EQ(code({0, 31}), "token_range");
  EXPECT_EQ(code({0, -1}), "token_range");
  EXPECT_EQ(code({std::numeric_limits<std::int32_t>::min()}), "token_range");
  EXPECT_EQ(message_of([&] { tiny.logits(std::vector<std::int32_t>{0, 99}); }),
            "token 1: found id 99, expected 0 to 30");
  EXPECT_EQ(code({0, 1}), "none") << "a refusal must leave the model usable";
}

TEST(Run, AHundredThousandTokensAreRefusedBeforeAnythingIsAllocated) {
  Tiny tiny;
  const std::vector<std::int32_t> ids(100'000, 0);
  Probe silent = tiny.probe();
  const Allocations before;
  EXPECT_EQ(code_of([&] { tiny.model.run(ids, false, silent); }), "context_length");
  EXPECT_LT(before.bytes_since(), 100'000U);
}

}  // namespace
}  // namespace attn::test
