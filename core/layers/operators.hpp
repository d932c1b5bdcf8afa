#pragma once

#include "kernels/matmul.hpp"
#include "tensor/array.hpp"

/// The kernels as operators on arrays, with their arguments checked: what a program calls that has no model. `out`
/// takes the result's shape; it may be the first operand where nothing else is said.
namespace attn {

/// out = a b: a (..., n, k), b (k, m), out (..., n, m), which is neither. b is laid out when it first meets an `a` of
/// more than a few rows, and stays so until it changes. Throws argument_shape, memory_limit.
void matmul_operator(const Array& a, Array& b, Array& out);

/// softmax over the last axis (ONNX `Softmax`, opset 13, axis -1). Throws argument_shape.
void softmax_operator(const Array& x, Array& out);

/// log of softmax over the last axis, exact where softmax is 0 to rounding (ONNX `LogSoftmax`, opset 13, axis -1). A
/// row of nothing but -inf becomes -inf; a NaN or +inf anywhere makes its row NaN. Throws argument_shape.
void log_softmax_operator(const Array& x, Array& out);

/// Every row of the last axis (n) over its root mean square, times gain (n) (ONNX `RMSNormalization`, opset 23, axis
/// -1). out is not gain. Throws argument_shape; argument_range for an epsilon that is not positive.
void rms_norm_operator(const Array& x, const Array& gain, float epsilon, Array& out);

/// Every row of the last axis (n) normalised, times gain (n), plus bias (n) (ONNX `LayerNormalization`, opset 17, axis
/// -1). out is neither gain nor bias. Throws argument_shape; argument_range for an epsilon that is not positive.
void layer_norm_operator(const Array& x, const Array& gain, const Array& bias, float epsilon, Array& out);

/// The panels of a right operand (k, m), laid out now if they are not yet.
Panels panels_of(Array& b);

/// GELU of every number (ONNX `Gelu`, opset 20); `tanh` chooses the approximate form.
void gelu_operator(const Array& x, bool tanh, Array& out);

}  // namespace attn
