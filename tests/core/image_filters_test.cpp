#include <functional>

#include "attention/operator.hpp"
#include "golden.hpp"
#include "image_support.hpp"
#include "kernels/fall_off.hpp"

namespace attn::test {
namespace {

TEST(FallOff, EqualsTheExponentialAtEveryLengthAndOffset) {
  for (std::size_t count = 1; count <= 3 * simd::kWidth; ++count) {
    for (std::size_t offset = 0; offset < simd::kWidth; ++offset) {
      std::vector<float> x = random_floats(count + offset, 4.0F, 1), out(count + offset + 1, 0.5F);
      for (float& number : x) number = std::abs(number);
      multiply_fall_off(1.7, x.data() + offset, count, out.data() + offset);
      for (std::size_t i = 0; i < count; ++i) {
        const double expected = 0.5 * std::exp(-static_cast<double>(x[offset + i]) / 1.7);
        EXPECT_NEAR(out[offset + i], expected, tolerance(expected, 12));
      }
      EXPECT_EQ(out.back(), 0.5F);
    }
  }
}

TEST(FallOff, HasDefinedValuesAtItsLimits) {
  const std::vector<float> x = {0.0F, 1e-30F, 1.0F, 1e30F, kInfinity};
  const auto weights = [&](double width) {
    std::vector<float> out(x.size(), 1.0F);
    multiply_fall_off(width, x.data(), x.size(), out.data());
    return out;
  };
  EXPECT_EQ(weights(0.0), (std::vector<float>{1, 0, 0, 0, 0}));
  EXPECT_EQ(weights(1e-60), (std::vector<float>{1, 0, 0, 0, 0}));
  EXPECT_EQ(weights(static_cast<double>(kInfinity)), (std::vector<float>{1, 1, 1, 1, 0}));
  EXPECT_EQ(weights(1e60), (std::vector<float>{1, 1, 1, 1, 0}));
}

TEST(ImageFilters, EqualNumpyInDoublePrecision) {
  const Golden golden("image.safetensors");
  std::size_t seen = 0;
  for (const std::string& name : golden.cases()) {
    if (!name.starts_with("filter_")) continue;
    SCOPED_TRACE(name);
    ++seen;
    const Array image = golden.array(name + ".image");
    const std::string_view filter =
        image_filters()[static_cast<std::size_t>(golden.number(name + ".index"))].facts.name;
    const std::span<const float> given = golden.values(name + ".params"), pixel = golden.values(name + ".pixel");
    const std::vector<double> params(given.begin(), given.end());
    const std::size_t roundings = filter_roundings(image, filter, params);
    const Array found = filtered(image, filter, params);
    EXPECT_EQ(found.shape, image.shape);
    EXPECT_TRUE(close(numbers(found), golden.values(name + ".filtered"), tolerance(1.0, roundings)));
    const Weighed window =
        weighed(image, static_cast<std::size_t>(pixel[0]), static_cast<std::size_t>(pixel[1]), filter, params);
    EXPECT_EQ(window.distances.shape, golden.shape(name + ".distances"));
    EXPECT_TRUE(close(numbers(window.distances), golden.values(name + ".distances"), tolerance(1.0, 2)));
    EXPECT_TRUE(close(numbers(window.weights), golden.values(name + ".weights"), tolerance(1.0, 12)));
    EXPECT_TRUE(close(numbers(window.sum), golden.values(name + ".sum"), tolerance(1.0, 12)));
  }
  EXPECT_EQ(seen, 19U);
}

/// The vectors of non-local means against the definition, pixel by pixel, at every width up to three vectors.
TEST(ImageFilters, ARowAtOnceIsItsPixelsOneByOne) {
  for (std::size_t width = 1; width <= 3 * simd::kWidth; ++width) {
    const std::size_t channels = 1 + width % kMostChannels;
    const Array image = random_image({5, width, channels}, static_cast<std::uint32_t>(width));
    const std::vector<double> params = {0.4, 3, 7};
    const Array found = filtered(image, "non_local_means", params);
    const double allowed = tolerance(1.0, filter_roundings(image, "non_local_means", params));
    for (std::size_t pixel = 0; pixel < 5 * width; ++pixel) {
      const Weighed window = weighed(image, pixel / width, pixel % width, "non_local_means", params);
      EXPECT_TRUE(close(numbers(found).subspan(pixel * channels, channels), numbers(window.value), allowed));
    }
  }
}

TEST(ImageFilters, BandsAreRowsOfTheWhole) {
  const Array image = random_image({11, 9, 3}, 3);
  for (const ImageFilter& row : image_filters()) {
    const Array whole = filtered(image, row.facts.name);
    std::size_t first = 0;
    for (const std::size_t rows : {1, 4, 6}) {
      const Array band = filtered(image, row.facts.name, {}, first, rows);
      EXPECT_EQ(band.shape, (std::vector<std::size_t>{rows, 9, 3}));
      EXPECT_TRUE(std::ranges::equal(numbers(band), numbers(whole).subspan(first * 27, rows * 27)));
      first += rows;
    }
    EXPECT_TRUE(same(filtered(image, row.facts.name, {}, 0, 11), whole));
  }
}

TEST(ImageFilters, LeaveAnEvenImageAsItIs) {
  const Array image = filled({6, 7, 2}, 0.3F);
  for (const ImageFilter& row : image_filters()) {
    const Numbers params = numbers_for(row.facts);
    const std::size_t roundings =
        filter_roundings(image, row.facts.name, std::span(params).first(row.facts.params.size()));
    EXPECT_TRUE(close(numbers(filtered(image, row.facts.name)), numbers(image), tolerance(1.0, roundings)));
  }
}

TEST(ImageFilters, AreTheMeanAtInfinityAndTheImageAtZero) {
  constexpr double kLimit = std::numeric_limits<double>::infinity();
  const Array image = random_image({8, 9}, 4), mean = filtered(image, "mean", {2});
  const double allowed = tolerance(1.0, 60);
  EXPECT_TRUE(close(numbers(filtered(image, "gaussian", {kLimit, 2})), numbers(mean), allowed));
  EXPECT_TRUE(close(numbers(filtered(image, "bilateral", {kLimit, kLimit, 2})), numbers(mean), allowed));
  EXPECT_TRUE(close(numbers(filtered(image, "non_local_means", {kLimit, 3, 5})), numbers(mean), allowed));
  EXPECT_TRUE(same(filtered(image, "gaussian", {0, 2}), image));
  EXPECT_TRUE(same(filtered(image, "bilateral", {0, kLimit, 2}), image));
  EXPECT_TRUE(same(filtered(image, "bilateral", {kLimit, 0, 2}), image));
  EXPECT_TRUE(same(filtered(image, "non_local_means", {0, 3, 5}), image));
  EXPECT_TRUE(same(filtered(image, "mean", {0}), image));
}

TEST(ImageFilters, WeighAPairTheSameFromBothSides) {
  const Array image = random_image({9, 9, 2}, 5);
  for (const ImageFilter& row : image_filters()) {
    const Weighed here = weighed(image, 4, 4, row.facts.name), there = weighed(image, 5, 3, row.facts.name);
    const std::size_t side = here.weights.shape[0], middle = side / 2;
    EXPECT_EQ(here.weights.data[(middle + 1) * side + middle - 1],
              there.weights.data[(middle - 1) * side + middle + 1]);
    EXPECT_EQ(here.weights.data[middle * side + middle], 1.0F);
    EXPECT_EQ(here.distances.data[middle * side + middle], 0.0F);
  }
}

TEST(ImageFilters, WindowsEndAtTheImagesEdges) {
  for (const ImageFilter& row : image_filters()) {
    const Weighed corner = weighed(random_image({30, 30}, 6), 0, 29, row.facts.name);
    const std::size_t side = corner.weights.shape[0], radius = side / 2;
    for (std::size_t cell = 0; cell < side * side; ++cell) {
      const bool inside = cell / side >= radius && cell % side <= radius;
      EXPECT_EQ(std::isinf(corner.distances.data[cell]), !inside) << row.facts.name << cell;
      EXPECT_TRUE(inside || corner.weights.data[cell] == 0.0F);
    }
  }
}

TEST(ImageFilters, TurnWithTheImage) {
  const Array image = random_image({7, 10}, 7);
  Array turned = filled({10, 7}, 0.0F);
  const auto turn = [](const Array& from, Array& to) {
    for (std::size_t n = 0; n < 70; ++n) to.data[n % 10 * 7 + n / 10] = from.data[n];
  };
  turn(image, turned);
  for (const ImageFilter& row : image_filters()) {
    const Numbers params = numbers_for(row.facts);
    Array expected = filled({10, 7}, 0.0F);
    turn(filtered(image, row.facts.name), expected);
    const std::size_t roundings =
        2 * filter_roundings(image, row.facts.name, std::span(params).first(row.facts.params.size()));
    EXPECT_TRUE(close(numbers(filtered(turned, row.facts.name)), numbers(expected), tolerance(1.0, roundings)));
  }
}

/// Non-local means over the whole image is attention: patches are queries and keys, pixels the values.
TEST(NonLocalMeans, IsSoftmaxAttentionWithAGaussianKernelOnPatches) {
  for (const std::size_t channels : {1, 3}) {
    const Array image = random_image({6, 8, channels}, 8);
    const double h = 0.3, side = 3.0, count = side * side * static_cast<double>(channels);
    Array patches, output;
    image_patches_operator(image, side, patches);
    const std::size_t keys[] = {1, 48, patches.shape[1]}, values[] = {1, 48, channels};
    const std::vector<double> bandwidth = {h * std::sqrt(count / 2.0)};
    OperatorOptions options;
    options.scoring = "gaussian_kernel";
    options.scoring_params = bandwidth;
    const DenseArray of_patches = {keys, numbers(patches)};
    attention_operator(of_patches, of_patches, {values, numbers(image)}, options, output);
    const std::vector<double> params = {h, side, 17};
    const std::size_t roundings = 2 * filter_roundings(image, "non_local_means", params);
    EXPECT_TRUE(close(numbers(filtered(image, "non_local_means", params)), numbers(output), tolerance(1.0, roundings)));
  }
}

TEST(NonLocalMeans, StaysFiniteForTheLargestPixels) {
  Array image = filled({4, 5}, kLargestPixel);
  for (std::size_t n = 0; n < 20; n += 2) image.data[n] = -kLargestPixel;
  for (const double h : {0.0, 1e-300, 1.0, 1e15, 1e300}) {
    for (const float x : filtered(image, "non_local_means", {h, 31, 63}).data) EXPECT_TRUE(std::isfinite(x)) << h;
  }
}

std::string refusal(const std::function<void()>& call) { return code_of(call) + ": " + message_of(call); }

TEST(ImageFilterRefusal, NamesWhatIsWrong) {
  const auto expect = [](const std::function<void()>& call, const std::string& begin) {
    EXPECT_EQ(refusal(call).find(begin), 0U) << refusal(call);
  };
  const Array image = filled({4, 5}, 0.5F);
  const auto with = [&](std::string_view filter, std::vector<double> params) {
    return [&image, filter, params] { filtered(image, filter, params); };
  };
  expect(with("median", {}), "variant_unknown: filter \"median\"");
  expect(with("non_local_means", {0.1, 4, 5}), "argument_range: non_local_means, patch: found 4, expected an odd");
  expect(with("non_local_means", {0.1, 5, 6}), "argument_range: non_local_means, search: found 6, expected an odd");
  expect(with("non_local_means", {-0.1, 5, 5}), "argument_range: non_local_means, h: found -0.1");
  expect(with("non_local_means", {0.1, 33, 5}), "argument_range: non_local_means, patch: found 33");
  expect(with("gaussian", {static_cast<double>(kNaN), 2}), "argument_range: gaussian, sigma: found NaN");
  expect(with("gaussian", {1, 2.5}), "argument_range: gaussian, radius: found 2.5");
  expect([&] { filtered(image, "mean", {}, 4); }, "argument_range: firstRow: found 4, expected 0 to 3");
  expect([&] { filtered(image, "mean", {}, 1, 4); }, "argument_range: rows: found 4, expected 0 to 3");
  expect([&] { weighed(image, 4, 0, "mean"); }, "argument_range: row: found 4, expected 0 to 3");
  expect([&] { weighed(image, 0, 5, "mean"); }, "argument_range: column: found 5, expected 0 to 4");
  for (const std::vector<std::size_t>& shape :
       std::vector<std::vector<std::size_t>>{{4}, {0, 5}, {2, 2, 5}, {1, 2, 2, 1}, {2048, 2049}}) {
    expect([&] { filtered(filled(shape, 0.5F), "mean"); }, "argument_shape: image: found (");
  }
  for (const float wrong : {kNaN, kInfinity, -kInfinity, 2e15F}) {
    Array broken = image;
    broken.data[7] = wrong;
    expect([&] { filtered(broken, "mean"); }, "argument_range: image: found a pixel of ");
    expect([&] { weighed(broken, 0, 0, "mean"); }, "argument_range: image: found a pixel of ");
  }
  Array own = image;
  expect([&] { image_filter_operator(own, {}, 0, 0, own); }, "argument_shape: out: ");
}

}  // namespace
}  // namespace attn::test
