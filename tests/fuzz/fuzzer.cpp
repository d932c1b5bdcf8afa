#include "fuzzer.hpp"

namespace attn::fuzz {
namespace {

constexpr Kernel kKernels[] = {
    {"matmul", check_matmul},
    {"matmul_of_few_rows", check_matmul_of_few_rows},
    {"matmul_transposed", check_matmul_transposed},
    {"pack", check_pack},
    {"pack_rows", check_pack_rows},
    {"pack_transposed", check_pack_transposed},
    {"raise_to_columns", check_raise_to_columns},
    {"quantize_rows", check_quantize_rows},
    {"matmul_of_bytes", check_matmul_of_bytes},
    {"matmul_of_halves", check_matmul_of_halves},
    {"fused_attention", check_fused_attention},
    {"softmax", check_softmax},
    {"log_softmax", check_log_softmax},
    {"layer_norm", check_layer_norm},
    {"rms_norm", check_rms_norm},
    {"rotate_halves", check_rotate_halves},
    {"rotate_pairs", check_rotate_pairs},
    {"normalise", check_normalise},
    {"dot", check_dot},
    {"squared_distance", check_squared_distance},
    {"weighted_tanh", check_weighted_tanh},
    {"multiply_fall_off", check_multiply_fall_off},
    {"non_local_means", check_non_local_means},
    {"gelu_tanh", check_gelu_tanh},
    {"gelu_erf", check_gelu_erf},
    {"silu", check_silu},
    {"exp_of_negative", check_exp_of_negative},
    {"exp2_of_negative", check_exp2_of_negative},
    {"add", check_add},
    {"scale", check_scale},
    {"softcap", check_softcap},
};

}  // namespace

std::span<const Kernel> kernels() { return kKernels; }

std::uint64_t seed_of(std::uint64_t run, std::uint64_t index) { return Case(run * 0x100000001B3U + index).bits(); }

std::string run_case(const Kernel& kernel, std::uint64_t seed) {
  Case test(seed);
  kernel.check(test);
  if (!test.failed()) return {};
  std::string trace;
  Case again(seed, &trace);
  kernel.check(again);
  return std::string(kernel.name) + ", case " + std::to_string(seed) + "\n  " + again.failure() + "\n" + trace;
}

}  // namespace attn::fuzz
