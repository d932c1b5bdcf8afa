// Matrices in bytes: their scales, their rounding, their products.

#include "kernels/quantized.hpp"

#include <algorithm>

#include "fuzzer.hpp"

namespace attn::fuzz {
namespace {

double widen(float x) { return static_cast<double>(x); }

/// Bytes of a matrix (rows, cols) with scales.
struct Bytes {
  std::vector<std::int8_t> bytes;
  Cells scales;
  BytePanels panels;
};

Bytes draw_bytes(Case& test, std::size_t rows, std::size_t cols) {
  Cells scales = test.numbers("scales, but for their signs", cols, Numbers::kFinite);
  for (std::size_t j = 0; j < cols; ++j) scales.data()[j] = std::abs(scales.data()[j]);
  const int most = test.one_in(3) ? 127 : static_cast<int>(test.up_to(127));
  const bool extreme = test.one_in(8);  // +most and -most alone: the largest sums
  test.note("largest byte", most);
  test.note("all the largest", extreme);
  Bytes out = {std::vector<std::int8_t>(byte_panels_size(rows, cols), 0), std::move(scales), {}};
  out.panels = {out.bytes.data(), out.scales.data(), rows, cols};
  for (std::size_t k = 0; k < rows; ++k) {
    for (std::size_t j = 0; j < cols; ++j) {
      const int drawn = static_cast<int>(test.up_to(static_cast<std::size_t>(2 * most))) - most;
      const std::size_t place =
          j / kPanelCols * out.panels.stride + k / 2 * 2 * kPanelCols + j % kPanelCols * 2 + k % 2;
      out.bytes[place] = static_cast<std::int8_t>(!extreme ? drawn : drawn < 0 ? -most : most);
    }
  }
  return out;
}

/// Half a step of the 15 bits that a stretch of a row is rounded to, for a number of it: the rounding to whole numbers
/// and that of the product before it. The scale of the smallest stretches is a denormal float, with few bits or none.
double half_step(MatrixView<const float> a, std::size_t row, std::size_t k) {
  constexpr std::size_t kStretch = 1024;
  const std::size_t begin = k / kStretch * kStretch, end = std::min(begin + kStretch, a.cols);
  double top = 0.0;
  for (std::size_t n = begin; n < end; ++n) top = std::max(top, std::abs(widen(a.row(row)[n])));
  return top < 16384.0 * std::numeric_limits<float>::min() ? top : top * (0.5 / 16383.0 + 4.0 * kEpsilon);
}

}  // namespace

void check_raise_to_columns(Case& test) {
  Grid b = test.grid("b", test.size("rows"), test.size("cols"), Numbers::kFinite);
  Cells largest = test.numbers("largest", b.view.cols, Numbers::kFinite);
  std::vector<float> expected(largest.data(), largest.data() + b.view.cols);
  raise_to_columns(b.view, largest.data());
  test.expect_intact(largest.intact());
  for (std::size_t j = 0; j < b.view.cols; ++j) {
    for (std::size_t k = 0; k < b.view.rows; ++k) expected[j] = std::max(expected[j], std::abs(b.view.row(k)[j]));
    test.expect_same(j, largest.data()[j], expected[j]);
  }
}

/// Every level is a whole number within half a step, or the largest where the number is beyond it; nothing else moves.
void check_quantize_rows(Case& test) {
  const std::size_t first = test.up_to(5), below = test.up_to(5);
  test.note("first", static_cast<double>(first));
  Grid b = test.grid("b", test.size("rows"), test.size("cols"), Numbers::kFinite);
  const std::size_t rows = first + b.view.rows + below;
  Bytes all = draw_bytes(test, rows, b.view.cols);
  const std::vector<std::int8_t> before = all.bytes;
  quantize_rows(b.view, first, all.scales.data(), all.bytes.data(), all.panels.stride);
  const auto level = [&](const std::int8_t* bytes, std::size_t k, std::size_t j) {
    return static_cast<float>(
        bytes[j / kPanelCols * all.panels.stride + k / 2 * 2 * kPanelCols + j % kPanelCols * 2 + k % 2]);
  };
  for (std::size_t k = 0; k < rows; ++k) {
    for (std::size_t j = 0; j < b.view.cols; ++j) {
      const float found = level(all.bytes.data(), k, j);
      if (k < first || k >= first + b.view.rows) {
        test.expect_same(k * b.view.cols + j, found, level(before.data(), k, j));
        continue;
      }
      const double scale = widen(all.scales.data()[j]), largest = widen(kLargestByte);
      const double exact = scale > 0.0 ? widen(b.view.row(k - first)[j]) / scale : 0.0;
      test.expect(k * b.view.cols + j, found, std::clamp(exact, -largest, largest), 0.5 + kEpsilon * largest);
    }
  }
}

void check_matmul_of_bytes(Case& test) {
  // A matrix in bytes has a row at least.
  const std::size_t n = test.one_in(2) ? test.up_to(5) : test.up_to(67), m = test.size("m");
  const std::size_t k = 1 + (test.one_in(256) ? test.up_to(2200) : test.size("k, less one"));
  const std::size_t above = test.one_in(2) ? test.up_to(5) : 0, below = test.one_in(2) ? test.up_to(5) : 0;
  test.note("rows of a", static_cast<double>(n));
  test.note("above", static_cast<double>(above));
  Grid a = test.grid("a", n, k, Numbers::kFinite);
  const Bytes b = draw_bytes(test, above + k + below, m);
  Cells bias = test.numbers("bias", m, Numbers::kFinite);
  const float* added = test.one_in(2) ? bias.data() : nullptr;
  test.note("bias is added", added != nullptr);
  Grid c = test.room(n, m);
  const BytePanels part = b.panels.sub_rows(above, k);
  matmul(a.view, part, c.view, added);
  test.expect_intact(c.intact());
  for (std::size_t i = 0; i < n; ++i) {
    std::vector<double> steps(k);
    for (std::size_t r = 0; r < k; ++r) steps[r] = r % 1024 == 0 ? half_step(a.view, i, r) : steps[r - 1];
    for (std::size_t j = 0; j < m; ++j) {
      const double scale = widen(part.scales[j]);
      Sum sum;
      double rounded = 0.0, unscaled = 0.0, top = 0.0;
      for (std::size_t r = 0; r < k; ++r) {
        const double byte = part.pair(j / kPanelCols, r)[j % kPanelCols * 2 + (part.first + r) % 2];
        const double left = widen(a.view.row(i)[r]);
        sum.add(left * byte * scale);
        rounded += steps[r] * std::abs(byte) * scale;
        unscaled += std::abs(left * byte);
        top = std::max(top, std::abs(left));
      }
      if (added != nullptr) sum.add(widen(added[j]));
      const double terms = static_cast<double>(k + 4);
      // A scale that is denormal after its product with a row's unit errs by half the smallest number times the sum.
      const double small = kSmallest * (terms * (1.0 + scale) + 127.0 * 16383.0 * terms);
      test.expect(i * m + j, c.view.row(i)[j], sum.value,
                  rounded + terms * kEpsilon * (sum.magnitude + rounded) + small,
                  std::max({sum.magnitude + rounded, unscaled, top * scale}));
    }
  }
}

}  // namespace attn::fuzz
