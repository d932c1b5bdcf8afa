#pragma once

#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "tensor/view.hpp"

/// One case of the fuzzer: a kernel called once on inputs drawn from a seed, its result held against a plain loop in
/// double. The same seed draws the same case on every machine.
namespace attn::fuzz {

inline constexpr double kEpsilon = 0x1p-23;    ///< two roundings of a float
inline constexpr double kSmallest = 0x1p-149;  ///< what rounding to a denormal may cost
inline constexpr double kLargest = std::numeric_limits<float>::max();
inline constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();
inline constexpr float kInfinity = std::numeric_limits<float>::infinity();

/// Which numbers an array may hold.
enum class Numbers {
  kAny,     ///< NaN and infinities too
  kFinite,  ///< zeros, denormals and huge ones too
  kPlain,   ///< about 1 in size
};

/// Numbers between guards of NaN: who reads a guard computes NaN, who writes one is found by `intact`. Under
/// AddressSanitizer the heap itself guards the end. The front guard's length varies, and so the alignment.
class Cells {
 public:
  Cells(std::size_t count, std::size_t offset);
  float* data() { return all_.data() + front_; }
  std::size_t size() const { return count_; }
  bool intact() const;

 private:
  std::size_t front_;
  std::size_t count_;
  std::vector<float> all_;
};

/// A matrix whose rows may stand apart, with NaN between them.
struct Grid {
  Cells cells;
  MatrixView<float> view;
  bool intact() const;
};

class Case {
 public:
  /// `trace`, where given, gets everything that is drawn.
  explicit Case(std::uint64_t seed, std::string* trace = nullptr) : state_(seed), trace_(trace) {}

  std::uint64_t bits();
  /// A whole number up to `most`, both ends included.
  std::size_t up_to(std::size_t most) { return bits() % (most + 1); }
  bool one_in(std::size_t n) { return bits() % n == 0; }
  /// From [-1, 1).
  float unit();

  /// A length up to 67: every tail of every width, short ones more often.
  std::size_t size(const char* name);
  /// A length up to 67, once in `rarity` cases up to `most`.
  std::size_t size(const char* name, std::size_t most, std::size_t rarity = 64);
  /// Writes a drawn setting to the trace.
  void note(const char* name, double value);

  float positive(const char* name, float least, float most);
  Cells numbers(const char* name, std::size_t count, Numbers kind);
  Grid grid(const char* name, std::size_t rows, std::size_t cols, Numbers kind);
  /// A place for a result: NaN, so that what is not written shows.
  Cells room(std::size_t count);
  Grid room(std::size_t rows, std::size_t cols);

  /// `found` must be `expected` to within `allowed`, NaN and infinities the same; where numbers up to `magnitude` stood
  /// on the way and float cannot hold them, NaN and infinities pass.
  void expect(std::size_t place, float found, double expected, double allowed, double magnitude = 0.0);
  /// The very number, or NaN for NaN.
  void expect_same(std::size_t place, float found, float expected);
  void expect_intact(bool intact);

  bool failed() const { return !failure_.empty(); }
  const std::string& failure() const { return failure_; }

 private:
  float number(int content, float scale, float equal);
  void fill(const char* name, MatrixView<float> into, Numbers kind);

  std::uint64_t state_;
  std::string* trace_;
  std::string failure_;
};

/// sum |a_k b_k| of the finite products, and the sum of all of them.
struct Sum {
  double value = 0.0;
  double magnitude = 0.0;
  void add(double term) {
    value += term;
    if (std::isfinite(term)) magnitude += std::abs(term);
  }
};

}  // namespace attn::fuzz
