#include "models/workspace.hpp"

#include <algorithm>
#include <utility>

namespace attn {
namespace {

void grow(Matrix& m, std::size_t rows, std::size_t cols) {
  if (m.shape(0) < rows || m.shape(1) != cols) m = Matrix::from_shape({rows, cols});
}

void grow(Heads& t, std::size_t heads, std::size_t rows, std::size_t cols) {
  if (t.shape(0) == heads && t.shape(1) >= rows && t.shape(2) >= cols) return;
  t = Heads::from_shape({heads, std::max(rows, t.shape(1)), std::max(cols, t.shape(2))});
}

/// The first rows and columns of a buffer that may have grown for a longer run.
HeadsView<float> block_of(Heads& buffer, std::size_t rows, std::size_t cols) {
  const std::size_t stride = buffer.shape(2);
  return {buffer.data(), buffer.shape(0), rows, cols, buffer.shape(1) * stride, stride};
}

/// Room for `tokens` in every layer; the first `kept` rows stay.
void grow(Cache::Layers& layers, const Config& config, std::size_t tokens, std::size_t kept) {
  const std::size_t width = config.n_kv_heads * config.d_head;
  for (std::vector<Matrix>* side : {&layers.keys, &layers.values}) {
    if (side->empty()) *side = std::vector<Matrix>(config.n_layers);
    for (Matrix& held : *side) {
      if (held.shape(0) >= tokens) continue;
      Matrix longer = Matrix::from_shape({tokens, width});
      std::copy_n(held.data(), kept * width, longer.data());
      held = std::move(longer);
    }
  }
}

}  // namespace

KeysValues Cache::Layers::rows(std::size_t layer, std::size_t first, std::size_t count) {
  return {view(keys[layer]).sub_rows(first, count), view(values[layer]).sub_rows(first, count)};
}

void Cache::reset(const Config& config, std::size_t tokens) {
  length = source_length = 0;
  grow(config, tokens);
}

void Cache::grow(const Config& config, std::size_t tokens) {
  if (tokens <= capacity) return;
  attn::grow(own, config, tokens, length);
  capacity = tokens;
}

void Cache::reset_source(const Config& config, std::size_t tokens) {
  attn::grow(source, config, tokens, 0);
  source_length = tokens;
}

void Workspace::reserve(const Config& config, const PassSize& size) {
  const std::size_t tokens = size.tokens;
  for (Matrix* m : {&x, &normed, &out}) grow(*m, tokens, config.d_model);
  for (Matrix* m : {&q, &z}) grow(*m, tokens, config.n_heads * config.d_head);
  for (Matrix* m : {&k, &v}) grow(*m, size.keeps_keys ? 0 : tokens, config.n_kv_heads * config.d_head);
  const ImageSize& image = config.image;
  if (image.side > 0) grow(patches, image.patches(), image.channels * image.patch * image.patch);
  grow(rotation, tokens, 2 * config.rotary_frequencies.size());
  grow(hidden, tokens, (config.gated ? 2 : 1) * config.d_mlp);
  grow(second, size.outputs > 0 ? 1 : 0, size.outputs);
  grow(pattern, config.n_heads, size.patterns ? tokens : kFewQueries - 1, size.keys);
  if (size.results) grow(result, config.n_heads, tokens, config.d_model);
  const std::size_t needed = attention_scratch_size(tokens, size.keys, config.d_head, config.d_head);
  if (scratch.size() < needed) scratch = Vector::from_shape({needed});
}

AttentionWork Workspace::attention(Site site, std::size_t tokens, std::size_t keys) {
  return {needs_pattern(tokens, site) ? block_of(pattern, tokens, keys) : HeadsView<float>(), scratch.data()};
}

HeadsView<float> Workspace::results(Site site, std::size_t tokens) {
  return site.watches(Station::result) ? block_of(result, tokens, result.shape(2)) : HeadsView<float>();
}

}  // namespace attn
