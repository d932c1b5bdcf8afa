// q_t <- R_t q_t with R_t turning pair i by t f_i, f_i = base^{-2i/width} / scaling: then q_t . k_s depends on t - s
// alone

#include "position/rotary.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <xtensor/xbuilder.hpp>
#include <xtensor/xmath.hpp>
#include <xtensor/xtensor.hpp>

#include "position/tables.hpp"

namespace attn {

std::vector<double> frequencies(std::size_t width, double base) {
  const double step = -2.0 * std::log(base) / static_cast<double>(width);
  const xt::xtensor<double, 1> out = xt::exp(xt::arange<double>(static_cast<double>(width / 2)) * step);
  return {out.begin(), out.end()};
}

void slow_down(const FrequencyBands& bands, std::span<double> frequencies) {
  for (double& f : frequencies) {
    const double turns = bands.context * f / (2.0 * std::numbers::pi);
    const double kept = std::clamp((turns - bands.low) / (bands.high - bands.low), 0.0, 1.0);
    f *= (1.0 - kept) / bands.factor + kept;
  }
}

void rotary_rows(std::span<const double> frequencies, std::size_t first, MatrixView<float> out) {
  const std::size_t half = frequencies.size();
  ATTN_ASSERT(out.cols == 2 * half);
  for (std::size_t t = 0; t < out.rows; ++t) {
    float* cosines = out.row(t);
    float* sines = cosines + half;
    for (std::size_t i = 0; i < half; ++i) {
      const double angle = static_cast<double>(first + t) * frequencies[i];
      cosines[i] = static_cast<float>(std::cos(angle));
      sines[i] = static_cast<float>(std::sin(angle));
    }
  }
}

Array rotary_table(std::size_t tokens, std::size_t width, std::span<const double> params) {
  std::vector<double> turns = frequencies(width, params[0]);
  for (double& f : turns) f /= params[1];
  Array table;
  table.resize(std::array{tokens, width});
  rotary_rows(turns, 0, {table.data.data(), tokens, width});
  return table;
}

}  // namespace attn
