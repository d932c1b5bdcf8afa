#pragma once

#include "kernels/planes.hpp"

namespace attn {

/// Radii of the patches that are compared and of the window that is searched, and the width over which weights fall
/// with the sum of squared differences: h^2 times the numbers of a patch.
struct PatchSearch {
  std::size_t patch, window;
  double width;
};

/// Numbers of scratch that a row takes.
std::size_t non_local_means_scratch_size(const Planes& image, const PatchSearch& search);

/// One row of the non-local means of an image whose border is as wide as the patches' radius: out (width, channels).
/// Windows are clipped to the image. scratch and out alias nothing.
void non_local_means_row(const Planes& image, const PatchSearch& search, std::size_t row, float* scratch, float* out);

}  // namespace attn
