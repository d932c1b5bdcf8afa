#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "case.hpp"

namespace attn::fuzz {

/// A kernel and what one case of it is.
struct Kernel {
  const char* name;
  void (*check)(Case&);
};

/// Every kernel of core/kernels, and the normalisations of core/attention.
std::span<const Kernel> kernels();

/// The seed of case `index` of a run.
std::uint64_t seed_of(std::uint64_t run, std::uint64_t index);

/// Empty, or what went wrong and everything that was drawn.
std::string run_case(const Kernel& kernel, std::uint64_t seed);

// products.cpp
void check_matmul(Case& test);
void check_matmul_of_few_rows(Case& test);
void check_matmul_transposed(Case& test);
void check_pack(Case& test);
void check_pack_rows(Case& test);
void check_pack_transposed(Case& test);
// bytes.cpp
void check_raise_to_columns(Case& test);
void check_quantize_rows(Case& test);
void check_matmul_of_bytes(Case& test);
// halves.cpp
void check_matmul_of_halves(Case& test);
// attention.cpp
void check_fused_attention(Case& test);
// rows.cpp
void check_softmax(Case& test);
void check_log_softmax(Case& test);
void check_layer_norm(Case& test);
void check_rms_norm(Case& test);
void check_rotate_halves(Case& test);
void check_rotate_pairs(Case& test);
// normalisations.cpp
void check_normalise(Case& test);
// pairs.cpp
void check_dot(Case& test);
void check_squared_distance(Case& test);
void check_weighted_tanh(Case& test);
// images.cpp
void check_multiply_fall_off(Case& test);
void check_non_local_means(Case& test);
// maps.cpp
void check_gelu_tanh(Case& test);
void check_gelu_erf(Case& test);
void check_silu(Case& test);
void check_exp_of_negative(Case& test);
void check_exp2_of_negative(Case& test);
void check_add(Case& test);
void check_scale(Case& test);
void check_softcap(Case& test);

}  // namespace attn::fuzz
