#include "models/workspace.hpp"

#include <algorithm>
#include <utility>

namespace attn {
namespace {

void grow(Matrix& m, std::size_t rows, std::size_t cols) {
  if (m.shape(0) < rows || m.shape(1) != cols) m = Matrix::from_shape({rows, cols});
}

void grow(Heads& t, std::size_t heads, std::size_t rows, std::size_t cols) {
  if (t.shape(0) != heads || t.shape(1) < rows || t.shape(2) < cols) t = Heads::from_shape({heads, rows, cols});
}

/// The first rows and columns of a buffer that may have grown for a longer run.
HeadsView<float> block_of(Heads& buffer, std::size_t rows, std::size_t cols) {
  const std::size_t stride = buffer.shape(2);
  return {buffer.data(), buffer.shape(0), rows, cols, buffer.shape(1) * stride, stride};
}

}  // namespace

void Cache::reset(const Config& config, std::size_t tokens) {
  length = 0;
  grow(config, tokens);
}

void Cache::grow(const Config& config, std::size_t tokens) {
  if (tokens <= capacity) return;
  const std::size_t width = config.n_kv_heads * config.d_head;
  for (std::vector<Matrix>* layers : {&keys, &values}) {
    if (layers->empty()) *layers = std::vector<Matrix>(config.n_layers);
    for (Matrix& held : *layers) {
      Matrix longer = Matrix::from_shape({tokens, width});
      std::copy_n(held.data(), length * width, longer.data());
      held = std::move(longer);
    }
  }
  capacity = tokens;
}

void Workspace::reserve(const Config& config, std::size_t tokens, std::size_t capacity, Probe& probe) {
  for (Matrix* m : {&x, &normed, &out}) grow(*m, tokens, config.d_model);
  for (Matrix* m : {&q, &z}) grow(*m, tokens, config.n_heads * config.d_head);
  grow(rotation, tokens, 2 * config.rotary_frequencies.size());
  grow(hidden, tokens, (config.gated ? 2 : 1) * config.d_mlp);
  bool patterns = false;
  for (std::size_t l = 0; l < config.n_layers; ++l) patterns = patterns || needs_pattern(tokens, Site{probe, l});
  grow(pattern, config.n_heads, patterns ? tokens : kFewQueries - 1, capacity);
  if (probe.watches(Station::result)) grow(result, config.n_heads, tokens, config.d_model);
  const std::size_t needed = attention_scratch_size(tokens, capacity, config.d_head, config.d_head);
  if (scratch.size() < needed) scratch = Vector::from_shape({needed});
}

AttentionWork Workspace::attention(Site site, std::size_t tokens, std::size_t keys) {
  return {needs_pattern(tokens, site) ? block_of(pattern, tokens, keys) : HeadsView<float>(), scratch.data()};
}

HeadsView<float> Workspace::results(Site site, std::size_t tokens) {
  return site.watches(Station::result) ? block_of(result, tokens, result.shape(2)) : HeadsView<float>();
}

}  // namespace attn
