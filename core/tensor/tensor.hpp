#pragma once

#include <xtensor/xtensor.hpp>

#include "tensor/view.hpp"

namespace attn {

/// Arrays that own their memory.
using Vector = xt::xtensor<float, 1>;
using Matrix = xt::xtensor<float, 2>;
using Heads = xt::xtensor<float, 3>;

inline MatrixView<float> view(Matrix& m) { return {m.data(), m.shape(0), m.shape(1)}; }
inline MatrixView<const float> view(const Matrix& m) { return {m.data(), m.shape(0), m.shape(1)}; }
inline HeadsView<float> view(Heads& t) { return {t.data(), t.shape(0), t.shape(1), t.shape(2)}; }
inline HeadsView<const float> view(const Heads& t) { return {t.data(), t.shape(0), t.shape(1), t.shape(2)}; }

}  // namespace attn
