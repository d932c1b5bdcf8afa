// npm run bench:native: the kernels on this machine's own instructions and one thread, beside OpenBLAS where it is
// installed. Packing is timed wherever an application would pay for it with each call; weights lie packed.

#include <benchmark/benchmark.h>

#include <algorithm>
#include <random>
#include <vector>

#include "kernels/activation.hpp"
#include "kernels/fused_attention.hpp"
#include "kernels/matmul.hpp"
#include "kernels/norm.hpp"
#include "kernels/simd.hpp"
#include "kernels/softmax.hpp"

#ifdef ATTN_OPENBLAS
// Declared here: where its header lies differs from system to system.
extern "C" {
void openblas_set_num_threads(int threads);
char* openblas_get_corename();
void cblas_sgemm(int order, int transpose_a, int transpose_b, int m, int n, int k, float alpha, const float* a, int lda,
                 const float* b, int ldb, float beta, float* c, int ldc);
void cblas_sgemv(int order, int transpose, int m, int n, float alpha, const float* a, int lda, const float* x, int incx,
                 float beta, float* y, int incy);
}
#endif

namespace attn {
namespace {

using benchmark::Counter;
using benchmark::State;

constexpr std::size_t kHeads = 8;
constexpr std::size_t kHeadSize = 64;

std::vector<float> numbers(std::size_t count) {
  std::mt19937 random(7);
  std::vector<float> out(count);
  for (float& x : out) x = static_cast<float>(random() >> 8) / 8388608.0F - 1.0F;
  return out;
}

void count_operations(State& state, double operations) {
  state.counters["GFLOP"] = Counter(operations * 1e-9, Counter::kIsIterationInvariantRate);
}

/// For kernels whose operations nobody agrees how to count.
void count_numbers(State& state, std::size_t count) {
  state.counters["Gnumbers"] = Counter(static_cast<double>(count) * 1e-9, Counter::kIsIterationInvariantRate);
}

std::size_t argument(const State& state, std::size_t n) { return static_cast<std::size_t>(state.range(n)); }

void product(State& state) {
  const std::size_t n = argument(state, 0);
  const std::vector<float> a = numbers(n * n), b = numbers(n * n);
  std::vector<float> c(n * n), panels(panels_size(n, n));
  for (auto _ : state) {
    matmul({a.data(), n, n}, pack({b.data(), n, n}, panels.data()), {c.data(), n, n});
    benchmark::DoNotOptimize(c.data());
    benchmark::ClobberMemory();
  }
  count_operations(state, 2.0 * static_cast<double>(n * n * n));
}

void vector_product(State& state) {
  const std::size_t k = argument(state, 0), m = argument(state, 1);
  const std::vector<float> x = numbers(k), w = numbers(k * m);
  std::vector<float> y(m), space(panels_size(k, m));
  const Panels panels = pack({w.data(), k, m}, space.data());
  for (auto _ : state) {
    matmul({x.data(), 1, k}, panels, {y.data(), 1, m});
    benchmark::DoNotOptimize(y.data());
    benchmark::ClobberMemory();
  }
  count_operations(state, 2.0 * static_cast<double>(k * m));
}

#ifdef ATTN_OPENBLAS
constexpr int kRowMajor = 101, kAsItIs = 111, kTransposed = 112;

void openblas_product(State& state) {
  const int n = static_cast<int>(state.range(0));
  const std::vector<float> a = numbers(argument(state, 0) * argument(state, 0)), b = a;
  std::vector<float> c(a.size());
  for (auto _ : state) {
    cblas_sgemm(kRowMajor, kAsItIs, kAsItIs, n, n, n, 1.0F, a.data(), n, b.data(), n, 0.0F, c.data(), n);
    benchmark::DoNotOptimize(c.data());
    benchmark::ClobberMemory();
  }
  count_operations(state, 2.0 * n * n * static_cast<double>(n));
}

void openblas_vector_product(State& state) {
  const int k = static_cast<int>(state.range(0)), m = static_cast<int>(state.range(1));
  const std::vector<float> x = numbers(argument(state, 0)), w = numbers(argument(state, 0) * argument(state, 1));
  std::vector<float> y(argument(state, 1));
  for (auto _ : state) {
    cblas_sgemv(kRowMajor, kTransposed, k, m, 1.0F, w.data(), m, x.data(), 1, 0.0F, y.data(), 1);
    benchmark::DoNotOptimize(y.data());
    benchmark::ClobberMemory();
  }
  count_operations(state, 2.0 * k * static_cast<double>(m));
}
#endif

KeyRange everything(std::size_t, std::size_t keys, const Sight::Numbers&) { return {0, keys}; }
KeyRange up_to_itself(std::size_t query, std::size_t keys, const Sight::Numbers&) {
  return {0, std::min(query + 1, keys)};
}

/// Every head in turn, its keys and values laid out first; `scores` are those that are needed, of one head.
void attend(State& state, decltype(Sight::range) range, double scores) {
  const std::size_t tokens = argument(state, 0), width = kHeads * kHeadSize;
  const std::vector<float> q = numbers(tokens * width), k = numbers(tokens * width), v = numbers(tokens * width);
  std::vector<float> z(tokens * width), laid(packed_keys_values_size(tokens, kHeadSize, kHeadSize)),
      space(fused_attention_size(kHeadSize));
  const auto heads = [&](const std::vector<float>& x) {
    return split_heads(MatrixView<const float>(x.data(), tokens, width), kHeads);
  };
  const auto out = split_heads(MatrixView<float>(z.data(), tokens, width), kHeads);
  ScoreRule rule;
  rule.scale = 0.125F;
  rule.sight.range = range;
  for (auto _ : state) {
    for (std::size_t h = 0; h < kHeads; ++h) {
      const PackedKeysValues kv = pack_keys_values(heads(k).head(h), heads(v).head(h), laid.data());
      fused_attention(heads(q).head(h), kv, rule, space.data(), out.head(h));
    }
    benchmark::DoNotOptimize(z.data());
    benchmark::ClobberMemory();
  }
  count_operations(state, 4.0 * kHeadSize * kHeads * scores);
}

void attention(State& state) {
  const double tokens = static_cast<double>(state.range(0));
  attend(state, everything, tokens * tokens);
}

void causal(State& state) {
  const double tokens = static_cast<double>(state.range(0));
  attend(state, up_to_itself, tokens * (tokens + 1.0) / 2.0);
}

/// Maps (rows, cols) row by row from one array to another, so that every round sees the same numbers.
template <class Row>
void map_rows(State& state, std::size_t rows, std::size_t cols, Row row) {
  const std::vector<float> x = numbers(rows * cols);
  std::vector<float> y(x.size());
  for (auto _ : state) {
    for (std::size_t i = 0; i < rows; ++i) row(x.data() + i * cols, y.data() + i * cols);
    benchmark::DoNotOptimize(y.data());
    benchmark::ClobberMemory();
  }
  count_numbers(state, rows * cols);
}

/// Nothing but reading: the bound of a product with one row, for weights of so many numbers.
void read(State& state) {
  const std::vector<float> x = numbers(argument(state, 0));
  for (auto _ : state) {
    benchmark::DoNotOptimize(simd::maximum(x.data(), x.size(), 0.0F));
    benchmark::ClobberMemory();
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * x.size() * sizeof(float)));
}

void softmax_1024x1024(State& state) {
  map_rows(state, 1024, 1024, [](const float* x, float* y) { softmax(x, 1024, y); });
}

void layer_norm_1024x768(State& state) {
  const std::vector<float> gain = numbers(768), bias = numbers(768);
  map_rows(state, 1024, 768, [&](const float* x, float* y) { layer_norm(x, 768, gain.data(), bias.data(), 1e-5F, y); });
}

void gelu_tanh_1e6(State& state) {
  map_rows(state, 1000, 1000, [](const float* x, float* y) { gelu_tanh(std::copy_n(x, 1000, y) - 1000, 1000); });
}

void gelu_erf_1e6(State& state) {
  map_rows(state, 1000, 1000, [](const float* x, float* y) { gelu_erf(std::copy_n(x, 1000, y) - 1000, 1000); });
}

BENCHMARK(read)->Arg(768 * 768)->Arg(768 * 3072);
BENCHMARK(product)->RangeMultiplier(2)->Range(64, 1024);
#ifdef ATTN_OPENBLAS
BENCHMARK(openblas_product)->RangeMultiplier(2)->Range(64, 1024);
#endif
BENCHMARK(vector_product)->Args({768, 768})->Args({768, 3072});
#ifdef ATTN_OPENBLAS
BENCHMARK(openblas_vector_product)->Args({768, 768})->Args({768, 3072});
#endif
BENCHMARK(attention)->Arg(16)->Arg(64)->Arg(128)->Arg(256)->Arg(512)->Arg(1024);
BENCHMARK(causal)->Arg(16)->Arg(64)->Arg(128)->Arg(256)->Arg(512)->Arg(1024);
BENCHMARK(softmax_1024x1024);
BENCHMARK(layer_norm_1024x768);
BENCHMARK(gelu_tanh_1e6);
BENCHMARK(gelu_erf_1e6);

}  // namespace
}  // namespace attn

int main(int count, char** words) {
#ifdef ATTN_OPENBLAS
  openblas_set_num_threads(1);
  // It takes slow kernels on a processor that it does not know; OPENBLAS_CORETYPE=SKYLAKEX and the like choose others.
  benchmark::AddCustomContext("OpenBLAS's kernels", openblas_get_corename());
#endif
  benchmark::Initialize(&count, words);
  if (benchmark::ReportUnrecognizedArguments(count, words)) return 1;
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
