// w_pq = exp(-|p - q|^2 / (2 sigma^2))

#include <limits>

#include "image/filter.hpp"
#include "kernels/fall_off.hpp"

namespace attn {

const std::array<Parameter, 2> kGaussianParams = {Parameter{"sigma", 0, std::numeric_limits<double>::infinity(), 1.5,
                                                            "standard deviation in pixels", "标准差（像素）"},
                                                  radius_parameter(4)};

void weigh_gaussian(const FilterInput& in, const Window& window) {
  const double sigma = in.params[0];
  multiply_fall_off(2.0 * sigma * sigma, window.distances, window.cells(), window.weights);
}

}  // namespace attn
