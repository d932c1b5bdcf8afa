#include "layers/embedding.hpp"

#include <algorithm>

namespace attn {

void embedding(MatrixView<const float> table, std::span<const std::int32_t> ids, MatrixView<float> x) {
  for (std::size_t t = 0; t < ids.size(); ++t) {
    std::copy_n(table.row(static_cast<std::size_t>(ids[t])), table.cols, x.row(t));
  }
}

}  // namespace attn
