// The most multiply-adds that one thread of this engine computes: twelve independent chains of vectors in registers,
// enough to hide the latency of a multiplication followed by an addition.
#include <wasm_simd128.h>

#define EXPORT(name) extern "C" __attribute__((export_name(#name)))

namespace {

constexpr int kChains = 12;

#ifdef __wasm_relaxed_simd__
v128_t multiply_add(v128_t a, v128_t b, v128_t c) { return wasm_f32x4_relaxed_madd(a, b, c); }
#else
v128_t multiply_add(v128_t a, v128_t b, v128_t c) { return wasm_f32x4_add(wasm_f32x4_mul(a, b), c); }
#endif

}  // namespace

/// Runs `rounds` rounds; the result depends on all of them, so that none is left out.
EXPORT(run) float run(int rounds) {
  v128_t chains[kChains];
  for (int i = 0; i < kChains; ++i) chains[i] = wasm_f32x4_splat(1.0f + static_cast<float>(i));
  const v128_t factor = wasm_f32x4_splat(0.999999f);
  const v128_t step = wasm_f32x4_splat(1e-6f);
  for (int round = 0; round < rounds; ++round) {
#pragma unroll
    for (int i = 0; i < kChains; ++i) chains[i] = multiply_add(chains[i], factor, step);
  }
  v128_t sum = chains[0];
  for (int i = 1; i < kChains; ++i) sum = wasm_f32x4_add(sum, chains[i]);
  return wasm_f32x4_extract_lane(sum, 0);
}

/// Floating point operations of one round.
EXPORT(flops) int flops() { return kChains * 4 * 2; }
