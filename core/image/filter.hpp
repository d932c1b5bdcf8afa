#pragma once

#include <array>

#include "image/window.hpp"
#include "tensor/table.hpp"

namespace attn {

/// What a filter looks at.
struct FilterInput {
  const Image& image;
  const Planes& planes;  ///< the same with a border as wide as the patches' radius
  Numbers params;
};

/// How far a filter looks: the radius of the window, and of the patches it compares (0 for single pixels).
struct FilterReach {
  std::size_t window, patch;
};

/// A way to average: out_p = sum_q w_pq I_q / sum_q w_pq over the square window around p, clipped to the image. The
/// weight of p itself is 1, so that no sum is 0.
struct ImageFilter {
  Facts facts;
  /// Throws argument_range for a parameter that is in its range and yet no size.
  FilterReach (*reach)(const Numbers& params);
  /// Takes a window as open_window leaves it; what lies outside the image stays. Null where all pixels weigh the same.
  void (*weigh)(const FilterInput& in, const Window& window);
  /// A row's pixels all at once, equal to rounding: out (width, channels); null where there is no faster way.
  void (*filter_row)(const FilterInput& in, std::size_t row, Vector& scratch, float* out) = nullptr;
};

/// All rows; one file in this folder stands behind each that measures something.
std::span<const ImageFilter> image_filters();

/// The row of that name. Throws variant_unknown.
const ImageFilter& image_filter(std::string_view name);

/// What stands behind the rows. Distances are what weights fall with: squared, in pixels (mean, gaussian), as the mean
/// over the channels (bilateral), as the mean over a patch (non_local_means).
void weigh_gaussian(const FilterInput& in, const Window& window);
void weigh_bilateral(const FilterInput& in, const Window& window);
void weigh_non_local_means(const FilterInput& in, const Window& window);
FilterReach reach_non_local_means(const Numbers& params);
void filter_row_non_local_means(const FilterInput& in, std::size_t row, Vector& scratch, float* out);

/// The radius of a window, for rows that have no other measure of it.
constexpr Parameter radius_parameter(double standard) {
  return {"radius", 0, 31, standard, "pixels from the middle of the window to its edge", "窗口中心到边缘的像素数",
          true};
}

extern const std::array<Parameter, 2> kGaussianParams;
extern const std::array<Parameter, 3> kBilateralParams, kNonLocalMeansParams;

}  // namespace attn
