// x_c = 3/4 x_c + 1/4, again and again; chain c starts at c + 2

#include "kernels/peak.hpp"

#include <utility>

#include "kernels/simd.hpp"

namespace attn {

using simd::Batch;
using simd::kWidth;

namespace {

/// A pack instead of a loop over the chains: each is a register from the first to the last round.
template <std::size_t... C>
float run_chains(std::size_t count, std::index_sequence<C...>) {
  constexpr std::size_t kRound = sizeof...(C) * kWidth;
  const Batch a(0.75F), b(0.25F);
  Batch x[] = {Batch(static_cast<float>(C + 2))...};
  for (std::size_t done = 0; done < count; done += kRound) ((x[C] = simd::multiply_add(x[C], a, b)), ...);
  return xsimd::reduce_add((x[C] + ...));
}

}  // namespace

float multiply_add_chains(std::size_t count, bool many) {
  return many ? run_chains(count, std::make_index_sequence<24>()) : run_chains(count, std::make_index_sequence<12>());
}

}  // namespace attn
