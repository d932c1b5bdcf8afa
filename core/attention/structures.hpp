#pragma once

#include <array>

#include "attention/variant.hpp"

/// What stands behind the rows of variants.cpp: which keys a query sees, one file each.
namespace attn {

KeyRange range_bidirectional(std::size_t query, std::size_t keys, const Sight::Numbers& params);
KeyRange range_causal(std::size_t query, std::size_t keys, const Sight::Numbers& params);
KeyRange range_sliding_window(std::size_t query, std::size_t keys, const Sight::Numbers& params);
KeyRange range_dilated_window(std::size_t query, std::size_t keys, const Sight::Numbers& params);
bool sees_dilated_window(std::size_t query, std::size_t key, const Sight::Numbers& params);
KeyRange range_block_local(std::size_t query, std::size_t keys, const Sight::Numbers& params);
KeyRange range_prefix(std::size_t query, std::size_t keys, const Sight::Numbers& params);
KeyRange range_global_tokens(std::size_t query, std::size_t keys, const Sight::Numbers& params);
bool sees_global_tokens(std::size_t query, std::size_t key, const Sight::Numbers& params);

extern const std::array<Parameter, 1> kCausalParams, kSlidingWindowParams, kBlockLocalParams, kPrefixParams;
extern const std::array<Parameter, 2> kDilatedWindowParams, kGlobalTokensParams;

}  // namespace attn
