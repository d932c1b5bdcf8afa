// z = x A,  p_ij = softmax_(j != i)(-|z_i - z_j|^2),  P_i = sum of p_ij over the j of i's label,  loss = 1 - mean_i P_i
// d loss / d A = x^T G,  G_i = sum_j (W_ij + W_ji) (z_i - z_j),  W_ij = 2 p_ij ([j of i's label] - P_i) / n

#include <algorithm>
#include <limits>

#include "smoothing/checks.hpp"
#include "smoothing/operators.hpp"
#include "smoothing/rows.hpp"

namespace attn {
namespace {

using Doubles = std::vector<double>;

constexpr double kLargest = std::numeric_limits<float>::max();

/// z (n, p) = x (n, d) a (d, p).
Doubles projected(MatrixView<const float> x, const Doubles& a, std::size_t p) {
  Doubles z(x.rows * p);
  for (std::size_t i = 0; i < x.rows; ++i) {
    for (std::size_t c = 0; c < x.cols; ++c) {
      for (std::size_t e = 0; e < p; ++e) z[i * p + e] += static_cast<double>(x.row(i)[c]) * a[c * p + e];
    }
  }
  return z;
}

/// Shares p_ij of row i of z (n, p).
Doubles neighbours(const Doubles& z, std::size_t i, std::size_t n, std::size_t p) {
  Doubles scores(n);
  for (std::size_t j = 0; j < n; ++j) {
    for (std::size_t e = 0; e < p; ++e) {
      const double apart = z[i * p + e] - z[j * p + e];
      scores[j] -= apart * apart;
    }
  }
  scores[i] = -std::numeric_limits<double>::infinity();
  soft_shares(scores, 1.0);
  return scores;
}

/// The loss at z (n, p); adds its gradient to `gradient` (n, p).
double loss_of(const Doubles& z, const std::vector<std::size_t>& labels, std::size_t p, Doubles& gradient) {
  const std::size_t n = labels.size();
  double right = 0.0;
  for (std::size_t i = 0; i < n; ++i) {
    const Doubles shares = neighbours(z, i, n, p);
    double own = 0.0;
    for (std::size_t j = 0; j < n; ++j) own += labels[j] == labels[i] ? shares[j] : 0.0;
    right += own;
    for (std::size_t j = 0; j < n; ++j) {
      const double weight = 2.0 / static_cast<double>(n) * shares[j] * ((labels[j] == labels[i] ? 1.0 : 0.0) - own);
      for (std::size_t e = 0; e < p; ++e) {
        const double part = weight * (z[i * p + e] - z[j * p + e]);
        gradient[i * p + e] += part;
        gradient[j * p + e] -= part;
      }
    }
  }
  return 1.0 - right / static_cast<double>(n);
}

/// a -= rate x^T gradient, kept within what float holds.
void descend(MatrixView<const float> x, const Doubles& gradient, double rate, std::size_t p, Doubles& a) {
  for (std::size_t c = 0; c < x.cols; ++c) {
    for (std::size_t e = 0; e < p; ++e) {
      double sum = 0.0;
      for (std::size_t i = 0; i < x.rows; ++i) sum += static_cast<double>(x.row(i)[c]) * gradient[i * p + e];
      a[c * p + e] = std::clamp(a[c * p + e] - rate * sum, -kLargest, kLargest);
    }
  }
}

}  // namespace

void fit_projection_operator(const Array& x, const Array& labels, const Array& projection,
                             const ProjectionOptions& options, Array& losses, Array& fitted) {
  constexpr double kMostRows = 1000.0;
  const MatrixView<const float> given = table_of("x", x), start = table_of("projection", projection);
  require_range("rows of x", static_cast<double>(given.rows), 2.0, kMostRows);
  const std::vector<std::size_t> own = labels_of(labels, given.rows);
  require_rows("projection", projection, given.cols, "x has columns");
  require_range("rate", options.rate, 0.0, std::numeric_limits<double>::max());
  const std::size_t p = start.cols, shape[] = {options.steps + 1};
  require_work("x, projection, steps", (static_cast<double>(options.steps) + 1.0) * static_cast<double>(given.rows) *
                                           static_cast<double>(given.rows + 2 * given.cols) * static_cast<double>(p));
  losses.resize(shape);
  fitted.resize(projection.shape);
  Doubles a(projection.data.begin(), projection.data.end());
  for (std::size_t t = 0; t <= options.steps; ++t) {
    Doubles gradient(given.rows * p);
    losses.data[t] = static_cast<float>(loss_of(projected(given, a, p), own, p, gradient));
    if (t < options.steps) descend(given, gradient, options.rate, p, a);
  }
  std::ranges::transform(a, fitted.data.begin(), [](double number) { return static_cast<float>(number); });
}

}  // namespace attn
