// 10 log10(peak^2 / mean_n (x_n - r_n)^2)

#include <cmath>
#include <limits>

#include "image/image.hpp"
#include "image/operators.hpp"
#include "tensor/error.hpp"
#include "tensor/shape.hpp"
#include "tensor/text.hpp"

namespace attn {

void peak_signal_to_noise_operator(const Array& image, const Array& reference, double peak, Array& out) {
  image_of("image", image, {&out});
  image_of("reference", reference, {&out});
  if (reference.shape != image.shape) {
    refuse_shape("reference", reference.shape, "the image's shape " + shape_text(image.shape));
  }
  if (!(peak > 0.0 && std::isfinite(peak))) {
    throw Error(Code::argument_range, "peak: found " + number_text(peak) + ", expected a positive finite number");
  }
  double sum = 0.0;
  for (std::size_t n = 0; n < image.data.size(); ++n) {
    const double apart = static_cast<double>(image.data[n]) - static_cast<double>(reference.data[n]);
    sum += apart * apart;
  }
  const double mean = sum / static_cast<double>(image.data.size());
  const std::size_t one[] = {1};
  out.resize(one);
  out.data[0] = sum == 0.0 ? std::numeric_limits<float>::infinity()
                           : static_cast<float>(20.0 * std::log10(peak) - 10.0 * std::log10(mean));
}

}  // namespace attn
