#include "layers/embedding.hpp"

namespace attn {

void embedding(const Weight& table, std::span<const std::int32_t> ids, MatrixView<float> x) {
  for (std::size_t t = 0; t < ids.size(); ++t) {
    for (std::size_t d = 0; d < x.cols; ++d) x.row(t)[d] = table.at(d, static_cast<std::size_t>(ids[t]));
  }
}

}  // namespace attn
