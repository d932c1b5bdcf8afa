#include "layers/linear_attention_operator.hpp"

#include <string>
#include <vector>

#include "attention/linear_attention.hpp"
#include "attention/operands.hpp"
#include "kernels/activation.hpp"
#include "layers/layer_parts.hpp"
#include "tensor/shape.hpp"
#include "tensor/text.hpp"

namespace attn {
namespace {

void check(const Array& q, const Array& k, const Array& v, const Array& output) {
  const HeadsLayout queries = layout_of("q", q, 0), keys = layout_of("k", k, 0), values = layout_of("v", v, 0);
  if (keys.batch != queries.batch || keys.heads != queries.heads || keys.width != queries.width) {
    refuse_shape("k", k.shape, "q's batch, heads and width, as in " + shape_text(q.shape));
  }
  if (values.batch != keys.batch || values.heads != keys.heads || values.tokens != keys.tokens) {
    refuse_shape("v", v.shape, "k's batch, heads and tokens, as in " + shape_text(k.shape));
  }
  for (const Array* operand : {&q, &k, &v}) {
    if (&output == operand) refuse_shape("out", output.shape, "an array that is no operand");
  }
}

Vector features(const Array& x) {
  Vector out = x.data;
  elu_plus_one(out.data(), out.size());
  return out;
}

}  // namespace

void linear_attention_operator(const Array& q, const Array& k, const Array& v, bool causal, Array& output,
                               Array* pattern) {
  check(q, k, v, output);
  const HeadsLayout queries = layout_of("q", q, 0), keys = layout_of("k", k, 0);
  const std::size_t sheets = queries.batch * queries.heads, d = queries.width, d_v = v.shape.back();
  require_memory("q, v", {d, d_v + 1});
  require_memory("output", {sheets, queries.tokens, d_v});
  if (pattern != nullptr) require_memory("pattern", {sheets, queries.tokens, keys.tokens});
  const Vector phi_q = features(q), phi_k = features(k);
  Vector scratch = Vector::from_shape({linear_attention_scratch_size(d, d_v)});
  std::vector<std::size_t> shape = q.shape;
  shape.back() = d_v;
  output.resize(shape);
  shape.back() = keys.tokens;
  if (pattern != nullptr) pattern->resize(shape);
  for (std::size_t n = 0; n < sheets; ++n) {
    const auto sheet = [n](auto* data, std::size_t rows, std::size_t cols) {
      return MatrixView(data + n * rows * cols, rows, cols);
    };
    const MatrixView<const float> sheet_q = sheet(phi_q.data(), queries.tokens, d);
    const MatrixView<const float> sheet_k = sheet(phi_k.data(), keys.tokens, d);
    linear_attention(sheet_q, sheet_k, sheet(v.data.data(), keys.tokens, d_v), causal, scratch.data(),
                     sheet(output.data.data(), queries.tokens, d_v));
    if (pattern == nullptr) continue;
    linear_attention_pattern(sheet_q, sheet_k, causal, sheet(pattern->data.data(), queries.tokens, keys.tokens));
  }
}

}  // namespace attn
