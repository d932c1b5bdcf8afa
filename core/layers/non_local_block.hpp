#pragma once

#include <string_view>

#include "tensor/array.hpp"

namespace attn {

/// Weights (in, out): g (c, e), w_z (e, c); theta, phi (c, e) and w_f (2 e), null where the kind takes none.
struct NonLocalWeights {
  const Array &g, &w_z;
  const Array *theta = nullptr, *phi = nullptr, *w_f = nullptr;
};

/// output (n, c), pattern (n, n), y (n, e).
struct NonLocalResults {
  Array &output, &pattern, &y;
};

inline constexpr std::size_t kMostNonLocalPositions = 4096;

/// A non-local block (Wang et al. 2018, Non-local Neural Networks, sections 3.1 to 3.3) on x (n, c), n positions up to
/// kMostNonLocalPositions in any order: y = p g(x) with g(x) = x g, output = y w_z + x. `kind` is a scoring of
/// variants.cpp without its "non_local_": p its scores of x and x, normalised as that row says unless a `normalisation`
/// is named. Results are no operands. Throws argument_shape, variant_unknown.
void non_local_block_operator(const Array& x, const NonLocalWeights& weights, std::string_view kind,
                              std::string_view normalisation, const NonLocalResults& out);

}  // namespace attn
