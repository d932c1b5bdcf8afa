// The ways to average pixels, as one table.

#include "image/filter.hpp"

namespace attn {
namespace {

constexpr std::array kMeanParams = {radius_parameter(2)};

constexpr std::array kImageFilters = {
    ImageFilter{{"mean", "Mean", "均值", R"(w_{pq} = 1)",
                 "Gonzalez and Woods 2018, Digital Image Processing, section 3.5", "average", kMeanParams},
                [](const Numbers& params) -> FilterReach { return {static_cast<std::size_t>(params[0]), 0}; },
                nullptr},
    ImageFilter{{"gaussian", "Gaussian", "高斯", R"(w_{pq} = e^{-\lVert p - q \rVert^2 / 2 \sigma^2})",
                 "Gonzalez and Woods 2018, Digital Image Processing, section 3.5", "weigh_gaussian", kGaussianParams},
                [](const Numbers& params) -> FilterReach { return {static_cast<std::size_t>(params[1]), 0}; },
                weigh_gaussian},
    ImageFilter{{"bilateral", "Bilateral", "双边",
                 R"(w_{pq} = e^{-\lVert p - q \rVert^2 / 2 \sigma_s^2}\, )"
                 R"(e^{-\lVert I_p - I_q \rVert^2 / 2 \sigma_r^2})",
                 "Tomasi and Manduchi 1998, Bilateral Filtering for Gray and Color Images, section 2",
                 "weigh_bilateral", kBilateralParams},
                [](const Numbers& params) -> FilterReach { return {static_cast<std::size_t>(params[2]), 0}; },
                weigh_bilateral},
    ImageFilter{{"non_local_means", "Non-local means", "非局部均值",
                 R"(w_{pq} = e^{-d_{pq} / h^2}, \quad )"
                 R"(d_{pq} = \frac{1}{\lvert P \rvert} \sum_{t \in P} (I_{p+t} - I_{q+t})^2)",
                 "Buades, Coll and Morel 2005, A Non-local Algorithm for Image Denoising, section 3; patches weighted "
                 "evenly",
                 "weigh_non_local_means", kNonLocalMeansParams},
                reach_non_local_means,
                weigh_non_local_means,
                filter_row_non_local_means},
};

}  // namespace

std::span<const ImageFilter> image_filters() { return kImageFilters; }

const ImageFilter& image_filter(std::string_view name) {
  return row_named(image_filters(), name, Code::variant_unknown, "filter");
}

}  // namespace attn
