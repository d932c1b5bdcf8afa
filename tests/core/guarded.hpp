#pragma once

#include <bit>

#include "kernels/simd.hpp"
#include "support.hpp"

namespace attn::test {

/// Numbers with a margin of NaN on both sides: a kernel that reads the margin computes NaN, one that writes there is
/// caught by `intact`. `offset` moves the first number away from where a vector register would begin.
class Guarded {
 public:
  Guarded(std::span<const float> values, std::size_t offset)
      : begin_(kMargin + offset), count_(values.size()), cells_(kMargin + offset + values.size() + kMargin, kNaN) {
    std::copy(values.begin(), values.end(), data());
  }
  Guarded(std::size_t count, std::size_t offset) : Guarded(std::vector<float>(count, 0.0F), offset) {}

  float* data() { return cells_.data() + begin_; }
  std::span<const float> values() const { return std::span(cells_).subspan(begin_, count_); }

  bool intact() const {
    const auto untouched = [](float x) {
      return std::bit_cast<std::uint32_t>(x) == std::bit_cast<std::uint32_t>(kNaN);
    };
    const auto begin = cells_.begin() + static_cast<std::ptrdiff_t>(begin_);
    return std::all_of(cells_.begin(), begin, untouched) &&
           std::all_of(begin + static_cast<std::ptrdiff_t>(count_), cells_.end(), untouched);
  }

 private:
  static constexpr std::size_t kMargin = 2 * simd::kWidth;
  std::size_t begin_;
  std::size_t count_;
  std::vector<float> cells_;
};

/// Calls check(length, offset) for every length from `shortest` to three widths and every start offset within one.
template <class Check>
void sweep(std::size_t shortest, Check check) {
  for (std::size_t length = shortest; length <= 3 * simd::kWidth; ++length) {
    for (std::size_t offset = 0; offset < simd::kWidth; ++offset) {
      SCOPED_TRACE("length " + std::to_string(length) + ", offset " + std::to_string(offset));
      check(length, offset);
      if (testing::Test::HasFailure()) return;
    }
  }
}

}  // namespace attn::test
