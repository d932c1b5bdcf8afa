#pragma once

#include <cstddef>
#include <vector>

namespace attn {

/// A flow network in layers: an edge of given capacity from every node of a layer to every node of the layer below. The
/// sources stand in the highest layer, the sinks in layer 0.
class LayeredNetwork {
 public:
  /// `capacities` (layers, width, width), not negative: cell (l, i, j) is the edge from node i of layer l + 1 to node j
  /// of layer l.
  LayeredNetwork(std::size_t layers, std::size_t width, const std::vector<double>& capacities);

  /// The largest flow from a node of the highest layer to one of the lowest, by Dinic's algorithm (Dinitz 1970), to
  /// within 1e-12 an edge.
  double maximum_flow(std::size_t source, std::size_t sink);

 private:
  /// A step from a node, nodes counting from the lowest layer: n < width leads down to the n-th node of the layer
  /// below, others take flow back from the (n - width)-th node of the layer above.
  struct Step {
    std::size_t from, n;
  };

  std::size_t end_of(Step step) const;
  double& room(Step step) { return room_[step.from * 2 * width_ + step.n]; }
  void push(Step step, double flow);
  double bound(std::size_t source, std::size_t sink);
  bool find_depths(std::size_t source, std::size_t sink);
  double augment(std::size_t source, std::size_t sink);

  std::size_t layers_, width_;
  std::vector<double> empty_;       ///< what can flow along every step (nodes, 2 * width) while nothing flows
  std::vector<double> room_;        ///< what can still flow
  std::vector<std::size_t> depth_;  ///< of every node, steps from the source plus 1; 0 where none lead to it
  std::vector<std::size_t> next_;   ///< of every node, the first step that is not known to lead nowhere
  std::vector<std::size_t> queue_;
  std::vector<Step> path_;
};

}  // namespace attn
