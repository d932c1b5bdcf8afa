#pragma once

#include "layers/linear.hpp"

namespace attn {

/// x_n = W vec(P_n) + b for the square patches P_n of an image (channels, height, width), row by row from the top left:
/// weights (channels * patch * patch, d_model), space (patches, channels * patch * patch), x (patches, d_model).
/// Dosovitskiy et al. 2021, section 3.1.
void patch_embedding(const Linear& weights, HeadsView<const float> image, std::size_t patch, MatrixView<float> space,
                     MatrixView<float> x);

}  // namespace attn
