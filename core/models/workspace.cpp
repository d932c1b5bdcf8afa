#include "models/workspace.hpp"

namespace attn {
namespace {

void grow(Matrix& m, std::size_t rows, std::size_t cols) {
  if (m.shape(0) < rows || m.shape(1) != cols) m = Matrix::from_shape({rows, cols});
}

void grow(Heads& t, std::size_t heads, std::size_t rows, std::size_t cols) {
  if (t.shape(0) != heads || t.shape(1) < rows || t.shape(2) < cols) t = Heads::from_shape({heads, rows, cols});
}

}  // namespace

void Cache::reset(const Config& config, std::size_t tokens) {
  length = 0;
  if (tokens <= capacity) return;
  keys.assign(config.n_layers, Matrix::from_shape({tokens, config.d_model}));
  values.assign(config.n_layers, Matrix::from_shape({tokens, config.d_model}));
  capacity = tokens;
}

void Workspace::reserve(const Config& config, std::size_t tokens, std::size_t capacity, bool results) {
  for (Matrix* m : {&x, &normed, &q, &z, &out}) grow(*m, tokens, config.d_model);
  grow(hidden, tokens, config.d_mlp);
  grow(pattern, config.n_heads, tokens, capacity);
  if (results) grow(result, config.n_heads, tokens, config.d_model);
}

}  // namespace attn
