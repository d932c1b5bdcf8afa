// c_ij = start_j + sum_k a_ik b_kj, and the layouts that serve it.

#include "fuzzer.hpp"
#include "kernels/matmul.hpp"

namespace attn::fuzz {
namespace {

/// The sum that matrix products must give; k products in any order leave at most two roundings each.
template <class Right>
void expect_product(Case& test, MatrixView<const float> a, Right b, const float* bias, MatrixView<const float> c) {
  for (std::size_t i = 0; i < c.rows; ++i) {
    for (std::size_t j = 0; j < c.cols; ++j) {
      Sum sum;
      for (std::size_t k = 0; k < a.cols; ++k) sum.add(static_cast<double>(a.row(i)[k]) * static_cast<double>(b(k, j)));
      if (bias != nullptr) sum.add(static_cast<double>(bias[j]));
      const double roundings = static_cast<double>(a.cols + 1);
      test.expect(i * c.cols + j, c.row(i)[j], sum.value, roundings * (kEpsilon * sum.magnitude + kSmallest),
                  sum.magnitude);
    }
  }
}

struct Shape {
  std::size_t n, k, m;
};

Shape draw_shape(Case& test) {
  if (test.one_in(2048)) return {test.size("n", 330), test.size("k", 600), test.size("m", 100)};
  return {test.size("n"), test.size("k"), test.size("m")};
}

}  // namespace

void check_matmul(Case& test) {
  const auto [n, k, m] = draw_shape(test);
  // A part of a taller matrix now and then.
  const std::size_t above = test.one_in(4) ? test.up_to(5) : 0, below = test.one_in(4) ? test.up_to(5) : 0;
  Grid a = test.grid("a", n, k, Numbers::kAny), b = test.grid("b", above + k + below, m, Numbers::kAny);
  Cells bias = test.numbers("bias", m, Numbers::kAny);
  const float* added = test.one_in(2) ? bias.data() : nullptr;
  test.note("above", static_cast<double>(above));
  test.note("bias is added", added != nullptr ? 1.0 : 0.0);
  Cells laid = test.room(panels_size(b.view.rows, m));
  Grid c = test.room(n, m);
  matmul(a.view, pack(b.view, laid.data()).sub_rows(above, k), c.view, added);
  test.expect_intact(c.intact() && laid.intact());
  expect_product(
      test, a.view, [&](std::size_t row, std::size_t col) { return b.view.row(above + row)[col]; }, added, c.view);
}

void check_matmul_of_few_rows(Case& test) {
  const auto [n, k, m] = draw_shape(test);
  Grid a = test.grid("a", n, k, Numbers::kAny), b = test.grid("b", k, m, Numbers::kAny), c = test.room(n, m);
  matmul(a.view, b.view, c.view);
  test.expect_intact(c.intact());
  expect_product(test, a.view, [&](std::size_t row, std::size_t col) { return b.view.row(row)[col]; }, nullptr, c.view);
}

void check_matmul_transposed(Case& test) {
  const auto [n, k, m] = draw_shape(test);
  Grid a = test.grid("a", n, k, Numbers::kAny), b = test.grid("b", m, k, Numbers::kAny), c = test.room(n, m);
  matmul_transposed(a.view, b.view, c.view);
  test.expect_intact(c.intact());
  expect_product(test, a.view, [&](std::size_t row, std::size_t col) { return b.view.row(col)[row]; }, nullptr, c.view);
}

namespace {

/// Every number in its place, zeros in what fills the last panel up.
template <class At>
void expect_laid_out(Case& test, Panels panels, At at) {
  for (std::size_t i = 0; i < panels.rows; ++i) {
    for (std::size_t j = 0; j < panels.count() * kPanelCols; ++j) {
      test.expect_same(i * panels.cols + j, panels.at(i, j), j < panels.cols ? at(i, j) : 0.0F);
    }
  }
}

}  // namespace

void check_pack(Case& test) {
  Grid b = test.grid("b", test.size("rows"), test.size("cols", 300), Numbers::kAny);
  Cells laid = test.room(panels_size(b.view.rows, b.view.cols));
  const Panels panels = pack(b.view, laid.data());
  test.expect_intact(laid.intact());
  expect_laid_out(test, panels, [&](std::size_t i, std::size_t j) { return b.view.row(i)[j]; });
}

void check_pack_rows(Case& test) {
  const std::size_t first = test.up_to(9), below = test.up_to(9);
  test.note("first", static_cast<double>(first));
  Grid b = test.grid("b", test.size("rows"), test.size("cols"), Numbers::kAny);
  const std::size_t rows = first + b.view.rows + below;
  Cells laid = test.room(panels_size(rows, b.view.cols));
  const Panels all(laid.data(), rows, b.view.cols);
  pack_rows(b.view, laid.data() + first * kPanelCols, all.stride);
  test.expect_intact(laid.intact());
  expect_laid_out(test, all.sub_rows(first, b.view.rows),
                  [&](std::size_t i, std::size_t j) { return b.view.row(i)[j]; });
  for (std::size_t p = 0; p < all.count(); ++p) {
    for (std::size_t n = 0; n < rows * kPanelCols; ++n) {
      const bool own = n / kPanelCols >= first && n / kPanelCols < first + b.view.rows;
      if (!own) test.expect_same(n, all.panel(p)[n], kNaN);
    }
  }
}

void check_pack_transposed(Case& test) {
  Grid b = test.grid("b", test.size("rows", 300), test.size("cols"), Numbers::kAny);
  Cells laid = test.room(panels_size(b.view.cols, b.view.rows));
  const Panels panels = pack_transposed(b.view, laid.data());
  test.expect_intact(laid.intact());
  expect_laid_out(test, panels, [&](std::size_t i, std::size_t j) { return b.view.row(j)[i]; });
}

}  // namespace attn::fuzz
