#pragma once

#include "tensor/view.hpp"

namespace attn {

/// Rows `first`, `first` + 1, … of the sinusoidal table, written to out (tokens, width), width even. Vaswani et al.
/// 2017, section 3.5, where the base is 10000.
void sinusoidal_rows(double base, std::size_t first, MatrixView<float> out);

}  // namespace attn
