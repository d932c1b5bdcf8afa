#include "interpretation/maximum_flow.hpp"

#include <algorithm>

#include "tensor/assert.hpp"

namespace attn {
namespace {

/// Less room than this is none: without it, what rounding leaves would be searched again and again.
constexpr double kNegligible = 1e-12;

}  // namespace

LayeredNetwork::LayeredNetwork(std::size_t layers, std::size_t width, const std::vector<double>& capacities)
    : layers_(layers),
      width_(width),
      empty_((layers + 1) * width * 2 * width),
      depth_((layers + 1) * width),
      next_((layers + 1) * width) {
  ATTN_ASSERT(capacities.size() == layers * width * width);
  for (std::size_t from = width; from < depth_.size(); ++from) {
    const double* row = capacities.data() + (from - width) * width;
    std::copy_n(row, width, empty_.data() + from * 2 * width);
  }
}

std::size_t LayeredNetwork::end_of(Step step) const {
  const std::size_t same_layer = step.from - step.from % width_ + step.n;
  return step.n < width_ ? same_layer - width_ : same_layer;
}

void LayeredNetwork::push(Step step, double flow) {
  const std::size_t own = step.from % width_;
  room(step) -= flow;
  room({end_of(step), step.n < width_ ? own + width_ : own}) += flow;
}

/// What the edges at the source and at the sink let through: once that much flows, there is nothing left to search for.
double LayeredNetwork::bound(std::size_t source, std::size_t sink) {
  double leaving = 0.0, arriving = 0.0;
  for (std::size_t n = 0; n < width_; ++n) {
    leaving += room({source, n});
    arriving += room({width_ + n, sink});
  }
  return std::min(leaving, arriving);
}

/// Whether there is still a way to the sink.
bool LayeredNetwork::find_depths(std::size_t source, std::size_t sink) {
  std::ranges::fill(depth_, 0);
  depth_[source] = 1;
  queue_.assign(1, source);
  for (std::size_t head = 0; head < queue_.size() && depth_[sink] == 0; ++head) {
    const std::size_t from = queue_[head];
    const double* rooms = &room({from, 0});
    for (std::size_t n = 0; n < 2 * width_; ++n) {
      if (rooms[n] <= kNegligible) continue;
      const std::size_t to = end_of({from, n});
      if (depth_[to] != 0) continue;
      depth_[to] = depth_[from] + 1;
      queue_.push_back(to);
    }
  }
  return depth_[sink] != 0;
}

/// Sends what fits along one shortest way; 0 if there is none left.
double LayeredNetwork::augment(std::size_t source, std::size_t sink) {
  path_.clear();
  std::size_t at = source;
  while (at != sink) {
    const double* rooms = &room({at, 0});
    std::size_t n = next_[at];
    while (n < 2 * width_ && !(rooms[n] > kNegligible && depth_[end_of({at, n})] == depth_[at] + 1)) ++n;
    next_[at] = n;
    if (n < 2 * width_) {
      path_.push_back({at, n});
      at = end_of({at, n});
      continue;
    }
    if (path_.empty()) return 0.0;
    at = path_.back().from;
    ++next_[at];
    path_.pop_back();
  }
  double flow = room(path_.front());
  for (const Step step : path_) flow = std::min(flow, room(step));
  for (const Step step : path_) push(step, flow);
  return flow;
}

double LayeredNetwork::maximum_flow(std::size_t source, std::size_t sink) {
  ATTN_ASSERT(source < width_ && sink < width_);
  const std::size_t top = layers_ * width_ + source;
  room_ = empty_;
  const double most = bound(top, sink);
  double total = 0.0;
  while (most - total > kNegligible && find_depths(top, sink)) {
    std::ranges::fill(next_, 0);
    for (double flow = augment(top, sink); flow > 0.0; flow = augment(top, sink)) total += flow;
  }
  return total;
}

}  // namespace attn
