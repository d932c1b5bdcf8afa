#pragma once

#include <cstddef>
#include <span>
#include <string_view>

#include "kernels/fused_attention.hpp"
#include "tensor/parameter.hpp"

namespace attn {

/// A way to attend: which keys a query sees. Its parameters are whole numbers, at most as many as Sight holds.
struct Variant {
  std::string_view name;
  std::string_view label;
  std::string_view formula;    ///< TeX
  std::string_view reference;  ///< paper and section
  std::span<const Parameter> params;
  decltype(Sight::range) range;
  decltype(Sight::sees) sees = nullptr;
};

/// All rows; one file in this folder stands behind each.
std::span<const Variant> variants();

/// The row of that name. Throws variant_unknown.
const Variant& variant(std::string_view name);

/// What a row's queries see, with one number for each of its parameters, in order, or none for its own. Throws
/// argument_range.
Sight sight(const Variant& row, std::span<const double> params = {});

}  // namespace attn
