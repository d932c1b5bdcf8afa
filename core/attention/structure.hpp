#pragma once

#include "kernels/fused_attention.hpp"
#include "tensor/table.hpp"

namespace attn {

/// Which keys a query sees: a row of the table in variants.cpp. Its parameters are whole numbers.
struct Structure {
  Facts facts;
  decltype(Sight::range) range;
  decltype(Sight::sees) sees = nullptr;
};

std::span<const Structure> structures();

/// The row of that name. Throws variant_unknown.
const Structure& structure(std::string_view name);

/// What a row's queries see, with one number for each of its parameters, or none for its own. Throws argument_range.
Sight sight(const Structure& row, std::span<const double> params = {});

/// What stands behind the rows, one file each.
KeyRange range_bidirectional(std::size_t query, std::size_t keys, const Numbers& params);
KeyRange range_causal(std::size_t query, std::size_t keys, const Numbers& params);
KeyRange range_sliding_window(std::size_t query, std::size_t keys, const Numbers& params);
KeyRange range_dilated_window(std::size_t query, std::size_t keys, const Numbers& params);
bool sees_dilated_window(std::size_t query, std::size_t key, const Numbers& params);
KeyRange range_block_local(std::size_t query, std::size_t keys, const Numbers& params);
KeyRange range_prefix(std::size_t query, std::size_t keys, const Numbers& params);
KeyRange range_global_tokens(std::size_t query, std::size_t keys, const Numbers& params);
bool sees_global_tokens(std::size_t query, std::size_t key, const Numbers& params);

extern const std::array<Parameter, 1> kCausalParams, kSlidingWindowParams, kBlockLocalParams, kPrefixParams;
extern const std::array<Parameter, 2> kDilatedWindowParams, kGlobalTokensParams;

}  // namespace attn
