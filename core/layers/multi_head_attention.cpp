#include "layers/multi_head_attention.hpp"

#include <algorithm>
#include <cmath>

#include "kernels/elementwise.hpp"
#include "kernels/rotation.hpp"

namespace attn {
namespace {

/// Turns every head of every token by its token's angles, where there are any.
void rotate_heads(MatrixView<const float> rotation, HeadsView<float> x) {
  const std::size_t half = rotation.cols / 2;
  if (half == 0) return;
  const MatrixView<const float> cosines = rotation.sub_cols(0, half), sines = rotation.sub_cols(half, half);
  for (std::size_t h = 0; h < x.heads; ++h) rotate_halves(cosines, sines, x.head(h));
}

/// The output as a sum of what each head writes: the same number as z W_O, kept apart for whoever listens.
void sum_of_results(const Linear& o, HeadsView<const float> z, HeadsView<float> result, Site site,
                    MatrixView<float> out) {
  for (std::size_t h = 0; h < z.heads; ++h) multiply(z.head(h), o.weight.sub_rows(h * z.cols, z.cols), result.head(h));
  site.visit(Station::result, result);
  for (std::size_t t = 0; t < out.rows; ++t) {
    std::fill_n(out.row(t), out.cols, 0.0F);
    if (o.bias != nullptr) add(o.bias, out.cols, out.row(t));
    for (std::size_t h = 0; h < z.heads; ++h) add(result.head(h).row(t), out.cols, out.row(t));
  }
}

}  // namespace

void keys_values(const MultiHeadAttention& weights, MatrixView<const float> x, MatrixView<const float> rotation,
                 Site site, KeysValues out) {
  linear(weights.k, x, out.keys);
  linear(weights.v, x, out.values);
  const HeadsView<float> k = split_heads(out.keys, weights.n_kv_heads);
  rotate_heads(rotation, k);
  site.visit(Station::k, k);
  site.visit(Station::v, split_heads(out.values, weights.n_kv_heads));
}

void multi_head_attention(const MultiHeadAttention& weights, MatrixView<const float> x, const AttentionSpace& space,
                          Site site, MatrixView<float> out) {
  linear(weights.q, x, space.q);
  const HeadsView<float> q = split_heads(space.q, weights.n_heads);
  const HeadsView<float> z = split_heads(space.z, weights.n_heads);
  rotate_heads(space.rotation, q);
  site.visit(Station::q, q);
  if (space.own.keys.rows > 0) keys_values(weights, x, space.rotation, site, space.own);

  AttentionOptions options;
  options.sight = space.sight;
  options.scale = 1.0F / std::sqrt(static_cast<float>(q.cols));
  options.past = space.past;
  attention(q, split_heads(space.memory.keys, weights.n_kv_heads), split_heads(space.memory.values, weights.n_kv_heads),
            options, site, space.work, z);

  if (site.watches(Station::result)) {
    sum_of_results(weights.o, z, space.result, site, out);
  } else {
    linear(weights.o, space.z, out);
  }
}

}  // namespace attn
