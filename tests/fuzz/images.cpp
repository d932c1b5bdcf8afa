// Kernels over images, and the weights that they are made of.

#include <algorithm>

#include "fuzzer.hpp"
#include "kernels/fall_off.hpp"
#include "kernels/non_local_means.hpp"

namespace attn::fuzz {
namespace {

double widen(float x) { return static_cast<double>(x); }

/// A width, or one of its limits.
double draw_width(Case& test, float most) {
  if (test.one_in(8)) return 0.0;
  if (test.one_in(8)) return static_cast<double>(kInfinity);
  return widen(test.positive("width", 1e-3F, most));
}

double fall_off(double x, double width) {
  if (width == 0.0) return x == 0.0 ? 1.0 : 0.0;
  return std::isinf(width) ? 1.0 : std::exp(-x / width);
}

/// A small image with a border of drawn numbers.
struct Drawn {
  std::size_t border, stride, plane;
  Planes planes;
  Cells cells;

  Drawn(Case& test, std::size_t channels, std::size_t height, std::size_t width, std::size_t around)
      : border(around),
        stride(width + 2 * around),
        plane(stride * (height + 2 * around)),
        cells(test.numbers("image", channels * plane, Numbers::kPlain)) {
    planes = {cells.data() + border * stride + border, channels, height, width, plane, stride};
  }
  double at(std::size_t channel, std::ptrdiff_t row, std::ptrdiff_t column) const {
    return widen(*planes.at(channel, row, column));
  }
};

/// The squared differences of two patches.
double patch_distance(const Drawn& image, std::ptrdiff_t y, std::ptrdiff_t x, std::ptrdiff_t v, std::ptrdiff_t u) {
  const auto patch = static_cast<std::ptrdiff_t>(image.border);
  double sum = 0.0;
  for (std::size_t c = 0; c < image.planes.channels; ++c) {
    for (std::ptrdiff_t s = -patch; s <= patch; ++s) {
      for (std::ptrdiff_t t = -patch; t <= patch; ++t) {
        const double apart = image.at(c, y + s, x + t) - image.at(c, v + s, u + t);
        sum += apart * apart;
      }
    }
  }
  return sum;
}

}  // namespace

void check_multiply_fall_off(Case& test) {
  const std::size_t count = test.size("count", 1500);
  Cells x = test.numbers("x", count, Numbers::kFinite), out = test.numbers("out", count, Numbers::kPlain);
  std::for_each(x.data(), x.data() + count, [](float& number) { number = std::abs(number); });
  const std::vector<float> before(out.data(), out.data() + count);
  const double width = draw_width(test, 1e3F);
  multiply_fall_off(width, x.data(), count, out.data());
  test.expect_intact(x.intact() && out.intact());
  for (std::size_t i = 0; i < count; ++i) {
    const double weight = fall_off(widen(x.data()[i]), width), size = std::abs(widen(before[i]));
    // the exponent is rounded twice, which the exponential makes relative errors of
    const double exponent = weight > 0.0 && width > 0.0 ? widen(x.data()[i]) / width : 0.0;
    const double allowed = size * weight * kEpsilon * (6.0 + 2.0 * exponent) + kSmallest * (2.0 + size);
    test.expect(i, out.data()[i], widen(before[i]) * weight, allowed);
  }
}

void check_non_local_means(Case& test) {
  const std::size_t channels = 1 + test.up_to(2), height = 1 + test.up_to(7), width = 1 + test.up_to(20);
  const PatchSearch search = {test.up_to(2), test.up_to(4), draw_width(test, 50.0F)};
  const Drawn image(test, channels, height, width, search.patch);
  const std::size_t row = test.up_to(height - 1);
  Cells scratch = test.room(non_local_means_scratch_size(image.planes, search)), out = test.room(width * channels);
  non_local_means_row(image.planes, search, row, scratch.data(), out.data());
  test.expect_intact(image.cells.intact() && scratch.intact() && out.intact());
  const auto y = static_cast<std::ptrdiff_t>(row), reach = static_cast<std::ptrdiff_t>(search.window);
  const auto rows = static_cast<std::ptrdiff_t>(height), columns = static_cast<std::ptrdiff_t>(width);
  const double numbers = static_cast<double>(channels * (2 * search.patch + 1) * (2 * search.patch + 1));
  for (std::ptrdiff_t x = 0; x < columns; ++x) {
    double weights = 0.0, largest = 0.0, seen = 0.0, sums[3] = {};
    for (std::ptrdiff_t v = std::max<std::ptrdiff_t>(0, y - reach); v <= std::min(rows - 1, y + reach); ++v) {
      for (std::ptrdiff_t u = std::max<std::ptrdiff_t>(0, x - reach); u <= std::min(columns - 1, x + reach); ++u) {
        const double weight = fall_off(patch_distance(image, y, x, v, u), search.width);
        weights += weight;
        seen += 1.0;
        for (std::size_t c = 0; c < channels; ++c) {
          sums[c] += weight * image.at(c, v, u);
          largest = std::max(largest, std::abs(image.at(c, v, u)));
        }
      }
    }
    // Each weight w = e^-a is off by some roundings of w and of a w, which is at most 1 / e; the sums by their length.
    const double off = seen * (0.37 * (numbers + 8.0) + 6.0 + seen);
    for (std::size_t c = 0; c < channels; ++c) {
      const std::size_t place = static_cast<std::size_t>(x) * channels + c;
      test.expect(place, out.data()[place], sums[c] / weights, 2.0 * largest * kEpsilon * off / weights);
    }
  }
}

}  // namespace attn::fuzz
