#pragma once

#include <cmath>
#include <limits>

#include "attention/normalisation.hpp"

namespace attn {

/// row_j = f(row_j) / sum_n f(row_n), in double; a hidden key gets 0. A sum of 0 gives zeros, and so does one that is
/// no larger than what rounding the scores may have left of 0: 1e-7 of the sum of sizes.
template <class Function>
void quotient_row(std::size_t count, float* row, Function f) {
  constexpr double kRounding = std::numeric_limits<float>::epsilon();
  double sum = 0.0, sizes = 0.0;
  for (std::size_t j = 0; j < count; ++j) {
    const double value = std::isinf(row[j]) ? 0.0 : f(static_cast<double>(row[j]));
    sum += value;
    sizes += std::abs(value);
  }
  const bool none = std::abs(sum) <= kRounding * sizes;
  for (std::size_t j = 0; j < count; ++j) {
    row[j] = none || std::isinf(row[j]) ? 0.0F : static_cast<float>(f(static_cast<double>(row[j])) / sum);
  }
}

}  // namespace attn
