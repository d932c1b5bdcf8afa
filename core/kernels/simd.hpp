#pragma once

#include <bit>
#include <complex>
#include <cstddef>
#include <cstdint>
#include <xsimd/xsimd.hpp>

#ifdef __wasm_simd128__
#include <wasm_simd128.h>
#endif

/// What xsimd lacks, in one place: partial loads and stores, a multiply-add that is fused where the target can, floats
/// of 16 bits, and the dot product of 16-bit integers with bytes.
namespace attn::simd {

using Batch = xsimd::batch<float>;
/// kWidth pairs of numbers that lie beside each other in memory: the first ones in real(), the second ones in imag().
using Pairs = xsimd::batch<std::complex<float>>;
inline constexpr std::size_t kWidth = Batch::size;

/// a * b + c. Fused on targets with FMA and on WebAssembly with relaxed SIMD; two roundings elsewhere.
inline Batch multiply_add(Batch a, Batch b, Batch c) {
#ifdef __wasm_relaxed_simd__
  return wasm_f32x4_relaxed_madd(a, b, c);
#else
  return xsimd::fma(a, b, c);
#endif
}

/// The number in all lanes, to be kept in a register while a loop runs. For WebAssembly, compilers write a constant
/// anew at each use, which V8 makes three instructions of; they do not see through memory.
inline Batch constant(float number) {
#ifdef __wasm_simd128__
  const volatile float seen = number;
  return Batch(seen);
#else
  return Batch(number);
#endif
}

using Integers = xsimd::batch<std::int32_t>;

/// kWidth integers of 16 bits, their sign kept.
inline Integers load_integers(const std::uint16_t* data) {
#ifdef __wasm_simd128__
  return wasm_i32x4_load16x4(data);
#else
  return Integers::load_unaligned(reinterpret_cast<const std::int16_t*>(data));
#endif
}

/// Reads kWidth finite numbers of HalfFormat::f16, as attn::widen does; one object serves a whole loop. Denormals cost
/// some processors 200 cycles each, which weights of a usual size (0.02 and more) seldom are; a way around them (2 f -
/// 2^-14 with the exponent raised) takes five instructions more for all.
struct WidenF16 {
  Batch scale = constant(0x1p112F);
  Batch kept = constant(std::bit_cast<float>(0x8FFFE000U));

  Batch operator()(const std::uint16_t* data) const {
    return (xsimd::bitwise_cast<float>(load_integers(data) << 13) & kept) * scale;
  }
};

/// The same for HalfFormat::bf16.
struct WidenBF16 {
  Batch operator()(const std::uint16_t* data) const { return xsimd::bitwise_cast<float>(load_integers(data) << 16); }
};

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

/// Loads a whole batch of pairs, or the `count` < kWidth that are left; the other lanes hold 0.
inline Pairs load_pairs(const float* data, std::size_t count) {
  using Complex = std::complex<float>;
  if (count >= kWidth) return Pairs::load_unaligned(reinterpret_cast<const Complex*>(data));
  alignas(Batch::arch_type::alignment()) Complex lanes[kWidth] = {};
  for (std::size_t i = 0; i < count; ++i) lanes[i] = {data[2 * i], data[2 * i + 1]};
  return Pairs::load_aligned(lanes);
}

inline void store_pairs(const Pairs& pairs, float* data, std::size_t count) {
  using Complex = std::complex<float>;
  if (count >= kWidth) {
    pairs.store_unaligned(reinterpret_cast<Complex*>(data));
    return;
  }
  alignas(Batch::arch_type::alignment()) Complex lanes[kWidth];
  pairs.store_aligned(lanes);
  for (std::size_t i = 0; i < count; ++i) {
    data[2 * i] = lanes[i].real();
    data[2 * i + 1] = lanes[i].imag();
  }
}

/// b where a < b, else a: so where one of them is NaN, a (xsimd's max differs there from target to target).
inline Batch larger(Batch a, Batch b) {
#ifdef __wasm_simd128__
  return wasm_f32x4_pmax(a, b);
#else
  return xsimd::select(a < b, b, a);
#endif
}

/// The largest of the numbers and `start`, NaN passed over; -inf for none. Four maxima, to wait for no comparison.
inline float maximum(const float* data, std::size_t count, float start) {
  constexpr std::size_t kChains = 4;
  Batch best[kChains] = {Batch(start), Batch(start), Batch(start), Batch(start)};
  std::size_t i = 0;
  for (; i + kChains * kWidth <= count; i += kChains * kWidth) {
    for (std::size_t n = 0; n < kChains; ++n) best[n] = larger(best[n], Batch::load_unaligned(data + i + n * kWidth));
  }
  for (; i < count; i += kWidth) best[0] = larger(best[0], load(data + i, count - i, start));
  return xsimd::reduce_max(larger(larger(best[0], best[1]), larger(best[2], best[3])));
}

/// Calls f(i, lanes) for whole batches, with kWidth for lanes, and at last for the fewer numbers that are left.
template <class Function>
void each(std::size_t count, Function f) {
  std::size_t i = 0;
  for (; i + kWidth <= count; i += kWidth) f(i, kWidth);
  if (i < count) f(i, count - i);
}

/// data[i] = f(data[i]) for whole batches; the tail goes through the same f.
template <class Function>
void map(float* data, std::size_t count, Function f) {
  each(count, [&](std::size_t i, std::size_t lanes) { store(f(load(data + i, lanes)), data + i, lanes); });
}

/// Sums of Streams by two vectors, as floats.
template <std::size_t Streams>
struct PairSums {
  Batch halves[Streams][2];
};

/// sums_j = sum over n < pairs of a_2n bytes_n,j,0 + a_2n+1 bytes_n,j,1 for 2 kWidth columns j of each stream; a pair
/// of rows takes 4 kWidth bytes, two a column. Sums must stay below 2^31.
template <std::size_t Streams>
PairSums<Streams> dot_pairs(const std::int16_t* a, const std::int8_t* const (&bytes)[Streams], std::size_t pairs) {
  PairSums<Streams> out;
#ifdef __wasm_simd128__
  v128_t sum[Streams][2] = {};
  for (std::size_t n = 0; n < pairs; ++n) {
    const v128_t pair = wasm_v128_load32_splat(a + 2 * n);
    for (std::size_t s = 0; s < Streams; ++s) {
      const v128_t eight = wasm_v128_load(bytes[s] + 16 * n);
      sum[s][0] = wasm_i32x4_add(sum[s][0], wasm_i32x4_dot_i16x8(wasm_i16x8_extend_low_i8x16(eight), pair));
      sum[s][1] = wasm_i32x4_add(sum[s][1], wasm_i32x4_dot_i16x8(wasm_i16x8_extend_high_i8x16(eight), pair));
    }
  }
  for (std::size_t s = 0; s < Streams; ++s) {
    for (std::size_t half = 0; half < 2; ++half) out.halves[s][half] = wasm_f32x4_convert_i32x4(sum[s][half]);
  }
#else
  for (std::size_t s = 0; s < Streams; ++s) {
    std::int32_t sums[2 * kWidth] = {};
    const std::int8_t* b = bytes[s];
    for (std::size_t n = 0; n < pairs; ++n) {
      for (std::size_t j = 0; j < 2 * kWidth; ++j, b += 2) sums[j] += a[2 * n] * b[0] + a[2 * n + 1] * b[1];
    }
    out.halves[s][0] = xsimd::to_float(Integers::load_unaligned(sums));
    out.halves[s][1] = xsimd::to_float(Integers::load_unaligned(sums + kWidth));
  }
#endif
  return out;
}

}  // namespace attn::simd
