#include <array>
#include <string>

#include "position/encoding.hpp"
#include "position/tables.hpp"
#include "tensor/error.hpp"

namespace attn {
namespace {

constexpr std::array kBase = {
    Parameter{"base", 1.0, 1e9, 10000.0, "ratio of the longest wavelength to the shortest", "最长波长与最短波长之比"},
};

constexpr std::array kEncodings = {
    Encoding{{"learned",
              "Learned positions",
              "可学习的位置",
              R"(x_t = e_t + P_t)",
              "Gehring et al. 2017, Convolutional Sequence to Sequence Learning, section 3.1",
              "learned_positions",
              {}},
             nullptr},
    Encoding{{"sinusoidal", "Sinusoidal positions", "正弦位置",
              R"(P_{t,2i} = \sin\frac{t}{b^{2i/d}},\quad P_{t,2i+1} = \cos\frac{t}{b^{2i/d}})",
              "Vaswani et al. 2017, Attention Is All You Need, section 3.5", "sinusoidal_table", kBase},
             sinusoidal_table},
    Encoding{{"rotary", "Rotary positions", "旋转位置",
              R"(q_t \cdot k_s = (R_t x_t) \cdot (R_s y_s) = x_t^\top R_{s-t}\, y_s)",
              "Su et al. 2021, RoFormer, section 3.2.2", "rotate_halves", kBase},
             rotary_table},
};

void require(bool holds, const std::string& message) {
  if (!holds) throw Error(Code::argument_range, message);
}

}  // namespace

std::span<const Encoding> encodings() { return kEncodings; }

const Encoding& encoding(std::string_view name) {
  return row_named(encodings(), name, Code::encoding_unknown, "encoding");
}

Matrix encoding_table(const Encoding& row, std::size_t tokens, std::size_t width, std::span<const double> params) {
  constexpr std::size_t kMostCells = std::size_t{1} << 26;
  const std::string name = "encoding \"" + std::string(row.facts.name) + "\": ";
  require(row.table != nullptr, name + "its table is a weight of a trained model; expected an encoding with a formula");
  require(width > 0 && width % 2 == 0, name + "found width " + std::to_string(width) + ", expected an even number");
  require(tokens <= kMostCells / width, name + "found " + std::to_string(tokens) + " x " + std::to_string(width) +
                                            " cells, expected at most " + std::to_string(kMostCells));
  numbers_for(row.facts, params);
  return row.table(tokens, width, params);
}

}  // namespace attn
