#pragma once

#include <initializer_list>

#include "kernels/elementwise.hpp"
#include "layers/feed_forward.hpp"
#include "layers/linear.hpp"
#include "layers/norm.hpp"
#include "tensor/array.hpp"

/// What the layers on arrays share: sequences, masks, the checks of their arguments, attention, residual sums.
namespace attn {

/// An array read as sequences: (batch, tokens, width), or (tokens, width) for one.
struct Sequences {
  std::size_t batch, tokens, width;
  bool batched;

  std::size_t rows() const { return batch * tokens; }
};

/// Throws argument_shape for another rank or an axis of length 0.
Sequences sequences_of(const char* name, const Array& x);

/// What hides keys beside the structure. In arrays of cells, 0 hides and any other number shows.
struct LayerMask {
  const Array* cells = nullptr;    ///< (queries, keys) or (batch * heads, queries, keys), or none
  bool additive = false;           ///< the cells are numbers to add to the scores
  const Array* padding = nullptr;  ///< which keys are no padding: (batch, keys), or (keys) for one sequence; or none
};

/// Self-attention or cross-attention of all sequences of a batch.
struct SequenceAttention {
  std::size_t batch = 1, n_heads = 1;
  std::size_t n_kv_heads = 1;  ///< divides n_heads
  bool causal = false;         ///< query i sees the keys j <= i
  std::size_t extra = 0;       ///< the last keys of every sequence that no mask knows and every query sees
  LayerMask mask = {};
};

/// Refuses masks that do not fit; messages call them `mask` and `key_padding_mask`, behind `prefix`. Throws
/// argument_shape, memory_limit.
void check_mask(const char* prefix, const SequenceAttention& attention, const Sequences& q, const Sequences& k);

/// Throws argument_range for heads that do not divide the width d, or for an epsilon that is not positive.
void check_heads(std::size_t n_heads, std::size_t d);
void check_epsilon(float epsilon);

/// A weight and the shape that it must have: (rows, cols), or (rows) where cols is 0.
struct WeightShape {
  const char* name;
  const Array& weight;
  std::size_t rows, cols = 0;
};

/// Throws argument_shape for another shape, or for a weight that is `out`.
void check_weights(std::initializer_list<WeightShape> weights, const Array& out);

/// The map of a weight (in, out) that is laid out now if it is not yet; a bias may be missing.
Linear map_of(Array& weight, const Array* bias);

/// z = attention of every sequence: q and z (batch * queries, heads * d_head), k and v (batch * keys, key heads *
/// d_head), in scaled dot products with softmax. The pattern (batch, heads, queries, keys) is kept where a place is
/// given. A query that sees nothing gets zeros. z and pattern alias nothing.
void attend(const SequenceAttention& attention, MatrixView<const float> q, MatrixView<const float> k,
            MatrixView<const float> v, float* pattern, MatrixView<float> z);

/// out = attend(x W_q, x W_k, x W_v) W_o, the three maps beside each other in w_qkv; out may be x.
void self_attention(const Linear& w_qkv, const Linear& w_o, const SequenceAttention& attention,
                    MatrixView<const float> x, MatrixView<float> out);

/// out = feed_forward(x) with ReLU, or with GELU by the error function; out may be x.
void feed_forward(const Linear& up, const Linear& down, bool gelu, MatrixView<const float> x, MatrixView<float> out);

/// x = norm(x + part(x)), or x + part(norm(x)) where the norm comes first. `part(in, out)` may meet one matrix as both;
/// x and space (tokens, d) are contiguous.
template <class Part>
void residual_part(const Norm& weights, bool norm_first, MatrixView<float> x, MatrixView<float> space, Part part) {
  if (norm_first) norm(weights, x, space);
  part(norm_first ? space : x, space);
  add(space.data, x.rows * x.cols, x.data);
  if (!norm_first) norm(weights, x, x);
}

}  // namespace attn
