#include "models/workspace.hpp"

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
  if (tokens <= capacity) return;
  keys.assign(config.n_layers, Matrix::from_shape({tokens, config.d_model}));
  values.assign(config.n_layers, Matrix::from_shape({tokens, config.d_model}));
  capacity = tokens;
}

void Workspace::reserve(const Config& config, std::size_t tokens, std::size_t capacity, Probe& probe) {
  for (Matrix* m : {&x, &normed, &q, &z, &out}) grow(*m, tokens, config.d_model);
  grow(hidden, tokens, config.d_mlp);
  bool patterns = false;
  for (std::size_t l = 0; l < config.n_layers; ++l) patterns = patterns || needs_pattern(tokens, Site{probe, l});
  grow(pattern, config.n_heads, patterns ? tokens : kFewQueries - 1, capacity);
  if (probe.watches(Station::result)) grow(result, config.n_heads, tokens, config.d_model);
  const std::size_t d_head = config.d_model / config.n_heads;
  const std::size_t needed = attention_scratch_size(tokens, capacity, d_head, d_head);
  if (scratch.size() < needed) scratch = Vector::from_shape({needed});
}

AttentionWork Workspace::attention(Site site, std::size_t tokens, std::size_t keys) {
  return {needs_pattern(tokens, site) ? block_of(pattern, tokens, keys) : HeadsView<float>(), scratch.data()};
}

HeadsView<float> Workspace::results(Site site, std::size_t tokens) {
  return site.watches(Station::result) ? block_of(result, tokens, result.shape(2)) : HeadsView<float>();
}

}  // namespace attn
