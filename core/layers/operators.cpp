#include "layers/operators.hpp"

#include <algorithm>
#include <functional>
#include <numeric>
#include <string>

#include "kernels/activation.hpp"
#include "kernels/norm.hpp"
#include "kernels/softmax.hpp"
#include "tensor/error.hpp"
#include "tensor/shape.hpp"
#include "tensor/text.hpp"

namespace attn {
namespace {

constexpr std::size_t kFewRows = 2;  // of a: laying b out for these costs more than it brings

/// The axis counted from the front. Throws argument_range.
std::size_t axis_of(const Array& x, int axis) {
  const auto rank = static_cast<int>(x.shape.size());
  if (rank == 0 || x.data.size() == 0) refuse_shape("x", x.shape, "at least one axis, and none of length 0");
  if (axis < -rank || axis >= rank) {
    throw Error(Code::argument_range, "axis: found " + std::to_string(axis) + ", expected " + std::to_string(-rank) +
                                          " to " + std::to_string(rank - 1));
  }
  return static_cast<std::size_t>(axis < 0 ? axis + rank : axis);
}

std::size_t product(std::span<const std::size_t> lengths) {
  return std::accumulate(lengths.begin(), lengths.end(), std::size_t{1}, std::multiplies<>());
}

/// Runs `kernel(in, count, out)` on every row along an axis; rows whose numbers lie apart go through a copy.
template <class Kernel>
void along(const Array& x, int axis, Array& out, Kernel kernel) {
  const std::size_t at = axis_of(x, axis), length = x.shape[at];
  const std::size_t stride = product(std::span(x.shape).subspan(at + 1));
  out.resize(x.shape);
  const float* in = x.data.data();
  float* place = out.data.data();
  Vector row = Vector::from_shape({stride == 1 ? 0 : length});
  for (std::size_t block = 0; block < x.data.size(); block += length * stride) {
    for (std::size_t first = block; first < block + stride; ++first) {
      if (stride == 1) {
        kernel(in + first, length, place + first);
        continue;
      }
      for (std::size_t n = 0; n < length; ++n) row[n] = in[first + n * stride];
      kernel(row.data(), length, row.data());
      for (std::size_t n = 0; n < length; ++n) place[first + n * stride] = row[n];
    }
  }
}

/// The axes from `axis` on, which a norm takes for one row.
std::span<const std::size_t> row_axes(const Array& x, int axis) { return std::span(x.shape).subspan(axis_of(x, axis)); }

void require_row_shape(const char* name, const Array& weight, std::span<const std::size_t> row) {
  if (!std::ranges::equal(weight.shape, row)) refuse_shape(name, weight.shape, shape_text(row));
}

/// Runs `kernel(numbers, count)` on x, `stretch` numbers at a time, where out is to have them: a stretch that was just
/// copied is still in the nearest cache.
template <class Kernel>
void in_place(const Array& x, std::size_t stretch, Array& out, Kernel kernel) {
  out.resize(x.shape);
  for (std::size_t i = 0; i < x.data.size(); i += stretch) {
    const std::size_t count = std::min(stretch, x.data.size() - i);
    if (&x != &out) std::copy_n(x.data.data() + i, count, out.data.data() + i);
    kernel(out.data.data() + i, count);
  }
}

void require_positive_epsilon(float epsilon) {
  if (epsilon > 0.0F) return;
  throw Error(Code::argument_range, "epsilon: found " + number_text(epsilon) + ", expected a positive number");
}

}  // namespace

void matmul_operator(const Array& a, Array& b, Array& out) {
  if (b.shape.size() != 2) refuse_shape("b", b.shape, "(k, m)");
  if (a.shape.size() < 2 || a.shape.back() != b.shape[0]) {
    refuse_shape("a", a.shape, "(..., n, " + std::to_string(b.shape[0]) + ")");
  }
  if (&out == &a || &out == &b) refuse_shape("out", out.shape, "an array that is no operand");
  const std::size_t k = b.shape[0], m = b.shape[1];
  std::size_t rows = 1;
  for (std::size_t axis = 0; axis + 1 < a.shape.size(); ++axis) rows *= a.shape[axis];
  require_memory("product", {rows, m});
  std::vector<std::size_t> shape = a.shape;
  shape.back() = m;
  out.resize(shape);
  const MatrixView<const float> left(a.data.data(), rows, k), right(b.data.data(), k, m);
  const MatrixView<float> product(out.data.data(), rows, m);
  if (rows < kFewRows && b.panels.size() == 0) {
    matmul(left, right, product);
    return;
  }
  matmul(left, panels_of(b), product);
}

Panels panels_of(Array& b) {
  const std::size_t k = b.shape[0], m = b.shape[1];
  if (b.panels.size() == 0) {
    b.panels = Vector::from_shape({panels_size(k, m)});
    pack({b.data.data(), k, m}, b.panels.data());
  }
  return {b.panels.data(), k, m};
}

void softmax_operator(const Array& x, Array& out, int axis) { along(x, axis, out, softmax); }

void log_softmax_operator(const Array& x, Array& out, int axis) { along(x, axis, out, log_softmax); }

void rms_norm_operator(const Array& x, const Array& gain, float epsilon, Array& out, int axis) {
  const std::span<const std::size_t> axes = row_axes(x, axis);
  require_row_shape("gain", gain, axes);
  if (&out == &gain) refuse_shape("out", out.shape, "an array that is not gain");
  require_positive_epsilon(epsilon);
  const std::size_t length = product(axes);
  out.resize(x.shape);
  for (std::size_t i = 0; i < x.data.size(); i += length) {
    rms_norm(x.data.data() + i, length, gain.data.data(), epsilon, out.data.data() + i);
  }
}

void layer_norm_operator(const Array& x, const Array& gain, const Array& bias, float epsilon, Array& out, int axis) {
  const std::span<const std::size_t> axes = row_axes(x, axis);
  require_row_shape("gain", gain, axes);
  require_row_shape("bias", bias, axes);
  if (&out == &gain || &out == &bias) refuse_shape("out", out.shape, "an array that is neither gain nor bias");
  require_positive_epsilon(epsilon);
  const std::size_t length = product(axes);
  out.resize(x.shape);
  for (std::size_t i = 0; i < x.data.size(); i += length) {
    layer_norm(x.data.data() + i, length, gain.data.data(), bias.data.data(), epsilon, out.data.data() + i);
  }
}

void gelu_operator(const Array& x, bool tanh, Array& out) {
  constexpr std::size_t kStretch = 2048;
  in_place(x, kStretch, out, tanh ? gelu_tanh : gelu_erf);
}

}  // namespace attn
