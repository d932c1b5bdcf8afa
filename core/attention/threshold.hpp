#pragma once

#include <algorithm>

#include "attention/normalisation.hpp"

namespace attn {

/// f(x) of what a score is above the threshold, and its slope.
struct Power {
  double value;
  double slope;
};

/// row_j = f(max(factor row_j - t, 0)) with the t that makes the sum 1, for a convex f that grows from f(0) = 0 to
/// f(1) = 1. The sum falls and is convex in t, and at one below the largest score it is at least 1: from there Newton's
/// steps only rise, and end at t.
template <class Function>
void threshold_row(std::size_t count, float* row, double factor, Function f) {
  constexpr int kMostSteps = 100;
  constexpr double kEnough = 1e-12;
  const double highest = static_cast<double>(*std::max_element(row, row + count));
  const auto above = [&](float score, double t) { return (static_cast<double>(score) - highest) * factor - t; };
  double t = -1.0;
  for (int step = 0; step < kMostSteps; ++step) {
    Power sum = {-1.0, 0.0};
    for (std::size_t j = 0; j < count; ++j) {
      if (above(row[j], t) <= 0.0) continue;
      const Power one = f(above(row[j], t));
      sum.value += one.value;
      sum.slope += one.slope;
    }
    const double next = t + sum.value / sum.slope;
    if (sum.value <= kEnough || next <= t) break;  // of very many terms roundings alone may stay above
    t = next;
  }
  for (std::size_t j = 0; j < count; ++j) row[j] = static_cast<float>(f(std::max(above(row[j], t), 0.0)).value);
}

}  // namespace attn
