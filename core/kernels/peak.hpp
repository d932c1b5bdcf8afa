#pragma once

#include <cstddef>

namespace attn {

/// The most multiply-adds that one thread can do, as a measure for the other kernels: x = a x + b in independent chains
/// that stay in registers, at least `count` of them over all chains and lanes (the next whole round). `many`: 24
/// chains, for machines with 32 vector registers; else 12, which fit in 16. Gives the sum of all chains, so that none
/// is left out.
float multiply_add_chains(std::size_t count, bool many);

}  // namespace attn
