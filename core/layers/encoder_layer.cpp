#include "layers/encoder_layer.hpp"

#include <cmath>
#include <string>

#include "attention/attention.hpp"
#include "kernels/activation.hpp"
#include "kernels/elementwise.hpp"
#include "layers/linear.hpp"
#include "layers/norm.hpp"
#include "layers/operators.hpp"
#include "tensor/error.hpp"
#include "tensor/shape.hpp"
#include "tensor/text.hpp"

namespace attn {
namespace {

void check(const Array& x, const EncoderLayerWeights& w, const EncoderLayerOptions& options, const Array& out) {
  const bool ranked = (x.shape.size() == 2 || x.shape.size() == 3) && x.data.size() > 0;
  if (!ranked || &out == &x) {
    refuse_shape("x", x.shape, "(tokens, d) or (batch, tokens, d), and not the array of the result");
  }
  for (const Array* weight : {&w.w_qkv, &w.b_qkv, &w.w_o, &w.b_o, &w.gain_1, &w.bias_1, &w.w_up, &w.b_up, &w.w_down,
                              &w.b_down, &w.gain_2, &w.bias_2}) {
    if (&out == weight) refuse_shape("out", out.shape, "an array that is no weight");
  }
  const std::size_t d = x.shape.back();
  if (options.n_heads == 0 || d % options.n_heads != 0 || !(options.epsilon > 0.0F)) {
    throw Error(Code::argument_range, "n_heads, epsilon: found " + std::to_string(options.n_heads) + ", " +
                                          number_text(options.epsilon) + ", expected a divisor of " +
                                          std::to_string(d) + " and a positive number");
  }
  const std::size_t d_mlp = w.b_up.data.size();
  require_shape("w_qkv", w.w_qkv.shape, {d, 3 * d});
  require_shape("b_qkv", w.b_qkv.shape, {3 * d});
  require_shape("w_o", w.w_o.shape, {d, d});
  require_shape("b_o", w.b_o.shape, {d});
  require_shape("gain_1", w.gain_1.shape, {d});
  require_shape("bias_1", w.bias_1.shape, {d});
  require_shape("w_up", w.w_up.shape, {d, d_mlp});
  require_shape("b_up", w.b_up.shape, {d_mlp});
  require_shape("w_down", w.w_down.shape, {d_mlp, d});
  require_shape("b_down", w.b_down.shape, {d});
  require_shape("gain_2", w.gain_2.shape, {d});
  require_shape("bias_2", w.bias_2.shape, {d});
}

Linear map_of(Array& weight, const Array& bias) { return {Weight{panels_of(weight), {}}, bias.data.data()}; }

/// Self-attention of each sequence of qkv (batch * tokens, 3 d) into z (batch * tokens, d).
void attend(MatrixView<float> qkv, std::size_t tokens, std::size_t n_heads, MatrixView<float> z) {
  const std::size_t d = z.cols;
  AttentionOptions options;
  options.sight = sight(structure("bidirectional"));
  options.scale = 1.0F / std::sqrt(static_cast<float>(d / n_heads));
  Vector scratch = Vector::from_shape({attention_scratch_size(tokens, tokens, d / n_heads, d / n_heads)});
  Probe silent(1, n_heads);
  const Site site{silent};
  Heads pattern = Heads::from_shape({needs_pattern(tokens, site, options) ? n_heads : 0, tokens, tokens});
  const AttentionWork work = {pattern.size() > 0 ? view(pattern) : HeadsView<float>(), scratch.data()};
  for (std::size_t first = 0; first < qkv.rows; first += tokens) {
    const MatrixView<float> sequence = qkv.sub_rows(first, tokens);
    const auto part = [&](std::size_t n) { return split_heads(sequence.sub_cols(n * d, d), n_heads); };
    attention(part(0), part(1), part(2), options, site, work, split_heads(z.sub_rows(first, tokens), n_heads));
  }
}

}  // namespace

void encoder_layer_operator(const Array& x, const EncoderLayerWeights& w, const EncoderLayerOptions& options,
                            Array& out) {
  check(x, w, options, out);
  const std::size_t d = x.shape.back(), rows = x.data.size() / d, tokens = x.shape[x.shape.size() - 2];
  Matrix qkv = Matrix::from_shape({rows, 3 * d}), z = Matrix::from_shape({rows, d}),
         part = Matrix::from_shape({rows, d});
  Matrix hidden = Matrix::from_shape({rows, w.b_up.data.size()});
  out.resize(x.shape);
  const MatrixView<const float> given(x.data.data(), rows, d);
  const MatrixView<float> resid(out.data.data(), rows, d);
  const LayerNorm first = {w.gain_1.data.data(), w.bias_1.data.data(), options.epsilon};
  const LayerNorm second = {w.gain_2.data.data(), w.bias_2.data.data(), options.epsilon};

  if (options.norm_first) layer_norm(first, given, view(part));
  linear(map_of(w.w_qkv, w.b_qkv), options.norm_first ? MatrixView<const float>(view(part)) : given, view(qkv));
  attend(view(qkv), tokens, options.n_heads, view(z));
  linear(map_of(w.w_o, w.b_o), view(z), resid);
  add(x.data.data(), rows * d, resid.data);
  if (!options.norm_first) layer_norm(first, resid, resid);

  if (options.norm_first) layer_norm(second, resid, view(part));
  linear(map_of(w.w_up, w.b_up), options.norm_first ? view(part) : resid, view(hidden));
  (options.gelu ? gelu_erf : relu)(hidden.data(), hidden.size());
  linear(map_of(w.w_down, w.b_down), view(hidden), view(part));
  add(part.data(), rows * d, resid.data);
  if (!options.norm_first) layer_norm(second, resid, resid);
}

}  // namespace attn
