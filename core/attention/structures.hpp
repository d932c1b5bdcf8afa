#pragma once

#include "attention/variant.hpp"

/// What stands behind the rows of variants.cpp: which keys a query sees, one file each.
namespace attn {

KeyRange visible_bidirectional(std::size_t query, std::size_t keys);
KeyRange visible_causal(std::size_t query, std::size_t keys);

}  // namespace attn
