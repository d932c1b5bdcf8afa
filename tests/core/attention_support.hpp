#pragma once

#include "attention/attention.hpp"
#include "support.hpp"
#include "tensor/tensor.hpp"

namespace attn::test {

/// Arrays for one attention and room for what it gives.
struct AttentionRun {
  Heads q, k, v, pattern, z;
  std::vector<float> scratch;

  AttentionRun(std::size_t heads, std::size_t queries, std::size_t keys, std::size_t d_head, std::size_t key_heads)
      : q(random({heads, queries, d_head}, 1)),
        k(random({key_heads, keys, d_head}, 2)),
        v(random({key_heads, keys, d_head}, 3)),
        pattern(random({heads, queries, keys}, 4)),
        z(random({heads, queries, d_head}, 5)),
        scratch(attention_scratch_size(queries, keys, d_head, d_head)) {}
  AttentionRun(std::size_t heads, std::size_t queries, std::size_t keys, std::size_t d_head)
      : AttentionRun(heads, queries, keys, d_head, heads) {}

  void run(const AttentionOptions& options, Probe& probe) {
    attention(view(std::as_const(q)), view(std::as_const(k)), view(std::as_const(v)), options, Site{probe},
              {view(pattern), scratch.data()}, view(z));
  }
  void run(const AttentionOptions& options) {
    Probe silent(1, q.shape(0));
    run(options, silent);
  }

  static Heads random(std::array<std::size_t, 3> shape, std::uint32_t seed) {
    Heads out = Heads::from_shape(shape);
    const std::vector<float> numbers = random_floats(out.size(), 2.0F, seed);
    std::copy(numbers.begin(), numbers.end(), out.data());
    return out;
  }
};

inline AttentionOptions options_for(std::string_view name) {
  AttentionOptions options;
  options.sight = sight(structure(name));
  options.scale = 0.5F;
  return options;
}

inline std::span<const float> values(const Heads& heads) { return {heads.data(), heads.size()}; }

/// What two orders of the same float arithmetic on these sizes (values below 2, rows of at most `keys`) may differ by.
inline double reordering(std::size_t keys) { return tolerance(2.0, 4 * (keys + 8)); }

}  // namespace attn::test
