#pragma once

#include "kernels/matmul.hpp"
#include "tensor/array.hpp"

/// The kernels as operators on arrays, with their arguments checked: what a program calls that has no model. `out`
/// takes the result's shape; it may be the first operand where nothing else is said.
namespace attn {

/// out = a b: a (..., n, k), b (k, m), out (..., n, m), which is neither. b is laid out when it first meets an `a` of
/// more than a few rows, and stays so until it changes. Throws argument_shape, memory_limit.
void matmul_operator(const Array& a, Array& b, Array& out);

/// softmax over an axis, counted from the end if negative (ONNX `Softmax`, opset 13). Throws argument_shape,
/// argument_range for an axis that there is not.
void softmax_operator(const Array& x, Array& out, int axis = -1);

/// log of softmax over an axis, exact where softmax is 0 to rounding (ONNX `LogSoftmax`, opset 13). A row of nothing
/// but -inf stays so; a NaN or +inf anywhere makes its row NaN. Throws like softmax.
void log_softmax_operator(const Array& x, Array& out, int axis = -1);

/// Every row, of the axes from `axis` on together, over its root mean square, times gain of their shape (ONNX
/// `RMSNormalization`, opset 23). out is not gain. Throws argument_shape; argument_range for such an axis, or an
/// epsilon that is not positive.
void rms_norm_operator(const Array& x, const Array& gain, float epsilon, Array& out, int axis = -1);

/// Every row, of the axes from `axis` on together, normalised, times gain, plus bias of their shape (ONNX
/// `LayerNormalization`, opset 17). out is neither gain nor bias. Throws like rms_norm.
void layer_norm_operator(const Array& x, const Array& gain, const Array& bias, float epsilon, Array& out,
                         int axis = -1);

/// The panels of a right operand (k, m), laid out now if they are not yet.
Panels panels_of(Array& b);

/// GELU of every number (ONNX `Gelu`, opset 20); `tanh` chooses the approximate form.
void gelu_operator(const Array& x, bool tanh, Array& out);

}  // namespace attn
