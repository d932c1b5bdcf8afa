// entropy = mean_i -sum_j p_ij ln p_ij;  distance = sum_ij p_ij |i - j| / sum_ij p_ij

#include <cmath>

#include "interpretation/operators.hpp"
#include "interpretation/patterns.hpp"
#include "tensor/shape.hpp"

namespace attn {
namespace {

double entropy(MatrixView<const float> pattern) {
  double sum = 0.0;
  for (std::size_t i = 0; i < pattern.rows; ++i) {
    for (std::size_t j = 0; j < pattern.cols; ++j) {
      const float p = pattern.row(i)[j];
      if (p > 0.0F) sum -= static_cast<double>(p * std::log(p));
    }
  }
  return sum / static_cast<double>(pattern.rows);
}

double distance(MatrixView<const float> pattern) {
  double sum = 0.0, weight = 0.0;
  for (std::size_t i = 0; i < pattern.rows; ++i) {
    for (std::size_t j = 0; j < pattern.cols; ++j) {
      const double p = static_cast<double>(pattern.row(i)[j]);
      sum += p * static_cast<double>(i < j ? j - i : i - j);
      weight += p;
    }
  }
  return weight > 0.0 ? sum / weight : 0.0;
}

void measure(const Patterns& given, double (*of)(MatrixView<const float>), Array& out) {
  const std::size_t shape[] = {given.layers, given.heads};
  out.resize(given.layered ? std::span(shape) : std::span(shape).subspan(1));
  for (std::size_t l = 0; l < given.layers; ++l) {
    for (std::size_t h = 0; h < given.heads; ++h) {
      out.data[l * given.heads + h] = static_cast<float>(of(given.head(l, h)));
    }
  }
}

}  // namespace

void head_entropy_operator(const Array& pattern, Array& out) {
  measure(patterns_of("pattern", pattern, out), entropy, out);
}

void head_distance_operator(const Array& pattern, Array& out) {
  const Patterns given = patterns_of("pattern", pattern, out);
  if (given.queries != given.keys) refuse_shape("pattern", pattern.shape, "as many keys as queries");
  measure(given, distance, out);
}

}  // namespace attn
