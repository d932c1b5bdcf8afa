#include <array>
#include <string>

#include "position/encoding.hpp"
#include "position/learned.hpp"
#include "position/t5_relative.hpp"
#include "position/tables.hpp"
#include "tensor/error.hpp"

namespace attn {
namespace {

constexpr Parameter kBase = {
    "base", 1.0, 1e9, 10000.0, "ratio of the longest wavelength to the shortest", "最长波长与最短波长之比"};

constexpr std::array kSinusoidalParams = {kBase};
constexpr std::array kSinusoidal2dParams = {
    kBase, Parameter{"columns", 1.0, 65536.0, 14.0, "patches in a row of the picture", "图像每行的图块数", true}};
constexpr std::array kRotaryParams = {
    kBase, Parameter{"scaling", 1.0, 1024.0, 1.0, "positions are divided by it (position interpolation)",
                     "位置除以该数（位置插值）"}};
constexpr std::array kAlibiParams = {
    Parameter{"bidirectional", 0.0, 1.0, 0.0, "1: keys after their query are lowered too; 0: they are hidden",
              "1：查询之后的键同样降低；0：不可见", true},
};
constexpr std::array kT5Params = {
    Parameter{"buckets", 4.0, 4096.0, 32.0, "ranges of distances that share a bias", "共用一个偏置的距离区间数", true},
    Parameter{"max_distance", 2.0, 1e6, 128.0, "from this distance on all share one bias", "从该距离起共用一个偏置",
              true},
    Parameter{"bidirectional", 0.0, 1.0, 1.0, "1: keys after their query have buckets of their own; 0: one for all",
              "1：查询之后的键有自己的区间；0：共用一个", true},
};

constexpr std::array kEncodings = {
    Encoding{.facts = {"none",
                       "No positions",
                       "无位置编码",
                       R"(x_t = e_t)",
                       "Haviv et al. 2022, Transformer Language Models without Positional Encodings, section 1",
                       {},
                       {}}},
    Encoding{.facts = {"learned",
                       "Learned positions",
                       "可学习的位置",
                       R"(x_t = e_t + P_t)",
                       "Gehring et al. 2017, Convolutional Sequence to Sequence Learning, section 3.1",
                       "learned_positions",
                       {}},
             .kind = EncodingKind::added,
             .weighted = learned_table,
             .weight = {"tokens", "width"}},
    Encoding{
        .facts = {"sinusoidal", "Sinusoidal positions", "正弦位置",
                  R"(P_{t,2i} = \sin\frac{t}{b^{2i/d}},\quad P_{t,2i+1} = \cos\frac{t}{b^{2i/d}})",
                  "Vaswani et al. 2017, Attention Is All You Need, section 3.5", "sinusoidal_table", kSinusoidalParams},
        .kind = EncodingKind::added,
        .unit = 2,
        .table = sinusoidal_table},
    Encoding{.facts = {"sinusoidal_2d", "Sinusoidal positions in two dimensions", "二维正弦位置",
                       R"(P_t = [\,S_{\lfloor t/c \rfloor},\; S_{t \bmod c}\,])",
                       "Carion et al. 2020, End-to-End Object Detection with Transformers, appendix A.4; for ViT: "
                       "Beyer et al. 2022, Better plain ViT baselines for ImageNet-1k, section 3",
                       "sinusoidal_2d_table", kSinusoidal2dParams},
             .kind = EncodingKind::added,
             .unit = 4,
             .table = sinusoidal_2d_table},
    Encoding{.facts = {"rotary", "Rotary positions, by halves", "旋转位置（前后两半配对）",
                       R"((x_i,\, x_{i+d/2}) \mapsto R_{t\theta_i} (x_i,\, x_{i+d/2}),\quad )"
                       R"(\theta_i = \frac{b^{-2i/d}}{s})",
                       "Su et al. 2021, RoFormer, section 3.2.2, paired as in GPT-NeoX; scaling: Chen et al. 2023, "
                       "Extending Context Window of Large Language Models via Positional Interpolation, section 2.3",
                       "rotate_halves", kRotaryParams},
             .kind = EncodingKind::rotated,
             .unit = 2,
             .table = rotary_table},
    Encoding{.facts = {"rotary_interleaved", "Rotary positions, by neighbours", "旋转位置（相邻配对）",
                       R"((x_{2i},\, x_{2i+1}) \mapsto R_{t\theta_i} (x_{2i},\, x_{2i+1}),\quad )"
                       R"(\theta_i = \frac{b^{-2i/d}}{s})",
                       "Su et al. 2021, RoFormer, section 3.2.2; scaling: Chen et al. 2023, Extending Context Window "
                       "of Large Language Models via Positional Interpolation, section 2.3",
                       "rotate_pairs", kRotaryParams},
             .kind = EncodingKind::rotated,
             .unit = 2,
             .table = rotary_table,
             .interleaved = true},
    Encoding{.facts = {"alibi", "Linear biases (ALiBi)", "线性偏置（ALiBi）",
                       R"(s_{ij} \leftarrow s_{ij} - m_h\, |i - j|,\quad m_h = 2^{-8h/n})",
                       "Press et al. 2022, Train Short, Test Long, section 3; head counts that are no power of two as "
                       "in its code",
                       "alibi_table", kAlibiParams},
             .kind = EncodingKind::biased,
             .table = alibi_table},
    Encoding{
        .facts = {"t5_relative", "Relative biases in buckets (T5)", "分区间的相对偏置（T5）",
                  R"(s_{ij} \leftarrow s_{ij} + W_{\beta(j - i),\,h})",
                  "Raffel et al. 2020, Exploring the Limits of Transfer Learning, section 2.1", "t5_bias", kT5Params},
        .kind = EncodingKind::biased,
        .weighted = t5_table,
        .weight = {"buckets", "heads"}},
};

void require(bool holds, const std::string& message) {
  if (!holds) throw Error(Code::argument_range, message);
}

}  // namespace

std::span<const Encoding> encodings() { return kEncodings; }

const Encoding& encoding(std::string_view name) {
  return row_named(encodings(), name, Code::encoding_unknown, "encoding");
}

Array encoding_table(const Encoding& row, std::size_t tokens, std::size_t width, std::span<const double> params,
                     const DenseArray* weight) {
  constexpr std::size_t kMostCells = std::size_t{1} << 26;
  const std::string name = "encoding \"" + std::string(row.facts.name) + "\": ";
  const bool biased = row.kind == EncodingKind::biased;
  const std::string wide = (biased ? "heads " : "width ") + std::to_string(width);
  require(row.table != nullptr || row.weighted != nullptr, name + "it has no table; expected another encoding");
  require(row.weighted == nullptr || weight != nullptr, name + "found no weight, expected the trained one");
  require(row.table == nullptr || weight == nullptr, name + "found a weight, expected none: a formula gives the table");
  require(width > 0 && width % row.unit == 0,
          name + "found " + wide + ", expected a positive multiple of " + std::to_string(row.unit));
  double cells = static_cast<double>(tokens) * static_cast<double>(width);
  if (biased) cells *= static_cast<double>(tokens);
  require(cells <= kMostCells, name + "found " + std::to_string(tokens) + " tokens and " + wide +
                                   ", expected at most " + std::to_string(kMostCells) + " cells");
  const Numbers all = numbers_for(row.facts, params);
  const std::span<const double> numbers = std::span(all).first(row.facts.params.size());
  return row.table != nullptr ? row.table(tokens, width, numbers) : row.weighted(*weight, tokens, width, numbers);
}

}  // namespace attn
