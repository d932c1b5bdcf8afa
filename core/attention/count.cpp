// p_j = s_j / N over the N keys that the query sees: no exponential, and weights may be negative

#include <algorithm>
#include <cmath>

#include "attention/normalisation.hpp"

namespace attn {

void normalise_count(const Numbers&, std::size_t count, float* row) {
  const auto hidden = [](float score) { return std::isinf(score); };
  const float seen = static_cast<float>(count - static_cast<std::size_t>(std::count_if(row, row + count, hidden)));
  for (std::size_t j = 0; j < count; ++j) row[j] = hidden(row[j]) ? 0.0F : row[j] / seen;
}

}  // namespace attn
