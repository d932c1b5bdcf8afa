#pragma once

#include "attention/attention.hpp"
#include "attention/operator.hpp"
#include "support.hpp"

namespace attn {

/// How GoogleTest names a row.
inline void PrintTo(const Scoring& row, std::ostream* out) { *out << row.facts.name; }
inline void PrintTo(const Normalisation& row, std::ostream* out) { *out << row.facts.name; }

}  // namespace attn

/// What the tests of the three tables share: arrays, weights drawn for a row, and the operator's results in one place.
namespace attn::test {

inline Array array(const std::vector<std::size_t>& shape, std::span<const float> numbers) {
  Array out;
  out.resize(shape);
  EXPECT_EQ(out.data.size(), numbers.size());
  std::copy(numbers.begin(), numbers.end(), out.data.begin());
  return out;
}

/// Numbers from [-2, 2).
inline Array random_array(const std::vector<std::size_t>& shape, std::uint32_t seed) {
  std::size_t count = 1;
  for (const std::size_t n : shape) count *= n;
  return array(shape, random_floats(count, 2.0F, seed));
}

inline std::span<const float> numbers(const Array& a) { return {a.data.data(), a.data.size()}; }

inline std::vector<DenseArray> dense(const std::vector<Array>& arrays) { return {arrays.begin(), arrays.end()}; }

/// Whether a row brings queries and keys to one width.
inline bool maps_widths(const Scoring& row) {
  return std::ranges::any_of(row.weights, [](const ScoringWeight& w) { return w.use != WeightUse::score; });
}

/// A row's weights, drawn; lengths of their own are 3.
inline std::vector<Array> random_weights(const Scoring& row, std::size_t d_q, std::size_t d_k, std::uint32_t seed) {
  const auto length = [&](const Axis& axis) {
    return axis.times * (axis.length == "d_q" ? d_q : axis.length == "d_k" ? d_k : axis.length == "1" ? 1 : 3);
  };
  std::vector<Array> out;
  for (const ScoringWeight& weight : row.weights) {
    std::vector<std::size_t> shape;
    for (const Axis& axis : weight.axes) {
      if (!axis.length.empty()) shape.push_back(length(axis));
    }
    out.push_back(random_array(shape, seed++));
  }
  return out;
}

/// The scores as the normalisation sees them, what it makes of them, and the output.
struct Attended {
  Array scores, pattern, output;
};

inline Attended attend(const Array& q, const Array& k, const Array& v, OperatorOptions options) {
  options.matmul_mode = 2;
  Attended out;
  attention_operator(q, k, v, options, out.output, {&out.pattern, nullptr, nullptr, &out.scores});
  return out;
}

/// What rows (rows, n) of scores become under a normalisation: queries of 0, and the scores as a mask that is added.
inline Array weights_of(const Normalisation& row, const Array& scores, std::span<const double> params = {}) {
  const std::size_t rows = scores.shape.at(0), n = scores.shape.at(1);
  OperatorOptions options;
  options.scoring = "dot_product";
  options.normalisation = row.facts.name;
  options.normalisation_params = params;
  options.mask = {scores.shape, {}, numbers(scores)};
  const Array q = array({1, rows, 1}, std::vector<float>(rows)), k = array({1, n, 1}, std::vector<float>(n));
  Array pattern = attend(q, k, k, options).pattern;
  pattern.resize(scores.shape);
  return pattern;
}

}  // namespace attn::test
