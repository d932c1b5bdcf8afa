#include "layers/encoder_layer.hpp"

#include <algorithm>

#include "tensor/shape.hpp"

namespace attn {
namespace {

void check(const Array& x, const EncoderLayerWeights& w, const EncoderLayerOptions& options, const Array& out) {
  if (&out == &x) refuse_shape("out", out.shape, "an array that is not x");
  const std::size_t d = x.shape.back(), d_mlp = w.b_up.data.size();
  check_heads(options.n_heads, d);
  check_epsilon(options.epsilon);
  check_weights({{"w_qkv", w.w_qkv, d, 3 * d},
                 {"b_qkv", w.b_qkv, 3 * d},
                 {"w_o", w.w_o, d, d},
                 {"b_o", w.b_o, d},
                 {"gain_1", w.gain_1, d},
                 {"bias_1", w.bias_1, d},
                 {"b_up", w.b_up, d_mlp},
                 {"w_up", w.w_up, d, d_mlp},
                 {"w_down", w.w_down, d_mlp, d},
                 {"b_down", w.b_down, d},
                 {"gain_2", w.gain_2, d},
                 {"bias_2", w.bias_2, d}},
                out);
  const std::size_t rows = x.data.size() / d;
  require_memory("x, w_qkv", {rows, 3 * d});
  require_memory("x, w_up", {rows, d_mlp});
}

}  // namespace

void encoder_layer_operator(const Array& x, const EncoderLayerWeights& w, const EncoderLayerOptions& options,
                            Array& out) {
  const Sequences all = sequences_of("x", x);
  check(x, w, options, out);
  const SequenceAttention among = {all.batch, options.n_heads, options.n_heads, options.causal, 0, options.mask};
  check_mask("", among, all, all);
  const Norm first = {w.gain_1.data.data(), w.bias_1.data.data(), options.epsilon};
  const Norm second = {w.gain_2.data.data(), w.bias_2.data.data(), options.epsilon};
  const Linear qkv = map_of(w.w_qkv, &w.b_qkv), o = map_of(w.w_o, &w.b_o);
  const Linear up = map_of(w.w_up, &w.b_up), down = map_of(w.w_down, &w.b_down);
  out.resize(x.shape);
  std::copy(x.data.begin(), x.data.end(), out.data.begin());
  Matrix space = Matrix::from_shape({all.rows(), all.width});
  const MatrixView<float> resid(out.data.data(), all.rows(), all.width);

  residual_part(first, options.norm_first, resid, view(space),
                [&](auto in, auto to) { self_attention(qkv, o, among, in, to); });
  residual_part(second, options.norm_first, resid, view(space),
                [&](auto in, auto to) { feed_forward(up, down, options.gelu, in, to); });
}

}  // namespace attn
