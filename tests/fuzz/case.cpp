#include "case.hpp"

#include <algorithm>
#include <cstdio>

namespace attn::fuzz {
namespace {

#if defined(__SANITIZE_ADDRESS__)
constexpr std::size_t kBehind = 0;
#else
constexpr std::size_t kBehind = 32;
#endif
constexpr std::size_t kFront = 32;

/// What an array is filled with; the last two only where NaN and infinities may be.
enum Content { kOrdinary = 5, kEqual, kZeros, kDenormals, kWide, kHuge, kMixed, kSpecial, kHidden };

bool is_guard(float x) { return std::bit_cast<std::uint32_t>(x) == std::bit_cast<std::uint32_t>(kNaN); }

/// A float of this exponent field, the other bits as they come.
float of_exponent(std::uint64_t bits, std::uint32_t exponent) {
  return std::bit_cast<float>((static_cast<std::uint32_t>(bits) & 0x807FFFFFU) | exponent << 23);
}

std::string text_of(double x) {
  char text[40];
  std::snprintf(text, sizeof text, "%.9g", x);
  return text;
}

}  // namespace

Cells::Cells(std::size_t count, std::size_t offset)
    : front_(kFront + offset), count_(count), all_(front_ + count + kBehind, kNaN) {}

bool Cells::intact() const {
  const auto begin = all_.begin() + static_cast<std::ptrdiff_t>(front_);
  return std::all_of(all_.begin(), begin, is_guard) &&
         std::all_of(begin + static_cast<std::ptrdiff_t>(count_), all_.end(), is_guard);
}

bool Grid::intact() const {
  if (!cells.intact()) return false;
  for (std::size_t i = 0; i + 1 < view.rows; ++i) {
    const float* row = view.row(i);
    if (!std::all_of(row + view.cols, row + view.stride, is_guard)) return false;
  }
  return true;
}

/// splitmix64: Steele, Lea and Flood 2014, figure 15 with the constants of its reference code.
std::uint64_t Case::bits() {
  std::uint64_t z = state_ += 0x9E3779B97F4A7C15U;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9U;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBU;
  return z ^ (z >> 31);
}

float Case::unit() { return static_cast<float>(bits() >> 40) * 0x1p-23F - 1.0F; }

std::size_t Case::size(const char* name) {
  const std::size_t shape = up_to(7);
  const std::size_t drawn = up_to(shape < 4 ? 8 : shape < 7 ? 20 : 67);
  note(name, static_cast<double>(drawn));
  return drawn;
}

std::size_t Case::size(const char* name, std::size_t most, std::size_t rarity) {
  if (!one_in(rarity)) return size(name);
  const std::size_t drawn = up_to(most);
  note(name, static_cast<double>(drawn));
  return drawn;
}

void Case::note(const char* name, double value) {
  if (trace_ != nullptr) *trace_ += std::string("  ") + name + " = " + text_of(value) + "\n";
}

float Case::positive(const char* name, float least, float most) {
  const float drawn = least + (most - least) * (unit() + 1.0F) / 2.0F;
  note(name, static_cast<double>(drawn));
  return drawn;
}

float Case::number(int content, float scale, float equal) {
  switch (content) {
    case kEqual:
      return equal;
    case kZeros:
      return one_in(2) ? 0.0F : -0.0F;
    case kDenormals:
      return of_exponent(bits(), 0);
    case kWide:
      return of_exponent(bits(), static_cast<std::uint32_t>(up_to(254)));
    case kHuge:
      return of_exponent(bits(), 244 + static_cast<std::uint32_t>(up_to(10)));
    case kMixed:
      return one_in(4) ? number(kZeros + static_cast<int>(up_to(3)), scale, equal) : scale * unit();
    case kSpecial:
      return one_in(16) ? one_in(3) ? kNaN : one_in(2) ? kInfinity : -kInfinity : scale * unit();
    case kHidden:
      return one_in(8) ? scale * unit() : -kInfinity;
    default:
      return scale * unit();
  }
}

void Case::fill(const char* name, MatrixView<float> into, Numbers kind) {
  const std::size_t last = kind == Numbers::kAny ? kHidden : kind == Numbers::kFinite ? kMixed : kOrdinary;
  const int content = static_cast<int>(up_to(last));
  const float scale = std::ldexp(1.0F, static_cast<int>(up_to(8)) - 3);
  const float equal = scale * unit();
  for (std::size_t i = 0; i < into.rows; ++i) {
    for (std::size_t j = 0; j < into.cols; ++j) into.row(i)[j] = number(content, scale, equal);
  }
  if (trace_ == nullptr) return;
  *trace_ += std::string("  ") + name + " =";
  for (std::size_t i = 0; i < into.rows; ++i) {
    for (std::size_t j = 0; j < into.cols; ++j) *trace_ += " " + text_of(static_cast<double>(into.row(i)[j]));
    *trace_ += ";";
  }
  *trace_ += "\n";
}

Cells Case::room(std::size_t count) { return {count, up_to(15)}; }

Grid Case::room(std::size_t rows, std::size_t cols) {
  const std::size_t stride = cols + (one_in(2) ? 0 : up_to(9));
  Cells cells = room(rows == 0 ? 0 : (rows - 1) * stride + cols);
  float* data = cells.data();
  return {std::move(cells), {data, rows, cols, stride}};
}

Cells Case::numbers(const char* name, std::size_t count, Numbers kind) {
  Cells cells = room(count);
  fill(name, {cells.data(), 1, count}, kind);
  return cells;
}

Grid Case::grid(const char* name, std::size_t rows, std::size_t cols, Numbers kind) {
  Grid grid = room(rows, cols);
  fill(name, grid.view, kind);
  return grid;
}

void Case::expect(std::size_t place, float found, double expected, double allowed, double magnitude) {
  if (failed()) return;
  const double x = static_cast<double>(found);
  const bool overflows = std::max(magnitude, std::abs(expected)) + allowed > kLargest;
  bool right = false;
  if (std::isnan(expected)) {
    right = std::isnan(x);
  } else if (!std::isfinite(x)) {
    right = x == expected || overflows;
  } else {
    right = std::abs(x - expected) <= allowed;
  }
  if (right) return;
  failure_ = "number " + std::to_string(place) + ": found " + text_of(x) + ", expected " + text_of(expected) +
             " to within " + text_of(allowed);
}

void Case::expect_same(std::size_t place, float found, float expected) {
  if (found == expected || (std::isnan(found) && std::isnan(expected)) || failed()) return;
  failure_ = "number " + std::to_string(place) + ": found " + text_of(static_cast<double>(found)) +
             ", expected exactly " + text_of(static_cast<double>(expected));
}

void Case::expect_intact(bool intact) {
  if (!intact && !failed()) failure_ = "wrote beside its result";
}

}  // namespace attn::fuzz
