#include "kernels/peak.hpp"

#include "kernels/simd.hpp"
#include "support.hpp"

namespace attn::test {
namespace {

/// What the chains come to after `rounds`: each is 1 + (c + 1) (3/4)^rounds in every lane.
double expected_sum(std::size_t chains, std::size_t rounds) {
  double sum = 0.0;
  for (std::size_t c = 0; c < chains; ++c) {
    double x = static_cast<double>(c + 2);
    for (std::size_t round = 0; round < rounds; ++round) x = 0.75 * x + 0.25;
    sum += static_cast<double>(simd::kWidth) * x;
  }
  return sum;
}

TEST(Peak, EveryChainDoesAsManyMultiplyAddsAsWereAskedFor) {
  for (const bool many : {false, true}) {
    const std::size_t chains = many ? 24 : 12, round = chains * simd::kWidth;
    for (std::size_t rounds = 0; rounds <= 20; ++rounds) {
      const double expected = expected_sum(chains, rounds);
      const double allowed = tolerance(expected, chains * simd::kWidth + rounds);
      EXPECT_NEAR(multiply_add_chains(rounds * round, many), expected, allowed);
      if (rounds == 0) continue;
      EXPECT_NEAR(multiply_add_chains((rounds - 1) * round + 1, many), expected, allowed) << "the next whole round";
      EXPECT_GT(expected_sum(chains, rounds - 1) - expected, 2 * allowed) << "a round more or less would show";
    }
  }
}

}  // namespace
}  // namespace attn::test
