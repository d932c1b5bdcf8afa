#include "layers/decoder_layer.hpp"

#include <algorithm>
#include <string>

#include "tensor/shape.hpp"

namespace attn {
namespace {

void check(const Array& x, const Array& memory, const DecoderLayerWeights& w, const DecoderLayerOptions& options,
           const Array& out) {
  if (&out == &x || &out == &memory) refuse_shape("out", out.shape, "an array that is neither x nor memory");
  const std::size_t d = x.shape.back(), d_mlp = w.b_up.data.size();
  check_heads(options.n_heads, d);
  check_epsilon(options.epsilon);
  check_weights({{"w_qkv", w.w_qkv, d, 3 * d},
                 {"b_qkv", w.b_qkv, 3 * d},
                 {"w_o", w.w_o, d, d},
                 {"b_o", w.b_o, d},
                 {"gain_1", w.gain_1, d},
                 {"bias_1", w.bias_1, d},
                 {"w_cross_q", w.w_cross_q, d, d},
                 {"b_cross_q", w.b_cross_q, d},
                 {"w_cross_kv", w.w_cross_kv, d, 2 * d},
                 {"b_cross_kv", w.b_cross_kv, 2 * d},
                 {"w_cross_o", w.w_cross_o, d, d},
                 {"b_cross_o", w.b_cross_o, d},
                 {"gain_2", w.gain_2, d},
                 {"bias_2", w.bias_2, d},
                 {"b_up", w.b_up, d_mlp},
                 {"w_up", w.w_up, d, d_mlp},
                 {"w_down", w.w_down, d_mlp, d},
                 {"b_down", w.b_down, d},
                 {"gain_3", w.gain_3, d},
                 {"bias_3", w.bias_3, d}},
                out);
  const std::size_t rows = x.data.size() / d;
  require_memory("x, w_qkv", {rows, 3 * d});
  require_memory("memory, w_cross_kv", {memory.data.size() / d, 2 * d});
  require_memory("x, w_up", {rows, d_mlp});
}

struct CrossMaps {
  Linear q, kv, o;
};

/// out = attend(x W_q, memory W_k, memory W_v) W_o; out may be x.
void cross_attention(const CrossMaps& maps, const SequenceAttention& attention, MatrixView<const float> x,
                     MatrixView<const float> memory, MatrixView<float> out) {
  const std::size_t d = x.cols;
  Matrix q = Matrix::from_shape({x.rows, d}), kv = Matrix::from_shape({memory.rows, 2 * d});
  Matrix z = Matrix::from_shape({x.rows, d});
  linear(maps.q, x, view(q));
  linear(maps.kv, memory, view(kv));
  const MatrixView<const float> both = view(kv);
  attend(attention, view(q), both.sub_cols(0, d), both.sub_cols(d, d), nullptr, view(z));
  linear(maps.o, view(z), out);
}

}  // namespace

void decoder_layer_operator(const Array& x, const Array& memory, const DecoderLayerWeights& w,
                            const DecoderLayerOptions& options, Array& out) {
  const Sequences all = sequences_of("x", x), source = sequences_of("memory", memory);
  if (source.batch != all.batch || source.batched != all.batched || source.width != all.width) {
    refuse_shape("memory", memory.shape,
                 "x's batch and width, " + std::to_string(all.batch) + " sequences of " + std::to_string(all.width) +
                     " numbers a token");
  }
  check(x, memory, w, options, out);
  const SequenceAttention among = {all.batch, options.n_heads, options.n_heads, options.causal, 0, options.mask};
  const SequenceAttention across = {all.batch, options.n_heads, options.n_heads, false, 0, options.memory_mask};
  check_mask("", among, all, all);
  check_mask("memory_", across, all, source);
  const Norm first = {w.gain_1.data.data(), w.bias_1.data.data(), options.epsilon};
  const Norm second = {w.gain_2.data.data(), w.bias_2.data.data(), options.epsilon};
  const Norm third = {w.gain_3.data.data(), w.bias_3.data.data(), options.epsilon};
  const Linear qkv = map_of(w.w_qkv, &w.b_qkv), o = map_of(w.w_o, &w.b_o);
  const CrossMaps cross = {map_of(w.w_cross_q, &w.b_cross_q), map_of(w.w_cross_kv, &w.b_cross_kv),
                           map_of(w.w_cross_o, &w.b_cross_o)};
  const Linear up = map_of(w.w_up, &w.b_up), down = map_of(w.w_down, &w.b_down);
  out.resize(x.shape);
  std::copy(x.data.begin(), x.data.end(), out.data.begin());
  Matrix space = Matrix::from_shape({all.rows(), all.width});
  const MatrixView<float> resid(out.data.data(), all.rows(), all.width);
  const MatrixView<const float> keys(memory.data.data(), source.rows(), source.width);

  residual_part(first, options.norm_first, resid, view(space),
                [&](auto in, auto to) { self_attention(qkv, o, among, in, to); });
  residual_part(second, options.norm_first, resid, view(space),
                [&](auto in, auto to) { cross_attention(cross, across, in, keys, to); });
  residual_part(third, options.norm_first, resid, view(space),
                [&](auto in, auto to) { feed_forward(up, down, options.gelu, in, to); });
}

}  // namespace attn
