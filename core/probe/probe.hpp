#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "probe/station.hpp"
#include "tensor/tensor.hpp"
#include "tensor/view.hpp"

namespace attn {

/// Which keys each query may attend to, cell by cell (queries, keys); rows and columns count from the context's start.
struct CellMask {
  std::size_t rows = 0;
  std::size_t cols = 0;
  std::vector<std::uint8_t> allowed;  ///< row-major, 1 = may attend

  bool covers(std::size_t query, std::size_t key) const { return query < rows && key < cols; }
  bool allows(std::size_t query, std::size_t key) const { return allowed[query * cols + key] != 0; }
};

/// A change made at a station, to one head or to all of it.
struct Edit {
  enum class Kind { set, scale, mask, call };
  Kind kind = Kind::set;
  std::optional<std::size_t> head;
  float value = 0.0F;                          ///< set: the new value; scale: the factor (infinities stay)
  CellMask mask;                               ///< mask: at attn.scores only; replaces the structure's mask
  std::function<void(HeadsView<float>)> call;  ///< call: edits the lent view, which dies when it returns
};

/// What was recorded at one station; `shape` has a leading axis of heads where the station has one.
struct Recording {
  std::string name;
  std::vector<std::size_t> shape;
  Vector data;
};

/// A station of a layer of a stack; `layer` is 0 for stations outside the blocks.
struct Spot {
  Station station = Station::embed;
  std::size_t layer = 0;
  std::size_t stack = 0;
};

/// One stack of blocks, as its stations need to know it.
struct StackStations {
  std::string_view prefix = {};  ///< of its stations' names: `encoder.`, or none where the stack stands alone
  std::size_t layers = 0;
  std::size_t heads = 0;
  std::size_t key_heads = 0;  ///< of keys and values; cross attention has as many as heads
  unsigned parts = 0;         ///< see station.hpp
};

/// Listens in on a forward pass: at each station it applies the edits asked for, then records. A layer that nobody
/// listens to costs one look into a table.
class Probe {
 public:
  /// Stations of a model of these stacks, in the order of the forward pass.
  explicit Probe(std::vector<StackStations> stacks);
  /// Of one stack that adds positions and ends in a norm and a head.
  Probe(std::size_t layers, std::size_t heads);

  /// Every station's name, in the order of the forward pass.
  std::vector<std::string> names() const;

  /// Throws station_unknown.
  void record(std::string_view name);

  /// Throws station_unknown; edit_invalid for a head that the station has not, or a mask at another station than
  /// attn.scores.
  void edit(std::string_view name, Edit edit);

  bool watches(const Spot& spot) const;
  const CellMask* mask(const Spot& spot, std::size_t head) const;

  void visit(const Spot& spot, HeadsView<float> x);
  void visit(const Spot& spot, MatrixView<float> x);

  const std::vector<Recording>& recordings() const { return recordings_; }

 private:
  struct Watch {
    bool record = false;
    std::vector<Edit> edits;
  };
  std::size_t index(const Spot& spot) const {
    return (first_[spot.stack] + spot.layer) * kStations.size() + number(spot);
  }
  static std::size_t number(const Spot& spot) { return static_cast<std::size_t>(spot.station); }
  Spot spot_at(std::size_t index) const;
  std::size_t find(std::string_view name) const;
  bool exists(const Spot& spot) const;
  std::size_t heads_at(const Spot& spot) const;
  std::string name(const Spot& spot) const;

  std::vector<StackStations> stacks_;
  std::vector<std::size_t> first_;  // of each stack's layers, among those of all
  std::vector<Watch> watches_;
  std::vector<Recording> recordings_;
};

/// Whether a block attends to its own stack or to another one.
enum class Sublayer : std::uint8_t { own, cross };

/// The probe of one layer, as its parts see it.
struct Site {
  Probe& probe;
  std::size_t layer = 0;
  std::size_t stack = 0;
  Sublayer sublayer = Sublayer::own;

  /// Attention's stations are named once, those of cross attention stand as far behind as the first of them.
  Spot spot(Station station) const {
    const bool moved = sublayer == Sublayer::cross && station >= Station::q && station <= Station::result;
    constexpr int kBehind = static_cast<int>(Station::cross_q) - static_cast<int>(Station::q);
    return {moved ? static_cast<Station>(static_cast<int>(station) + kBehind) : station, layer, stack};
  }
  bool watches(Station station) const { return probe.watches(spot(station)); }
  const CellMask* mask(std::size_t head) const { return probe.mask(spot(Station::scores), head); }
  template <class View>
  void visit(Station station, View x) const {
    probe.visit(spot(station), x);
  }
};

}  // namespace attn
