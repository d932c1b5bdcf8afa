#pragma once

#include <cstddef>
#include <span>
#include <string_view>

#include "kernels/fused_attention.hpp"
#include "tensor/parameter.hpp"

namespace attn {

/// A way to attend. `query` counts from the start of the context (past tokens included), of `keys` keys in all.
struct Variant {
  std::string_view name;
  std::string_view label;
  std::string_view formula;    ///< TeX
  std::string_view reference;  ///< paper and section
  std::span<const Parameter> params;
  KeyRange (*visible)(std::size_t query, std::size_t keys);
};

/// All rows; one file in this folder stands behind each.
std::span<const Variant> variants();

/// The row of that name. Throws variant_unknown.
const Variant& variant(std::string_view name);

}  // namespace attn
