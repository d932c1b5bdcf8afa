#pragma once

#include <cstdint>
#include <span>

#include "tensor/view.hpp"

namespace attn {

/// x_t = W_{id_t}: table (vocab, d_model), x (tokens, d_model). Ids were checked at the door.
void embedding(MatrixView<const float> table, std::span<const std::int32_t> ids, MatrixView<float> x);

}  // namespace attn
