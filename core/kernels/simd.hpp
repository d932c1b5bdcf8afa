#pragma once

#include <cstddef>
#include <xsimd/xsimd.hpp>

#ifdef __wasm_relaxed_simd__
#include <wasm_simd128.h>
#endif

/// What xsimd lacks, in one place: partial loads and stores, and a multiply-add that is fused where the target can.
namespace attn::simd {

using Batch = xsimd::batch<float>;
inline constexpr std::size_t kWidth = Batch::size;

/// a * b + c. Fused on targets with FMA and on WebAssembly with relaxed SIMD; two roundings elsewhere.
inline Batch multiply_add(Batch a, Batch b, Batch c) {
#ifdef __wasm_relaxed_simd__
  return wasm_f32x4_relaxed_madd(a, b, c);
#else
  return xsimd::fma(a, b, c);
#endif
}

/// Loads `count` < kWidth floats; the other lanes hold `rest`.
inline Batch load_partial(const float* data, std::size_t count, float rest = 0.0F) {
  alignas(Batch::arch_type::alignment()) float lanes[kWidth];
  for (std::size_t i = 0; i < kWidth; ++i) lanes[i] = i < count ? data[i] : rest;
  return Batch::load_aligned(lanes);
}

/// Stores the first `count` < kWidth lanes.
inline void store_partial(Batch batch, float* data, std::size_t count) {
  alignas(Batch::arch_type::alignment()) float lanes[kWidth];
  batch.store_aligned(lanes);
  for (std::size_t i = 0; i < count; ++i) data[i] = lanes[i];
}

/// Loads a whole batch, or what is left of it: lanes past `count` hold `rest`.
inline Batch load(const float* data, std::size_t count, float rest = 0.0F) {
  return count >= kWidth ? Batch::load_unaligned(data) : load_partial(data, count, rest);
}

inline void store(Batch batch, float* data, std::size_t count) {
  if (count >= kWidth) {
    batch.store_unaligned(data);
  } else {
    store_partial(batch, data, count);
  }
}

/// The larger of each pair; where `x` is NaN, `best` stays (min and max of xsimd differ there from target to target).
inline Batch larger(Batch best, Batch x) { return xsimd::select(x > best, x, best); }

/// data[i] = f(data[i]) for whole batches; the tail goes through the same f.
template <class Function>
void map(float* data, std::size_t count, Function f) {
  std::size_t i = 0;
  for (; i + kWidth <= count; i += kWidth) f(Batch::load_unaligned(data + i)).store_unaligned(data + i);
  if (i < count) store_partial(f(load_partial(data + i, count - i)), data + i, count - i);
}

}  // namespace attn::simd
