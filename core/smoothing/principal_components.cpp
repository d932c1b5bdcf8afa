// S = (x - mean)^T (x - mean) / (n - 1) = V diag(variances) V^T, by Jacobi's rotations (Golub and Van Loan 2013,
// section 8.5)

#include <algorithm>
#include <cmath>
#include <numeric>

#include "smoothing/checks.hpp"
#include "smoothing/operators.hpp"
#include "tensor/shape.hpp"

namespace attn {
namespace {

using Doubles = std::vector<double>;

Doubles mean_of(MatrixView<const float> x) {
  Doubles out(x.cols);
  for (std::size_t i = 0; i < x.rows; ++i) {
    for (std::size_t c = 0; c < x.cols; ++c) out[c] += static_cast<double>(x.row(i)[c]);
  }
  for (double& sum : out) sum /= static_cast<double>(x.rows);
  return out;
}

Doubles covariance(MatrixView<const float> x, const Doubles& mean) {
  const std::size_t d = x.cols;
  Doubles out(d * d), apart(d);
  for (std::size_t i = 0; i < x.rows; ++i) {
    for (std::size_t c = 0; c < d; ++c) apart[c] = static_cast<double>(x.row(i)[c]) - mean[c];
    for (std::size_t c = 0; c < d; ++c) {
      for (std::size_t e = 0; e <= c; ++e) out[c * d + e] += apart[c] * apart[e];
    }
  }
  for (std::size_t c = 0; c < d; ++c) {
    for (std::size_t e = 0; e <= c; ++e) out[e * d + c] = out[c * d + e] /= static_cast<double>(x.rows - 1);
  }
  return out;
}

/// Turns `count` pairs of numbers, `stride` apart, by the angle of cosine and sine.
void turn(double cosine, double sine, double* a, double* b, std::size_t count, std::size_t stride) {
  for (std::size_t n = 0; n < count * stride; n += stride) {
    const double first = a[n], second = b[n];
    a[n] = cosine * first - sine * second;
    b[n] = sine * first + cosine * second;
  }
}

/// Turns axes p and q of s (d, d) so that s_pq becomes 0, and the rows of v with them.
void rotate(std::size_t d, std::size_t p, std::size_t q, Doubles& s, Doubles& v) {
  const double off = s[p * d + q];
  if (off == 0.0) return;
  const double theta = (s[q * d + q] - s[p * d + p]) / (2.0 * off);
  const double tangent = std::copysign(1.0, theta) / (std::abs(theta) + std::hypot(theta, 1.0));
  const double cosine = 1.0 / std::hypot(tangent, 1.0), sine = tangent * cosine;
  turn(cosine, sine, &s[p], &s[q], d, d);
  turn(cosine, sine, &s[p * d], &s[q * d], d, 1);
  turn(cosine, sine, &v[p * d], &v[q * d], d, 1);
  s[p * d + q] = s[q * d + p] = 0.0;
}

/// Sweeps until s (d, d) is diagonal to double's precision; gives the eigenvectors as rows.
Doubles diagonalise(std::size_t d, Doubles& s) {
  constexpr int kMostSweeps = 60;
  constexpr double kNothing = 1e-34;  // of a square beside another: double's precision, squared
  Doubles v(d * d);
  for (std::size_t c = 0; c < d; ++c) v[c * d + c] = 1.0;
  for (int sweep = 0; sweep < kMostSweeps; ++sweep) {
    double all = 0.0, off = 0.0;
    for (std::size_t n = 0; n < d * d; ++n) {
      all += s[n] * s[n];
      if (n % (d + 1) != 0) off += s[n] * s[n];
    }
    if (off <= kNothing * all) break;
    for (std::size_t p = 0; p + 1 < d; ++p) {
      for (std::size_t q = p + 1; q < d; ++q) rotate(d, p, q, s, v);
    }
  }
  return v;
}

/// 1, or -1 for a direction whose largest number is negative.
double sign_of(const double* direction, std::size_t d) {
  constexpr double kAsLarge = 1.0 + 1e-6;
  double largest = 0.0;
  for (std::size_t c = 0; c < d; ++c) {
    if (std::abs(direction[c]) > kAsLarge * std::abs(largest)) largest = direction[c];
  }
  return largest < 0.0 ? -1.0 : 1.0;
}

}  // namespace

void principal_components_operator(const Array& x, std::size_t count, Array& components, Array& variances,
                                   Array& mean) {
  constexpr std::size_t kWidest = 256;
  const MatrixView<const float> given = table_of("x", x);
  const std::size_t d = given.cols;
  if (given.rows < 2 || d > kWidest) refuse_shape("x", x.shape, "at least 2 rows of at most 256 columns");
  require_range("count", static_cast<double>(count), 1.0, static_cast<double>(d));
  require_work("x", static_cast<double>(given.rows) * static_cast<double>(d * d));
  const Doubles centre = mean_of(given);
  Doubles s = covariance(given, centre);
  const Doubles v = diagonalise(d, s);
  std::vector<std::size_t> order(d);
  std::iota(order.begin(), order.end(), 0);
  std::ranges::stable_sort(order, [&](std::size_t a, std::size_t b) { return s[a * (d + 1)] > s[b * (d + 1)]; });
  const std::size_t of_components[] = {count, d};
  components.resize(of_components);
  variances.resize(std::span(of_components).first(1));
  mean.resize(std::span(of_components).last(1));
  for (std::size_t n = 0; n < count; ++n) {
    const double* direction = &v[order[n] * d];
    const double sign = sign_of(direction, d);
    variances.data[n] = static_cast<float>(std::max(0.0, s[order[n] * (d + 1)]));
    for (std::size_t c = 0; c < d; ++c) components.data[n * d + c] = static_cast<float>(sign * direction[c]);
  }
  std::ranges::transform(centre, mean.data.begin(), [](double m) { return static_cast<float>(m); });
}

}  // namespace attn
