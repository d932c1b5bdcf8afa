// Kernels that look at a whole row: softmax, the two norms, the rotation of pairs.

#include <algorithm>

#include "fuzzer.hpp"
#include "kernels/norm.hpp"
#include "kernels/rotation.hpp"
#include "kernels/softmax.hpp"

namespace attn::fuzz {
namespace {

double widen(float x) { return static_cast<double>(x); }

std::vector<float> copy_of(Cells& cells) { return {cells.data(), cells.data() + cells.size()}; }

/// The largest finite size of a number; `finite` says whether there are others.
double largest_of(const std::vector<float>& x, bool& finite) {
  double largest = 0.0;
  for (const float one : x) {
    if (std::isfinite(one)) {
      largest = std::max(largest, std::abs(widen(one)));
    } else {
      finite = false;
    }
  }
  return largest;
}

/// 1 / sqrt(square + epsilon), exact and the least and most that float may make of it.
struct Inverse {
  double exact, least, most;
  Inverse(double square, double least_square, double most_square, double epsilon)
      : exact(1.0 / std::sqrt(square + epsilon)),
        least((1.0 - 4.0 * kEpsilon) / std::sqrt(most_square + epsilon)),
        most((1.0 + 4.0 * kEpsilon) / std::sqrt(least_square + epsilon)) {}
  double error() const { return std::max(exact - least, most - exact); }
};

}  // namespace

void check_softmax(Case& test) {
  Cells row = test.numbers("row", test.size("count", 1500), Numbers::kAny);
  const std::vector<float> x = copy_of(row);
  softmax(row.data(), x.size(), row.data());
  test.expect_intact(row.intact());
  bool is_nan = false;
  float highest = -kInfinity;
  for (const float one : x) {
    is_nan = is_nan || std::isnan(one) || one == kInfinity;
    highest = std::max(highest, one);
  }
  if (is_nan || highest == -kInfinity) {
    for (std::size_t i = 0; i < x.size(); ++i) test.expect_same(i, row.data()[i], is_nan ? kNaN : 0.0F);
    return;
  }
  double sum = 0.0;
  for (const float one : x) sum += std::exp(widen(one) - widen(highest));
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double share = std::exp(widen(x[i]) - widen(highest)) / sum;
    // The exponent was rounded once; four roundings for exp, one for each number of the sum, two for the division.
    const double exponent = share == 0.0 ? 0.0 : std::abs(widen(x[i]) - widen(highest));
    const double allowed = share * kEpsilon * (exponent + static_cast<double>(x.size() + 6)) + 2.0 * kSmallest;
    test.expect(i, row.data()[i], share, allowed);
  }
}

void check_log_softmax(Case& test) {
  Cells row = test.numbers("row", test.size("count", 1500), Numbers::kAny);
  const std::vector<float> x = copy_of(row);
  log_softmax(row.data(), x.size(), row.data());
  test.expect_intact(row.intact());
  bool is_nan = false;
  float highest = -kInfinity;
  for (const float one : x) {
    is_nan = is_nan || std::isnan(one) || one == kInfinity;
    highest = std::max(highest, one);
  }
  if (is_nan || highest == -kInfinity) {
    for (std::size_t i = 0; i < x.size(); ++i) test.expect_same(i, row.data()[i], is_nan ? kNaN : -kInfinity);
    return;
  }
  double sum = 0.0;
  for (const float one : x) sum += std::exp(widen(one) - widen(highest));
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double below = widen(x[i]) - widen(highest), size = std::isinf(below) ? 0.0 : std::abs(below);
    // Two differences, and the logarithm of a sum that has a rounding for each number.
    const double allowed = kEpsilon * (2.0 * size + 2.0 * std::log(sum) + static_cast<double>(x.size() + 8));
    test.expect(i, row.data()[i], below - std::log(sum), allowed);
  }
}

/// The mean errs by the roundings of its sum. That shifts every number, and the variance by the shift's square.
void check_layer_norm(Case& test) {
  const std::size_t count = test.size("count", 1500);
  Cells row = test.numbers("x", count, Numbers::kAny), room = test.room(count);
  Cells gain = test.numbers("gain", count, Numbers::kFinite), bias = test.numbers("bias", count, Numbers::kAny);
  const float epsilon = test.one_in(2) ? 1e-5F : test.positive("epsilon", 1e-12F, 1e-3F);
  const std::vector<float> x = copy_of(row);
  Cells& out = test.one_in(2) ? row : room;
  layer_norm(row.data(), count, gain.data(), bias.data(), epsilon, out.data());
  test.expect_intact(row.intact() && room.intact());

  bool finite = true;
  const double n = static_cast<double>(count), largest = largest_of(x, finite);
  // Nothing is promised where the squares of finite numbers leave float.
  if (finite && 4.1 * n * largest * std::max(largest, 1.0) > kLargest) return;
  double mean = 0.0, size = 0.0, square = 0.0;
  for (const float one : x) mean += widen(one) / n;
  for (const float one : x) size += std::abs(widen(one)) / n;
  for (const float one : x) square += (widen(one) - mean) * (widen(one) - mean) / n;
  const double shift = kEpsilon * (n + 2.0) * size + kSmallest, part = kEpsilon * (n + 4.0);
  const Inverse r(square, std::max(square * (1.0 - part) - kSmallest, 0.0),
                  (square + shift * shift) * (1.0 + part) + kSmallest, widen(epsilon));
  for (std::size_t i = 0; i < count; ++i) {
    const double d = widen(x[i]) - mean, y = d * r.exact, g = widen(gain.data()[i]), b = widen(bias.data()[i]);
    const double of_y =
        std::abs(d) * r.error() + (shift + kEpsilon * std::abs(d)) * r.most + 2.0 * kEpsilon * std::abs(y) + kSmallest;
    const double magnitude = std::abs(y * g) + of_y * std::abs(g) + (std::isfinite(b) ? std::abs(b) : 0.0);
    const double allowed = of_y * std::abs(g) + 2.0 * kEpsilon * magnitude + kSmallest;
    test.expect(i, out.data()[i], y * g + b, allowed, magnitude);
  }
}

void check_rms_norm(Case& test) {
  const std::size_t count = test.size("count", 1500);
  Cells row = test.numbers("x", count, Numbers::kAny), room = test.room(count);
  Cells gain = test.numbers("gain", count, Numbers::kFinite);
  const float epsilon = test.one_in(2) ? 1e-5F : test.positive("epsilon", 1e-12F, 1e-3F);
  const std::vector<float> x = copy_of(row);
  Cells& out = test.one_in(2) ? row : room;
  rms_norm(row.data(), count, gain.data(), epsilon, out.data());
  test.expect_intact(row.intact() && room.intact());

  bool finite = true;
  const double n = static_cast<double>(count), largest = largest_of(x, finite);
  if (finite && 1.1 * n * largest * largest > kLargest) return;
  double square = 0.0;
  for (const float one : x) square += widen(one) * widen(one) / n;
  const double part = kEpsilon * (n + 3.0);
  const Inverse r(square, std::max(square * (1.0 - part) - kSmallest, 0.0), square * (1.0 + part) + kSmallest,
                  widen(epsilon));
  for (std::size_t i = 0; i < count; ++i) {
    const double g = widen(gain.data()[i]), y = widen(x[i]) * r.exact * g;
    const double allowed =
        std::abs(widen(x[i]) * g) * r.error() + 4.0 * kEpsilon * std::abs(y) + kSmallest * (std::abs(g) + 1.0);
    test.expect(i, out.data()[i], y, allowed, std::abs(y));
  }
}

namespace {

void check_rotation(Case& test, decltype(rotate_halves) rotate, bool interleaved) {
  const std::size_t tokens = test.size("tokens"), half = test.size("half");
  Grid table = test.grid("table", tokens, 2 * half, test.one_in(4) ? Numbers::kAny : Numbers::kPlain);
  Grid x = test.grid("x", tokens, 2 * half, Numbers::kAny);
  Cells before = x.cells;
  rotate(table.view.sub_cols(0, half), table.view.sub_cols(half, half), x.view);
  test.expect_intact(x.intact());
  const MatrixView<float> old(before.data(), tokens, 2 * half, x.view.stride);
  for (std::size_t t = 0; t < tokens; ++t) {
    for (std::size_t i = 0; i < half; ++i) {
      const std::size_t one = interleaved ? 2 * i : i, other = interleaved ? one + 1 : half + i;
      const double a = widen(old.row(t)[one]), b = widen(old.row(t)[other]);
      const double c = widen(table.view.row(t)[i]), s = widen(table.view.row(t)[half + i]);
      Sum first, second;
      first.add(a * c);
      first.add(-b * s);
      second.add(a * s);
      second.add(b * c);
      const auto allowed = [](const Sum& sum) { return 2.0 * kEpsilon * sum.magnitude + 2.0 * kSmallest; };
      const std::size_t row = t * 2 * half;
      test.expect(row + one, x.view.row(t)[one], first.value, allowed(first), first.magnitude);
      test.expect(row + other, x.view.row(t)[other], second.value, allowed(second), second.magnitude);
    }
  }
}

}  // namespace

void check_rotate_halves(Case& test) { check_rotation(test, rotate_halves, false); }
void check_rotate_pairs(Case& test) { check_rotation(test, rotate_pairs, true); }

}  // namespace attn::fuzz
