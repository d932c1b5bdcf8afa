#pragma once

#include "tensor/array.hpp"
#include "tensor/table.hpp"

/// Operators on images (height, width) or (height, width, channels), channels 1 to 4, numbers usually 0 to 1. Beyond
/// their edges images go on mirrored, the pixels at the edge not repeated, but for the windows of filters, which are
/// clipped. Results are none of the operands. All throw argument_shape; argument_range for a pixel that is not finite
/// or larger than kLargestPixel, or for a number out of its range; memory_limit.
namespace attn {

/// A row of the table in filters.cpp, with one number for each of its parameters, or none.
struct FilterOptions {
  std::string_view filter = "non_local_means";
  std::span<const double> params = {};
};

/// out (rows, width[, channels]): the rows of the filtered image from first_row on; 0 rows stand for the rest of them.
/// Throws variant_unknown too.
void image_filter_operator(const Array& image, const FilterOptions& options, std::size_t first_row, std::size_t rows,
                           Array& out);

/// How one pixel is averaged, its window (side, side) around it: distances, what weights fall with (see filter.hpp),
/// infinite outside the image; weights, 0 there; their sum (1); value (channels), the filtered pixel.
struct FilterWeights {
  Array &distances, &weights, &sum, &value;
};
void filter_weights_operator(const Array& image, std::size_t row, std::size_t column, const FilterOptions& options,
                             const FilterWeights& out);

inline constexpr std::size_t kMostPatchSide = 31;

/// out (height * width, size * size * channels): the patch around each pixel as a row, its rows one after another, the
/// channels of a pixel together; size odd, up to kMostPatchSide.
void image_patches_operator(const Array& image, double size, Array& out);

/// out like image: sum_(i, j) kernel_ij I_(y + i - r, x + j - r) of each channel, kernel (k, k), k = 2 r + 1 up to
/// kMostPatchSide. What neural networks call convolution: the kernel is not turned round.
void convolve_operator(const Array& image, const Array& kernel, Array& out);

/// out (1) = 10 log10(peak^2 / mean (image - reference)^2) in dB, infinite for equal images; image and reference of one
/// shape, peak positive.
void peak_signal_to_noise_operator(const Array& image, const Array& reference, double peak, Array& out);

/// out (height * width, 8): features of each pixel from g, the mean of its channels: g; g blurred by Gaussians of sigma
/// 1 and 2 pixels, cut off at 4 sigma; the Sobel derivatives along x and y; the Laplacian (4 neighbours - 4 g); the
/// standard deviation in 5 x 5 pixels; g minus the mean of 5 x 5 pixels. Each is brought to mean 0 and variance 1 over
/// the image; one that varies by no more than 2^-20 of the largest |g|, which is rounding, becomes zeros.
void local_features_operator(const Array& image, Array& out);

}  // namespace attn
