#pragma once

#include <cstdint>
#include <span>

#include "layers/weight.hpp"

namespace attn {

/// x_t = W_{id_t}: x (tokens, d_model). The table is the transpose (d_model, vocab): a tied head multiplies
/// by it, and so it stands in memory once. Ids were checked at the door.
void embedding(const Weight& table, std::span<const std::int32_t> ids, MatrixView<float> x);

}  // namespace attn
