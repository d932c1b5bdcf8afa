#include "layers/patch_embedding.hpp"

#include <algorithm>

namespace attn {

void patch_embedding(const Linear& weights, HeadsView<const float> image, std::size_t patch, MatrixView<float> space,
                     MatrixView<float> x) {
  const std::size_t columns = image.cols / patch;
  for (std::size_t n = 0; n < space.rows; ++n) {
    const std::size_t top = n / columns * patch, left = n % columns * patch;
    float* cell = space.row(n);
    for (std::size_t c = 0; c < image.heads; ++c) {
      for (std::size_t i = 0; i < patch; ++i) cell = std::copy_n(image.head(c).row(top + i) + left, patch, cell);
    }
  }
  linear(weights, space, x);
}

}  // namespace attn
