// fuzz [--cases N] [--seed S] [--kernel NAME] [--case SEED]: N cases, the kernels in turn; exit code 1 if any failed.
// --case runs the one case that a failure named.

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <vector>

#include "fuzzer.hpp"

namespace {

using attn::fuzz::Kernel;

struct Options {
  std::uint64_t cases = 1'000'000;
  std::uint64_t seed = 1;
  const char* kernel = nullptr;
  const char* single = nullptr;
};

/// False where an argument is unknown.
bool parse(int count, char** words, Options& options) {
  for (int i = 1; i + 1 < count; i += 2) {
    const char* name = words[i];
    const char* value = words[i + 1];
    if (std::strcmp(name, "--cases") == 0) {
      options.cases = std::strtoull(value, nullptr, 10);
    } else if (std::strcmp(name, "--seed") == 0) {
      options.seed = std::strtoull(value, nullptr, 10);
    } else if (std::strcmp(name, "--kernel") == 0) {
      options.kernel = value;
    } else if (std::strcmp(name, "--case") == 0) {
      options.single = value;
    } else {
      return false;
    }
  }
  return count % 2 == 1;
}

struct Tally {
  const Kernel* kernel;
  std::uint64_t cases = 0;
  std::uint64_t failures = 0;
  double seconds = 0.0;
};

void run(const Options& options, Tally& tally, std::uint64_t index) {
  const std::uint64_t seed =
      options.single != nullptr ? std::strtoull(options.single, nullptr, 10) : attn::fuzz::seed_of(options.seed, index);
  const std::string failure = attn::fuzz::run_case(*tally.kernel, seed);
  ++tally.cases;
  if (failure.empty()) return;
  if (tally.failures == 0) std::printf("FAILED %s", failure.c_str());
  ++tally.failures;
}

}  // namespace

int main(int count, char** words) {
  Options options;
  if (!parse(count, words, options)) {
    std::fprintf(stderr, "usage: fuzz [--cases N] [--seed S] [--kernel NAME] [--case SEED]\n");
    return 2;
  }
  std::vector<Tally> tallies;
  for (const Kernel& kernel : attn::fuzz::kernels()) {
    if (options.kernel == nullptr || std::strcmp(options.kernel, kernel.name) == 0) tallies.push_back({&kernel});
  }
  if (tallies.empty()) {
    std::fprintf(stderr, "no kernel is called %s\n", options.kernel);
    return 2;
  }
  const std::uint64_t cases = options.single != nullptr ? tallies.size() : options.cases;
  const auto now = [] { return std::chrono::steady_clock::now(); };
  const auto begun = now();
  for (std::size_t k = 0; k < tallies.size(); ++k) {
    const auto start = now();
    for (std::uint64_t i = k; i < cases; i += tallies.size()) run(options, tallies[k], i);
    tallies[k].seconds = std::chrono::duration<double>(now() - start).count();
  }
  Tally total = {};
  for (const Tally& tally : tallies) {
    std::printf("%-20s %10llu cases, %llu failed, %.1f s\n", tally.kernel->name,
                static_cast<unsigned long long>(tally.cases), static_cast<unsigned long long>(tally.failures),
                tally.seconds);
    total.cases += tally.cases;
    total.failures += tally.failures;
  }
  std::printf("%llu cases, %llu failed, seed %llu, %.1f s\n", static_cast<unsigned long long>(total.cases),
              static_cast<unsigned long long>(total.failures), static_cast<unsigned long long>(options.seed),
              std::chrono::duration<double>(now() - begun).count());
  return total.failures > 0 ? 1 : 0;
}
