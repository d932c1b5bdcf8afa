#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <random>
#include <span>
#include <string>
#include <vector>

#include "tensor/error.hpp"

/// What the tests of the core share: numbers to compute on, tolerances, and comparisons that name the worst place.
namespace attn::test {

inline constexpr float kInfinity = std::numeric_limits<float>::infinity();
inline constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();

/// `count` numbers evenly from [-scale, scale); the same for the same seed on every machine.
inline std::vector<float> random_floats(std::size_t count, float scale, std::uint32_t seed) {
  std::mt19937 random(seed);
  std::vector<float> out(count);
  for (float& x : out) x = scale * (static_cast<float>(random() >> 8) / 8388608.0F - 1.0F);
  return out;
}

/// The error that `roundings` roundings in float may leave in a result whose intermediate values are at most
/// `magnitude`: epsilon x magnitude x length. Library functions count for four (they keep to two units in the last
/// place).
inline double tolerance(double magnitude, std::size_t roundings) {
  return static_cast<double>(std::numeric_limits<float>::epsilon()) * magnitude * static_cast<double>(roundings);
}

/// The spelling of the code that `action` throws, or "none".
template <class Action>
std::string code_of(Action action) {
  try {
    action();
  } catch (const Error& error) {
    return std::string(error.name());
  }
  return "none";
}

/// The message that `action` throws, or "none".
template <class Action>
std::string message_of(Action action) {
  try {
    action();
  } catch (const Error& error) {
    return error.what();
  }
  return "none";
}

/// The largest finite absolute value, at least the smallest normal float.
inline double magnitude_of(std::span<const float> values) {
  double largest = std::numeric_limits<float>::min();
  for (const float x : values) {
    if (std::isfinite(x)) largest = std::max(largest, std::abs(static_cast<double>(x)));
  }
  return largest;
}

/// Equal to within `relative` of the largest expected number; infinities must be the same, NaN never is.
inline testing::AssertionResult close(std::span<const float> found, std::span<const float> expected, double relative) {
  if (found.size() != expected.size()) {
    return testing::AssertionFailure() << "found " << found.size() << " numbers, expected " << expected.size();
  }
  const double allowed = relative * magnitude_of(expected);
  double worst = -1.0;
  std::size_t place = 0;
  for (std::size_t i = 0; i < found.size(); ++i) {
    if (found[i] == expected[i]) continue;
    const double error = std::abs(static_cast<double>(found[i]) - static_cast<double>(expected[i]));
    if (!(error <= allowed) && !(error <= worst)) {
      worst = error;
      place = i;
    }
  }
  if (worst == -1.0) return testing::AssertionSuccess();
  return testing::AssertionFailure() << "number " << place << ": found " << found[place] << ", expected "
                                     << expected[place] << " to within " << allowed;
}

}  // namespace attn::test
