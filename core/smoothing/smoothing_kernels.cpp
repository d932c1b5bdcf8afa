#include <array>
#include <limits>

#include "smoothing/smoothing_kernel.hpp"

namespace attn {
namespace {

constexpr std::array kBandwidth = {
    Parameter{"bandwidth", 0.0, std::numeric_limits<double>::infinity(), 1.0,
              "unit of the distances: towards 0 the nearest points count, at infinity all alike",
              "距离的单位：趋于 0 时只有最近的点起作用，无穷大时所有点一样"}};

constexpr std::array kSmoothingKernels = {
    SmoothingKernel{{"uniform",
                     "Uniform (average pooling)",
                     "均匀（平均汇聚）",
                     R"(K(u) = 1)",
                     "Zhang et al. 2023, Dive into Deep Learning, section 11.2",
                     "uniform_weights",
                     {}},
                    uniform_weights},
    SmoothingKernel{{"boxcar", "Boxcar", "矩形窗", R"(K(u) = [\,|u| \le 1\,])",
                     "Rosenblatt 1956, Remarks on Some Nonparametric Estimates of a Density Function", "boxcar_weights",
                     kBandwidth},
                    boxcar_weights},
    SmoothingKernel{{"epanechnikov", "Epanechnikov", "Epanechnikov（抛物线）", R"(K(u) = \max(0,\, 1 - u^2))",
                     "Epanechnikov 1969, Non-parametric Estimation of a Multivariate Probability Density",
                     "epanechnikov_weights", kBandwidth},
                    epanechnikov_weights},
    SmoothingKernel{{"gaussian", "Gaussian", "高斯", R"(K(u) = e^{-u^2 / 2})",
                     "Nadaraya 1964, On Estimating Regression; Watson 1964, Smooth Regression Analysis",
                     "gaussian_weights", kBandwidth},
                    gaussian_weights},
};

}  // namespace

std::span<const SmoothingKernel> smoothing_kernels() { return kSmoothingKernels; }

const SmoothingKernel& smoothing_kernel(std::string_view name) {
  return row_named(smoothing_kernels(), name, Code::variant_unknown, "kernel");
}

}  // namespace attn
