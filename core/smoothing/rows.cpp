#include "smoothing/rows.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace attn {

std::vector<double> squares_from(const float* from, MatrixView<const float> points) {
  std::vector<double> out(points.rows);
  for (std::size_t j = 0; j < points.rows; ++j) {
    for (std::size_t c = 0; c < points.cols; ++c) {
      const double apart = static_cast<double>(from[c]) - static_cast<double>(points.row(j)[c]);
      out[j] += apart * apart;
    }
  }
  return out;
}

void share_out(std::span<double> weights) {
  const double sum = std::accumulate(weights.begin(), weights.end(), 0.0);
  if (sum == 0.0) return;
  for (double& weight : weights) weight /= sum;
}

void soft_shares(std::span<double> scores, double temperature) {
  const double highest = *std::ranges::max_element(scores);
  for (double& score : scores) {
    const double below = highest - score;
    const double exponent = below == 0.0 ? 0.0 : below / std::abs(temperature);  // -0 is a temperature too
    score = std::isinf(below) ? 0.0 : std::exp(-exponent);
  }
  share_out(scores);
}

}  // namespace attn
