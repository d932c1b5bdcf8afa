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

/// Listens in on a forward pass: at each station it applies the edits asked for, then records. A layer that nobody
/// listens to costs one look into a table.
class Probe {
 public:
  /// Stations of a model of `layers` blocks with `heads` heads each.
  Probe(std::size_t layers, std::size_t heads) : Probe(layers, heads, heads, true) {}
  /// Of one whose keys and values have heads of their own number, and that may add no positions to its embedding.
  Probe(std::size_t layers, std::size_t heads, std::size_t key_heads, bool adds_positions);

  /// Every station's name, in the order of the forward pass.
  std::vector<std::string> names() const;

  /// Throws station_unknown.
  void record(std::string_view name);

  /// Throws station_unknown; edit_invalid for a head that the station has not, or a mask at another station than
  /// attn.scores.
  void edit(std::string_view name, Edit edit);

  bool watches(Station station, std::size_t layer) const;
  bool watches(Station station) const;  ///< in any layer
  const CellMask* mask(std::size_t layer, std::size_t head) const;

  void visit(Station station, std::size_t layer, HeadsView<float> x);
  void visit(Station station, std::size_t layer, MatrixView<float> x);

  const std::vector<Recording>& recordings() const { return recordings_; }

 private:
  struct Watch {
    bool record = false;
    std::vector<Edit> edits;
  };
  std::size_t index(Station station, std::size_t layer) const;
  std::size_t find(std::string_view name) const;
  bool exists(Station station, std::size_t layer) const;
  std::size_t heads_at(Station station) const;

  std::size_t layers_;
  std::size_t heads_;
  std::size_t key_heads_;
  bool adds_positions_;
  std::vector<Watch> watches_;
  std::vector<Recording> recordings_;
};

/// The probe of one layer, as its parts see it.
struct Site {
  Probe& probe;
  std::size_t layer = 0;

  bool watches(Station station) const { return probe.watches(station, layer); }
  const CellMask* mask(std::size_t head) const { return probe.mask(layer, head); }
  template <class View>
  void visit(Station station, View x) const {
    probe.visit(station, layer, x);
  }
};

}  // namespace attn
