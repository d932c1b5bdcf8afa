// w_pq = exp(-d_pq / h^2), d_pq = mean over t of (I_(p + t) - I_(q + t))^2, t the pixels and channels of a patch

#include "kernels/non_local_means.hpp"

#include <limits>

#include "image/filter.hpp"
#include "kernels/fall_off.hpp"

namespace attn {
namespace {

constexpr std::size_t kMostPatch = 31, kMostSearch = 63;

}  // namespace

const std::array<Parameter, 3> kNonLocalMeansParams = {
    Parameter{"h", 0, std::numeric_limits<double>::infinity(), 0.1,
              "root mean square difference of patches at which a weight has dropped to 1/e",
              "权重降到 1/e 时图块的均方根差"},
    Parameter{"patch", 1, kMostPatch, 7, "side of the patches that are compared, odd", "所比较图块的边长（奇数）",
              true},
    Parameter{"search", 1, kMostSearch, 21, "side of the window that is searched, odd", "搜索窗口的边长（奇数）",
              true}};

FilterReach reach_non_local_means(const Numbers& params) {
  return {radius_of("non_local_means, search", params[2], kMostSearch),
          radius_of("non_local_means, patch", params[1], kMostPatch)};
}

void weigh_non_local_means(const FilterInput& in, const Window& window) {
  const double h = in.params[0], patch = in.params[1], channels = static_cast<double>(in.planes.channels);
  const auto radius = static_cast<std::ptrdiff_t>(patch) / 2;
  const auto p_row = static_cast<std::ptrdiff_t>(window.row), p_column = static_cast<std::ptrdiff_t>(window.column);
  each_pixel(in.image, window, [&](std::size_t cell, std::size_t row, std::size_t column) {
    const auto q_row = static_cast<std::ptrdiff_t>(row), q_column = static_cast<std::ptrdiff_t>(column);
    double sum = 0.0;
    for (std::size_t c = 0; c < in.planes.channels; ++c) {
      for (std::ptrdiff_t i = -radius; i <= radius; ++i) {
        const float* p = in.planes.at(c, p_row + i, p_column - radius);
        const float* q = in.planes.at(c, q_row + i, q_column - radius);
        for (std::ptrdiff_t j = 0; j <= 2 * radius; ++j) {
          const double apart = static_cast<double>(p[j]) - static_cast<double>(q[j]);
          sum += apart * apart;
        }
      }
    }
    window.distances[cell] = static_cast<float>(sum / (channels * patch * patch));
  });
  multiply_fall_off(h * h, window.distances, window.cells(), window.weights);
}

void filter_row_non_local_means(const FilterInput& in, std::size_t row, Vector& scratch, float* out) {
  const double h = in.params[0], patch = in.params[1], channels = static_cast<double>(in.planes.channels);
  const FilterReach reach = reach_non_local_means(in.params);
  const PatchSearch search = {reach.patch, reach.window, h * h * channels * patch * patch};
  scratch.resize({non_local_means_scratch_size(in.planes, search)});
  non_local_means_row(in.planes, search, row, scratch.data(), out);
}

}  // namespace attn
