#include "fuzzer.hpp"

#include <gtest/gtest.h>

namespace attn::fuzz {
namespace {

/// The share of the fuzzer that every build of the tests runs; `npm run fuzz` draws ten million cases.
constexpr std::uint64_t kCases = 60'000;

class Fuzz : public testing::TestWithParam<Kernel> {};

TEST_P(Fuzz, TheKernelAgreesWithItsTwinOnDrawnInputs) {
  for (std::uint64_t i = 0; i < kCases / kernels().size(); ++i) {
    const std::string failure = run_case(GetParam(), seed_of(1, i));
    ASSERT_EQ(failure, "");
  }
}

INSTANTIATE_TEST_SUITE_P(Kernels, Fuzz, testing::ValuesIn(kernels().begin(), kernels().end()),
                         [](const auto& info) { return std::string(info.param.name); });

}  // namespace
}  // namespace attn::fuzz
