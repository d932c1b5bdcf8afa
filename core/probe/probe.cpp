#include "probe/probe.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "tensor/error.hpp"

namespace attn {
namespace {

void apply(const Edit& edit, MatrixView<float> x) {
  for (std::size_t i = 0; i < x.rows; ++i) {
    float* row = x.row(i);
    if (edit.kind == Edit::Kind::set) {
      std::fill_n(row, x.cols, edit.value);
    } else {
      std::for_each(row, row + x.cols, [&](float& value) { value = std::isinf(value) ? value : value * edit.value; });
    }
  }
}

void apply(const Edit& edit, HeadsView<float> x) {
  if (edit.kind == Edit::Kind::mask) return;  // took effect where the scores were masked
  if (edit.kind == Edit::Kind::call) {
    edit.call(x);
    return;
  }
  for (std::size_t h = 0; h < x.heads; ++h) {
    if (!edit.head || *edit.head == h) apply(edit, x.head(h));
  }
}

Recording copy(std::string name, bool has_heads, HeadsView<const float> x) {
  Recording copy;
  copy.name = std::move(name);
  if (has_heads) copy.shape.push_back(x.heads);
  copy.shape.push_back(x.rows);
  copy.shape.push_back(x.cols);
  copy.data = Vector::from_shape({x.heads * x.rows * x.cols});
  float* out = copy.data.data();
  for (std::size_t h = 0; h < x.heads; ++h) {
    for (std::size_t i = 0; i < x.rows; ++i) out = std::copy_n(x.head(h).row(i), x.cols, out);
  }
  return copy;
}

}  // namespace

std::string station_name(std::string_view stack, Station station, std::size_t layer) {
  const auto& [name, place, has_heads, parts] = row(station);
  if (place == Place::model) return std::string(name);
  const std::string block = place == Place::block ? "blocks." + std::to_string(layer) + "." : std::string();
  return std::string(stack) + block + std::string(name);
}

Probe::Probe(std::vector<StackStations> stacks) : stacks_(std::move(stacks)) {
  std::size_t layers = 0;
  for (const StackStations& stack : stacks_) {
    first_.push_back(layers);
    layers += std::max<std::size_t>(stack.layers, 1);
  }
  watches_.resize(layers * kStations.size());
}

Probe::Probe(std::size_t layers, std::size_t heads)
    : Probe({{"", layers, heads, heads, part::kPositions | part::kFinalNorm | part::kHead}}) {}

Spot Probe::spot_at(std::size_t index) const {
  const std::size_t line = index / kStations.size();
  const std::size_t stack =
      static_cast<std::size_t>(std::upper_bound(first_.begin(), first_.end(), line) - first_.begin()) - 1;
  return {static_cast<Station>(index % kStations.size()), line - first_[stack], stack};
}

bool Probe::exists(const Spot& spot) const {
  const StackStations& stack = stacks_[spot.stack];
  const StationRow& station = row(spot.station);
  if ((station.parts & ~stack.parts) != 0) return false;
  return station.place == Place::block ? spot.layer < stack.layers : spot.layer == 0;
}

std::size_t Probe::heads_at(const Spot& spot) const {
  if (!row(spot.station).has_heads) return 0;
  const bool shared = spot.station == Station::k || spot.station == Station::v;
  return shared ? stacks_[spot.stack].key_heads : stacks_[spot.stack].heads;
}

std::string Probe::name(const Spot& spot) const {
  return station_name(stacks_[spot.stack].prefix, spot.station, spot.layer);
}

std::vector<std::string> Probe::names() const {
  std::vector<std::string> out;
  for (std::size_t n = 0; n < stacks_.size(); ++n) {
    const auto add = [&](std::size_t layer, auto wanted) {
      for (std::size_t s = 0; s < kStations.size(); ++s) {
        const Spot spot{static_cast<Station>(s), layer, n};
        if (wanted(spot.station) && exists(spot)) out.push_back(name(spot));
      }
    };
    const auto in_block = [](Station s) { return row(s).place == Place::block; };
    add(0, [&](Station s) { return s < Station::resid_pre; });
    for (std::size_t layer = 0; layer < stacks_[n].layers; ++layer) add(layer, in_block);
    add(0, [&](Station s) { return s > Station::resid_pre && !in_block(s); });
  }
  return out;
}

std::size_t Probe::find(std::string_view wanted) const {
  for (std::size_t i = 0; i < watches_.size(); ++i) {
    const Spot spot = spot_at(i);
    if (exists(spot) && name(spot) == wanted) return i;
  }
  std::string layers;
  for (const StackStations& stack : stacks_) layers += (layers.empty() ? "" : " and ") + std::to_string(stack.layers);
  throw Error(Code::station_unknown, "station \"" + std::string(wanted) + "\": found no such place in a model of " +
                                         layers + " layers; expected a name like " +
                                         name({Station::pattern, 0, stacks_.size() - 1}));
}

void Probe::record(std::string_view name) { watches_[find(name)].record = true; }

void Probe::edit(std::string_view name, Edit edit) {
  const std::size_t place = find(name);
  const Spot spot = spot_at(place);
  const std::size_t heads = heads_at(spot);
  if (edit.head && *edit.head >= heads) {
    throw Error(Code::edit_invalid,
                "edit at \"" + std::string(name) + "\": found head " + std::to_string(*edit.head) + ", expected " +
                    (heads > 0 ? "0 to " + std::to_string(heads - 1) : std::string("none, the station has no heads")));
  }
  if (edit.kind == Edit::Kind::mask && spot.station != Station::scores && spot.station != Station::cross_scores) {
    throw Error(Code::edit_invalid, "edit at \"" + std::string(name) + "\": found a mask, expected it at attn.scores");
  }
  watches_[place].edits.push_back(std::move(edit));
}

bool Probe::watches(const Spot& spot) const {
  const Watch& watch = watches_[index(spot)];
  return watch.record || !watch.edits.empty();
}

const CellMask* Probe::mask(const Spot& spot, std::size_t head) const {
  const CellMask* mask = nullptr;
  for (const Edit& edit : watches_[index(spot)].edits) {
    if (edit.kind == Edit::Kind::mask && (!edit.head || *edit.head == head)) mask = &edit.mask;
  }
  return mask;
}

void Probe::visit(const Spot& spot, HeadsView<float> x) {
  const Watch& watch = watches_[index(spot)];
  for (const Edit& edit : watch.edits) apply(edit, x);
  if (watch.record) recordings_.push_back(copy(name(spot), row(spot.station).has_heads, x));
}

void Probe::visit(const Spot& spot, MatrixView<float> x) {
  visit(spot, HeadsView<float>(x.data, 1, x.rows, x.cols, x.rows * x.stride, x.stride));
}

}  // namespace attn
