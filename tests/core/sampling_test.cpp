#include "models/sampling.hpp"

#include <map>

#include "support.hpp"

namespace attn::test {
namespace {

const std::vector<float> kLogits = {0.5F, 2.0F, -1.0F, 1.0F, 2.5F, 0.0F, -3.0F};
constexpr std::size_t kDraws = 40'000;

SamplingOptions options(float temperature, std::size_t top_k, float top_p) {
  SamplingOptions out;
  out.temperature = temperature;
  out.top_k = top_k;
  out.top_p = top_p;
  out.seed = 2024;
  return out;
}

std::vector<double> probabilities(const std::vector<float>& logits, double temperature) {
  std::vector<double> out;
  double sum = 0.0;
  for (const float x : logits) out.push_back(std::exp(static_cast<double>(x) / temperature));
  for (const double p : out) sum += p;
  for (double& p : out) p /= sum;
  return out;
}

/// How often each id was drawn, and the probability that it was said to have.
struct Drawn {
  std::map<std::int32_t, std::size_t> counts;
  std::map<std::int32_t, float> said;

  Drawn(const SamplingOptions& how, const std::vector<float>& logits, std::size_t draws = kDraws) {
    Sampler sampler(how);
    for (std::size_t i = 0; i < draws; ++i) {
      const Sample sample = sampler.draw(logits);
      ++counts[sample.id];
      said[sample.id] = sample.probability;
    }
  }
};

/// Every count within five standard deviations of a binomial's mean, and the said probability right.
void expect_shares(const Drawn& drawn, const std::vector<double>& shares) {
  for (std::size_t id = 0; id < shares.size(); ++id) {
    const auto said = drawn.said.find(static_cast<std::int32_t>(id));
    const std::size_t count = said == drawn.said.end() ? 0 : drawn.counts.at(said->first);
    if (shares[id] == 0.0) {
      EXPECT_EQ(count, 0U) << "id " << id << " should never be drawn";
      continue;
    }
    const double mean = static_cast<double>(kDraws) * shares[id];
    EXPECT_NEAR(static_cast<double>(count), mean, 5.0 * std::sqrt(mean * (1.0 - shares[id]) + 1.0)) << id;
    if (count > 0) {
      EXPECT_NEAR(said->second, shares[id], tolerance(1.0, 4 * shares.size())) << id;
    }
  }
}

/// The shares of the ids in `kept`, summing to 1 again.
std::vector<double> only(std::vector<double> shares, const std::vector<std::size_t>& kept) {
  double sum = 0.0;
  for (const std::size_t id : kept) sum += shares[id];
  for (std::size_t id = 0; id < shares.size(); ++id) {
    shares[id] = std::count(kept.begin(), kept.end(), id) > 0 ? shares[id] / sum : 0.0;
  }
  return shares;
}

TEST(Sampling, AtTemperatureZeroTakesTheLikeliest) {
  const Drawn drawn(options(0.0F, 3, 0.5F), kLogits, 100);
  EXPECT_EQ(drawn.counts, (std::map<std::int32_t, std::size_t>{{4, 100}}));
  EXPECT_EQ(drawn.said.at(4), 1.0F);
}

TEST(Sampling, TakesTheLowerIdOfEqualLogits) {
  EXPECT_EQ(Sampler(options(0.0F, 0, 1.0F)).draw(std::vector<float>{1.0F, 3.0F, 3.0F}).id, 1);
  EXPECT_EQ(Sampler(options(1.0F, 1, 1.0F)).draw(std::vector<float>{1.0F, 3.0F, 3.0F}).id, 1);
}

TEST(Sampling, DrawsEachTokenAsOftenAsItsProbabilitySays) {
  for (const float temperature : {0.5F, 1.0F, 3.0F}) {
    SCOPED_TRACE(temperature);
    expect_shares(Drawn(options(temperature, 0, 1.0F), kLogits),
                  probabilities(kLogits, static_cast<double>(temperature)));
  }
}

TEST(Sampling, TopKKeepsTheKLikeliestAndTheirRatios) {
  const std::vector<double> all = probabilities(kLogits, 1.0);
  expect_shares(Drawn(options(1.0F, 3, 1.0F), kLogits), only(all, {4, 1, 3}));
  expect_shares(Drawn(options(1.0F, 100, 1.0F), kLogits), all);
  EXPECT_EQ(Drawn(options(5.0F, 1, 1.0F), kLogits, 100).counts.size(), 1U);
}

TEST(Sampling, TopPKeepsTheFewestThatReachIt) {
  const std::vector<double> all = probabilities(kLogits, 1.0);
  const double two = all[4] + all[1];  // the two likeliest
  expect_shares(Drawn(options(1.0F, 0, static_cast<float>(two - 0.01)), kLogits), only(all, {4, 1}));
  expect_shares(Drawn(options(1.0F, 0, static_cast<float>(two + 0.01)), kLogits), only(all, {4, 1, 3}));
  EXPECT_EQ(Drawn(options(1.0F, 0, 1e-6F), kLogits, 100).counts.size(), 1U);
}

TEST(Sampling, TopPCountsWithinWhatTopKKept) {
  const std::vector<double> all = probabilities(kLogits, 1.0);
  const double share = all[4] / (all[4] + all[1]);
  expect_shares(Drawn(options(1.0F, 2, static_cast<float>(share - 0.01)), kLogits), only(all, {4}));
  expect_shares(Drawn(options(1.0F, 2, static_cast<float>(share + 0.01)), kLogits), only(all, {4, 1}));
}

TEST(Sampling, NeverDrawsWhatWasHidden) {
  std::vector<float> logits = kLogits;
  logits[4] = logits[1] = -kInfinity;
  const Drawn drawn(options(10.0F, 0, 1.0F), logits, 2000);
  EXPECT_EQ(drawn.counts.count(4) + drawn.counts.count(1), 0U);
}

TEST(Sampling, TheColdestTemperatureAboveZeroIsGreedy) {
  const float coldest = std::numeric_limits<float>::denorm_min();
  const Drawn drawn(options(coldest, 0, 1.0F), kLogits, 100);
  EXPECT_EQ(drawn.counts, (std::map<std::int32_t, std::size_t>{{4, 100}}));
  EXPECT_EQ(drawn.said.at(4), 1.0F);
}

TEST(Sampling, TheHottestTemperatureDrawsAllAlike) {
  expect_shares(Drawn(options(std::numeric_limits<float>::max(), 0, 1.0F), kLogits), std::vector<double>(7, 1.0 / 7.0));
}

TEST(Sampling, TheSameSeedDrawsTheSame) {
  const auto ids = [](std::uint64_t seed) {
    SamplingOptions how = options(1.5F, 0, 1.0F);
    how.seed = seed;
    Sampler sampler(how);
    std::vector<std::int32_t> out;
    for (int i = 0; i < 50; ++i) out.push_back(sampler.draw(kLogits).id);
    return out;
  };
  EXPECT_EQ(ids(1), ids(1));
  EXPECT_NE(ids(1), ids(2));
  EXPECT_NE(ids(1), ids(1 + (std::uint64_t{1} << 40)));
}

TEST(Sampling, RefusesNumbersOutOfRange) {
  const auto code = [](float temperature, float top_p) {
    return code_of([&] { Sampler sampler(options(temperature, 0, top_p)); });
  };
  EXPECT_EQ(code(0.0F, 1.0F), "none");
  EXPECT_EQ(code(-0.1F, 1.0F), "argument_range");
  EXPECT_EQ(code(kNaN, 1.0F), "argument_range");
  EXPECT_EQ(code(kInfinity, 1.0F), "argument_range");
  EXPECT_EQ(code(1.0F, 0.0F), "argument_range");
  EXPECT_EQ(code(1.0F, 1.01F), "argument_range");
  EXPECT_EQ(code(1.0F, kNaN), "argument_range");
  EXPECT_EQ(message_of([] { Sampler sampler(options(1.0F, 0, 1.5F)); }),
            "topP: found 1.5, expected more than 0 and at most 1");
}

}  // namespace
}  // namespace attn::test
