#pragma once

#include <span>

#include "tensor/view.hpp"

namespace attn {

/// Rows `first`, `first` + 1, … of the sinusoidal table, written to out (tokens, 2 frequencies), with the frequencies
/// of rotary.hpp. Vaswani et al. 2017, section 3.5, where their base is 10000.
void sinusoidal_rows(std::span<const double> frequencies, std::size_t first, MatrixView<float> out);

}  // namespace attn
