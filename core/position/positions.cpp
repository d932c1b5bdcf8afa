#include <array>
#include <string>

#include "position/encoding.hpp"
#include "position/tables.hpp"
#include "tensor/error.hpp"
#include "tensor/text.hpp"

namespace attn {
namespace {

constexpr std::array kBase = {
    Parameter{"base", 1.0, 1e9, 10000.0, "ratio of the longest wavelength to the shortest"},
};

constexpr std::array kEncodings = {
    Encoding{"learned",
             "Learned positions",
             R"(x_t = e_t + P_t)",
             "Gehring et al. 2017, Convolutional Sequence to Sequence Learning, section 3.1",
             {},
             nullptr},
    Encoding{"sinusoidal", "Sinusoidal positions",
             R"(P_{t,2i} = \sin\frac{t}{b^{2i/d}},\quad P_{t,2i+1} = \cos\frac{t}{b^{2i/d}})",
             "Vaswani et al. 2017, Attention Is All You Need, section 3.5", kBase, sinusoidal_table},
    Encoding{"rotary", "Rotary positions", R"(q_t \cdot k_s = (R_t x_t) \cdot (R_s y_s) = x_t^\top R_{s-t}\, y_s)",
             "Su et al. 2021, RoFormer, section 3.2.2", kBase, rotary_table},
};

void require(bool holds, const std::string& message) {
  if (!holds) throw Error(Code::argument_range, message);
}

}  // namespace

std::span<const Encoding> encodings() { return kEncodings; }

const Encoding& encoding(std::string_view name) {
  std::string known;
  for (const Encoding& row : kEncodings) {
    if (row.name == name) return row;
    known += (known.empty() ? "" : ", ") + std::string(row.name);
  }
  throw Error(Code::encoding_unknown, "encoding \"" + std::string(name) + "\": expected one of " + known);
}

Matrix encoding_table(const Encoding& row, std::size_t tokens, std::size_t width, std::span<const double> params) {
  constexpr std::size_t kMostCells = std::size_t{1} << 26;
  const std::string name = "encoding \"" + std::string(row.name) + "\": ";
  require(row.table != nullptr, name + "its table is a weight of a trained model; expected an encoding with a formula");
  require(width > 0 && width % 2 == 0, name + "found width " + std::to_string(width) + ", expected an even number");
  require(tokens <= kMostCells / width, name + "found " + std::to_string(tokens) + " x " + std::to_string(width) +
                                            " cells, expected at most " + std::to_string(kMostCells));
  for (std::size_t i = 0; i < row.params.size(); ++i) {
    const Parameter& p = row.params[i];
    require(params[i] >= p.minimum && params[i] <= p.maximum,
            name + std::string(p.name) + ": found " + number_text(params[i]) + ", expected " + number_text(p.minimum) +
                " to " + number_text(p.maximum));
  }
  return row.table(tokens, width, params);
}

}  // namespace attn
