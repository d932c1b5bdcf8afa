// A_l = residual 1 + (1 - residual) mean_h P_lh;  flow_ij = the largest flow from i to j through A_L, ..., A_1 as
// capacities

#include <string>
#include <utility>
#include <vector>

#include "interpretation/maximum_flow.hpp"
#include "interpretation/operators.hpp"
#include "interpretation/patterns.hpp"
#include "tensor/error.hpp"
#include "tensor/text.hpp"

namespace attn {
namespace {

void check_cost(const Patterns& given) {
  const double tokens = static_cast<double>(given.queries);
  const double steps = static_cast<double>(given.layers) * tokens * tokens * tokens * tokens;
  if (steps <= kMostFlowSteps) return;
  throw Error(Code::argument_range, "patterns: found layers * tokens^4 of " + number_text(steps) +
                                        ", expected at most " + number_text(kMostFlowSteps) +
                                        ": it would take too long");
}

std::vector<double> capacities(const Patterns& given, float residual) {
  std::vector<double> out;
  Matrix mixed = Matrix::from_shape({given.queries, given.keys});
  for (std::size_t l = 0; l < given.layers; ++l) {
    mix_residual(given, l, residual, view(mixed));
    out.insert(out.end(), mixed.begin(), mixed.end());
  }
  return out;
}

}  // namespace

void attention_flow_operator(const Array& patterns, float residual, bool normalise, Array& out) {
  const Patterns given = patterns_of("patterns", patterns, out);
  check_stack(given, residual);
  check_cost(given);
  const std::size_t tokens = given.queries, shape[] = {tokens, tokens};
  LayeredNetwork network(given.layers, tokens, capacities(given, residual));
  out.resize(shape);
  std::vector<double> flows(tokens);
  for (std::size_t i = 0; i < tokens; ++i) {
    double sum = 0.0;
    for (std::size_t j = 0; j < tokens; ++j) sum += flows[j] = network.maximum_flow(i, j);
    const double share = normalise && sum > 0.0 ? 1.0 / sum : 1.0;
    for (std::size_t j = 0; j < tokens; ++j) out.data[i * tokens + j] = static_cast<float>(flows[j] * share);
  }
}

}  // namespace attn
