#pragma once

#include "tensor/view.hpp"

namespace attn {

/// c = a b: a (n, k), b (k, m), c (n, m). c aliases neither.
void matmul(MatrixView<const float> a, MatrixView<const float> b, MatrixView<float> c);

/// c = a b^T: a (n, k), b (m, k), c (n, m). c aliases neither.
void matmul_transposed(MatrixView<const float> a, MatrixView<const float> b, MatrixView<float> c);

/// c += a b, shapes as in matmul.
void matmul_add(MatrixView<const float> a, MatrixView<const float> b, MatrixView<float> c);

}  // namespace attn
