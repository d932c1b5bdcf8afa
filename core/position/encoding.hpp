#pragma once

#include <array>
#include <cstdint>

#include "tensor/array.hpp"
#include "tensor/table.hpp"

namespace attn {

/// How an encoding enters attention.
enum class EncodingKind : std::uint8_t {
  none,     ///< not at all
  added,    ///< its table (tokens, width) is added to the tokens' vectors
  rotated,  ///< its table (tokens, width), cosines before sines, turns queries and keys
  biased,   ///< its table (heads, tokens, tokens) is added to the scores, as an additive mask is
};

inline constexpr std::array kEncodingKinds = {
    std::string_view("none"),
    std::string_view("added"),
    std::string_view("rotated"),
    std::string_view("biased"),
};
static_assert(kEncodingKinds.size() == static_cast<std::size_t>(EncodingKind::biased) + 1);

/// A way to tell a model where a token stands. Its table comes from a formula (`table`) or from a trained weight of
/// two axes (`weighted`), never from both; kind none has neither. For kind biased `width` counts heads.
struct Encoding {
  Facts facts;
  EncodingKind kind = EncodingKind::none;
  std::size_t unit = 1;  ///< width is a multiple of it
  Array (*table)(std::size_t tokens, std::size_t width, std::span<const double> params) = nullptr;
  Array (*weighted)(DenseArray weight, std::size_t tokens, std::size_t width, std::span<const double> params) = nullptr;
  std::array<std::string_view, 2> weight = {};  ///< lengths of the weight's axes: tokens, width, heads, a parameter
  bool interleaved = false;                     ///< kind rotated: rotate_pairs turns, otherwise rotate_halves
};

/// All rows; one file in this folder stands behind each that has a table.
std::span<const Encoding> encodings();

/// The row of that name. Throws encoding_unknown.
const Encoding& encoding(std::string_view name);

/// The table of a row, arguments checked: (tokens, width), or (heads, tokens, tokens) for kind biased, whose `width` is
/// the number of heads. `params` gives one number for each of the row's parameters, in order, or none for the row's
/// own; `weight` is null for a row with a formula. Throws argument_range: a width that is zero or no multiple of the
/// row's unit, too many cells, a parameter out of its range, a row without a table, a weight too many or too few;
/// argument_shape: another weight.
Array encoding_table(const Encoding& row, std::size_t tokens, std::size_t width, std::span<const double> params,
                     const DenseArray* weight = nullptr);

}  // namespace attn
