#pragma once

#include "tensor/table.hpp"
#include "tensor/tensor.hpp"

namespace attn {

/// A way to tell a model where a token stands.
struct Encoding {
  Facts facts;
  /// The table (tokens, width), from one number per parameter; null where the table is a model's weight.
  Matrix (*table)(std::size_t tokens, std::size_t width, std::span<const double> params);
};

/// All rows; one file in this folder stands behind each.
std::span<const Encoding> encodings();

/// The row of that name. Throws encoding_unknown.
const Encoding& encoding(std::string_view name);

/// The table of a row, arguments checked. `params` gives one number for each of the row's parameters, in order.
/// Throws argument_range: a width that is zero or odd, a parameter out of its range, a row without a table.
Matrix encoding_table(const Encoding& row, std::size_t tokens, std::size_t width, std::span<const double> params);

}  // namespace attn
