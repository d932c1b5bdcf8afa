// S_i = sum_j k_j v_j^T,  n_i = sum_j k_j  over the keys that query i sees;  z_i = q_i S_i / (q_i . n_i)

#include "attention/linear_attention.hpp"

#include <algorithm>

#include "kernels/elementwise.hpp"
#include "kernels/matmul.hpp"
#include "kernels/pair.hpp"

namespace attn {
namespace {

/// What is known of the keys seen so far: S (d, d_v) and n (d).
struct Seen {
  MatrixView<float> values;
  float* keys;

  void take(const float* k, const float* v) {
    add(k, values.rows, keys);
    for (std::size_t c = 0; c < values.rows; ++c) add_scaled(k[c], v, values.cols, values.row(c));
  }
  void answer(const float* q, float* z) const {
    matmul({q, 1, values.rows}, values, {z, 1, values.cols});
    const float total = dot(q, keys, values.rows);
    for (std::size_t c = 0; c < values.cols; ++c) z[c] = total == 0.0F ? 0.0F : z[c] / total;
  }
};

std::size_t last_seen(std::size_t query, std::size_t keys, bool causal) {
  return causal ? std::min(query + 1, keys) : keys;
}

}  // namespace

std::size_t linear_attention_scratch_size(std::size_t d, std::size_t d_v) { return d * (d_v + 1); }

void linear_attention(MatrixView<const float> q, MatrixView<const float> k, MatrixView<const float> v, bool causal,
                      float* scratch, MatrixView<float> z) {
  std::fill_n(scratch, linear_attention_scratch_size(k.cols, v.cols), 0.0F);
  Seen seen = {{scratch, k.cols, v.cols}, scratch + k.cols * v.cols};
  std::size_t next = 0;
  for (std::size_t i = 0; i < q.rows; ++i) {
    for (; next < last_seen(i, k.rows, causal); ++next) seen.take(k.row(next), v.row(next));
    seen.answer(q.row(i), z.row(i));
  }
}

void linear_attention_pattern(MatrixView<const float> q, MatrixView<const float> k, bool causal,
                              MatrixView<float> pattern) {
  matmul_transposed(q, k, pattern);
  for (std::size_t i = 0; i < q.rows; ++i) {
    float* row = pattern.row(i);
    std::fill(row + last_seen(i, k.rows, causal), row + k.rows, 0.0F);
    float total = 0.0F;
    for (std::size_t j = 0; j < k.rows; ++j) total += row[j];
    for (std::size_t j = 0; j < k.rows; ++j) row[j] = total == 0.0F ? 0.0F : row[j] / total;
  }
}

}  // namespace attn
