// p = normalise(f(x_i, x_j)),  y = p (x g),  output = y w_z + x

#include "layers/non_local_block.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include "attention/operator.hpp"
#include "attention/scoring.hpp"
#include "kernels/elementwise.hpp"
#include "kernels/matmul.hpp"
#include "tensor/error.hpp"
#include "tensor/shape.hpp"

namespace attn {
namespace {

constexpr std::string_view kPrefix = "non_local_";

const Scoring& scoring_of_kind(std::string_view kind) {
  std::string known;
  for (const Scoring& row : scorings()) {
    if (!row.facts.name.starts_with(kPrefix)) continue;
    const std::string_view name = row.facts.name.substr(kPrefix.size());
    if (name == kind) return row;
    known += (known.empty() ? "" : ", ") + std::string(name);
  }
  throw Error(Code::variant_unknown, "kind \"" + std::string(kind) + "\": expected one of " + known);
}

/// Refuses a weight that is missing, of another shape, or of no use to the kind.
void check_weight(const char* name, const Array* weight, bool used, std::initializer_list<std::size_t> shape) {
  if (used && weight != nullptr) return require_shape(name, weight->shape, shape);
  if (!used && weight == nullptr) return;
  const std::string found = used ? "none" : "one", expected = used ? "the kind's weight" : "none for this kind";
  throw Error(Code::argument_shape, std::string(name) + ": found " + found + ", expected " + expected);
}

void check(const Array& x, const NonLocalWeights& w, const Scoring& row, const NonLocalResults& out) {
  if (x.shape.size() != 2 || x.data.size() == 0 || x.shape[0] > kMostNonLocalPositions) {
    refuse_shape("x", x.shape, "(n, c), n from 1 to " + std::to_string(kMostNonLocalPositions) + ", c at least 1");
  }
  const std::size_t c = x.shape[1], e = w.g.shape.size() == 2 ? w.g.shape[1] : 0;
  if (e == 0) refuse_shape("g", w.g.shape, "(c, e), e at least 1");
  check_weight("theta", w.theta, row.weights.size() >= 2, {c, e});
  check_weight("phi", w.phi, row.weights.size() >= 2, {c, e});
  require_shape("g", w.g.shape, {c, e});
  require_shape("w_z", w.w_z.shape, {e, c});
  check_weight("w_f", w.w_f, row.weights.size() == 3, {2 * e});
  for (const Array* operand : {&x, &w.g, &w.w_z, w.theta, w.phi, w.w_f}) {
    for (const Array* result : {&out.output, &out.pattern, &out.y}) {
      if (result == operand) refuse_shape("out", result->shape, "an array that is no operand");
    }
  }
}

MatrixView<const float> matrix(const Array& a) { return {a.data.data(), a.shape[0], a.shape[1]}; }

}  // namespace

void non_local_block_operator(const Array& x, const NonLocalWeights& weights, std::string_view kind,
                              std::string_view normalisation, const NonLocalResults& out) {
  const Scoring& row = scoring_of_kind(kind);
  check(x, weights, row, out);
  const std::size_t n = x.shape[0], c = x.shape[1], e = weights.g.shape[1];
  Matrix values = Matrix::from_shape({n, e});
  matmul(matrix(x), matrix(weights.g), view(values));

  std::vector<DenseArray> used;
  for (const Array* weight : {weights.theta, weights.phi, weights.w_f}) {
    if (weight != nullptr) used.push_back(*weight);
  }
  OperatorOptions options;
  options.scoring = row.facts.name;
  options.normalisation = normalisation;
  options.weights = used;
  OperatorResults results;
  results.pattern = &out.pattern;
  const std::size_t one_head[] = {1, n, c}, values_shape[] = {1, n, e};
  const DenseArray tokens = {one_head, {x.data.data(), x.data.size()}};
  attention_operator(tokens, tokens, {values_shape, {values.data(), values.size()}}, options, out.y, results);
  out.y.shape = {n, e};
  out.pattern.shape = {n, n};

  out.output.resize(x.shape);
  matmul(matrix(out.y), matrix(weights.w_z), {out.output.data.data(), n, c});
  add(x.data.data(), x.data.size(), out.output.data.data());
}

}  // namespace attn
