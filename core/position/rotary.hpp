#pragma once

#include <span>
#include <vector>

#include "tensor/view.hpp"

/// Rotary positions: pair i of a row of `width` numbers turns by position times f_i. Su et al. 2021, section 3.4.2.
namespace attn {

/// f_i = base^(-2 i / width) for i < width / 2, in radians a position.
std::vector<double> frequencies(std::size_t width, double base);

/// Which frequencies a context longer than the one trained on slows down, by `factor`.
struct FrequencyBands {
  double factor = 1.0;
  double low = 1.0;      ///< pairs that turn less often than this in `context` are slowed down
  double high = 4.0;     ///< pairs that turn more often than this are not; between them, in proportion. Above `low`
  double context = 0.0;  ///< tokens trained on
};

/// f <- ((1 - s) / factor + s) f with s = (turns - low) / (high - low) held to [0, 1], turns = context f / (2 pi).
/// Llama 3.1's published code (`apply_scaling`).
void slow_down(const FrequencyBands& bands, std::span<double> frequencies);

/// Row t of out (tokens, 2 frequencies): the cosines, then the sines of the angles at position `first` + t.
void rotary_rows(std::span<const double> frequencies, std::size_t first, MatrixView<float> out);

}  // namespace attn
