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

std::string station_name(Station station, std::size_t layer) {
  const StationRow& where = row(station);
  return where.in_block ? "blocks." + std::to_string(layer) + "." + std::string(where.name) : std::string(where.name);
}

Probe::Probe(std::size_t layers, std::size_t heads, std::size_t key_heads, bool adds_positions)
    : layers_(layers),
      heads_(heads),
      key_heads_(key_heads),
      adds_positions_(adds_positions),
      watches_(kStations.size() * std::max<std::size_t>(layers, 1)) {}

bool Probe::exists(Station station, std::size_t layer) const {
  if (station == Station::pos_embed && !adds_positions_) return false;
  return row(station).in_block ? layer < layers_ : layer == 0;
}

std::size_t Probe::heads_at(Station station) const {
  if (!row(station).has_heads) return 0;
  return station == Station::k || station == Station::v ? key_heads_ : heads_;
}

std::size_t Probe::index(Station station, std::size_t layer) const {
  return (row(station).in_block ? layer : 0) * kStations.size() + static_cast<std::size_t>(station);
}

std::vector<std::string> Probe::names() const {
  std::vector<std::string> before, blocks, after;
  for (std::size_t layer = 0; layer < layers_; ++layer) {
    for (std::size_t s = 0; s < kStations.size(); ++s) {
      if (kStations[s].in_block) blocks.push_back(station_name(static_cast<Station>(s), layer));
    }
  }
  for (std::size_t s = 0; s < kStations.size(); ++s) {
    if (kStations[s].in_block || !exists(static_cast<Station>(s), 0)) continue;
    auto& outside = static_cast<Station>(s) < Station::resid_pre ? before : after;
    outside.push_back(station_name(static_cast<Station>(s), 0));
  }
  before.insert(before.end(), blocks.begin(), blocks.end());
  before.insert(before.end(), after.begin(), after.end());
  return before;
}

std::size_t Probe::find(std::string_view name) const {
  for (std::size_t i = 0; i < watches_.size(); ++i) {
    const std::size_t layer = i / kStations.size();
    const auto station = static_cast<Station>(i % kStations.size());
    if (exists(station, layer) && station_name(station, layer) == name) return i;
  }
  throw Error(Code::station_unknown, "station \"" + std::string(name) + "\": found no such place in a model of " +
                                         std::to_string(layers_) +
                                         " layers; expected a name like blocks.0.attn.pattern");
}

void Probe::record(std::string_view name) { watches_[find(name)].record = true; }

void Probe::edit(std::string_view name, Edit edit) {
  const std::size_t place = find(name);
  const auto station = static_cast<Station>(place % kStations.size());
  const std::size_t heads = heads_at(station);
  if (edit.head && *edit.head >= heads) {
    throw Error(Code::edit_invalid,
                "edit at \"" + std::string(name) + "\": found head " + std::to_string(*edit.head) + ", expected " +
                    (heads > 0 ? "0 to " + std::to_string(heads - 1) : std::string("none, the station has no heads")));
  }
  if (edit.kind == Edit::Kind::mask && station != Station::scores) {
    throw Error(Code::edit_invalid, "edit at \"" + std::string(name) + "\": found a mask, expected it at attn.scores");
  }
  watches_[place].edits.push_back(std::move(edit));
}

bool Probe::watches(Station station, std::size_t layer) const {
  const Watch& watch = watches_[index(station, layer)];
  return watch.record || !watch.edits.empty();
}

bool Probe::watches(Station station) const {
  for (std::size_t layer = 0; layer < layers_; ++layer) {
    if (watches(station, layer)) return true;
  }
  return false;
}

const CellMask* Probe::mask(std::size_t layer, std::size_t head) const {
  const CellMask* mask = nullptr;
  for (const Edit& edit : watches_[index(Station::scores, layer)].edits) {
    if (edit.kind == Edit::Kind::mask && (!edit.head || *edit.head == head)) mask = &edit.mask;
  }
  return mask;
}

void Probe::visit(Station station, std::size_t layer, HeadsView<float> x) {
  const Watch& watch = watches_[index(station, layer)];
  for (const Edit& edit : watch.edits) apply(edit, x);
  if (watch.record) recordings_.push_back(copy(station_name(station, layer), row(station).has_heads, x));
}

void Probe::visit(Station station, std::size_t layer, MatrixView<float> x) {
  visit(station, layer, HeadsView<float>(x.data, 1, x.rows, x.cols, x.rows * x.stride, x.stride));
}

}  // namespace attn
