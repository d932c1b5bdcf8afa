#include <functional>

#include "golden.hpp"
#include "image_support.hpp"

namespace attn::test {
namespace {

Array patches(const Array& image, double size) {
  Array out;
  image_patches_operator(image, size, out);
  return out;
}

Array convolved(const Array& image, const Array& kernel) {
  Array out;
  convolve_operator(image, kernel, out);
  return out;
}

float decibels(const Array& image, const Array& reference, double peak = 1.0) {
  Array out;
  peak_signal_to_noise_operator(image, reference, peak, out);
  return out.data[0];
}

Array features(const Array& image) {
  Array out;
  local_features_operator(image, out);
  return out;
}

TEST(Mirrored, GoesBackAndForthWithoutRepeatingTheEnds) {
  const std::size_t expected[] = {2, 3, 2, 1, 0, 1, 2, 3, 2, 1, 0, 1};
  for (std::ptrdiff_t at = -4; at < 8; ++at) EXPECT_EQ(mirrored(at, 4), expected[at + 4]) << at;
  for (std::ptrdiff_t at = -9; at < 9; ++at) {
    EXPECT_EQ(mirrored(at, 1), 0U);
    EXPECT_EQ(mirrored(at, 2), static_cast<std::size_t>(at & 1));
  }
}

TEST(ImagePatches, AreThePixelsAroundEachChannelsTogether) {
  const Array image = random_image({3, 4, 2}, 1), found = patches(image, 5);
  EXPECT_EQ(found.shape, (std::vector<std::size_t>{12, 50}));
  for (std::ptrdiff_t n = 0; n < 600; ++n) {
    const std::ptrdiff_t pixel = n / 50, cell = n % 50 / 2;
    const std::size_t row = mirrored(pixel / 4 + cell / 5 - 2, 3), column = mirrored(pixel % 4 + cell % 5 - 2, 4);
    EXPECT_EQ(found.data[static_cast<std::size_t>(n)], image.data[(row * 4 + column) * 2 + n % 2]);
  }
  EXPECT_EQ(patches(image, 1).shape, (std::vector<std::size_t>{12, 2}));
  EXPECT_TRUE(std::ranges::equal(numbers(patches(image, 1)), numbers(image)));
}

TEST(Convolve, EqualsScipy) {
  const Golden golden("image.safetensors");
  std::size_t seen = 0;
  for (const std::string& name : golden.cases()) {
    if (!name.starts_with("convolve_")) continue;
    SCOPED_TRACE(name);
    ++seen;
    const Array found = convolved(golden.array(name + ".image"), golden.array(name + ".kernel"));
    EXPECT_EQ(found.shape, golden.shape(name + ".convolved"));
    EXPECT_TRUE(close(numbers(found), golden.values(name + ".convolved"), tolerance(1.0, 2)));
  }
  EXPECT_EQ(seen, 6U);
}

TEST(Convolve, IsAProductWithThePatches) {
  const Array image = random_image({5, 6}, 2), kernel = random_array({3, 3}, 3);
  const Array rows = patches(image, 3), found = convolved(image, kernel);
  for (std::size_t n = 0; n < 30; ++n) {
    double sum = 0.0;
    for (std::size_t t = 0; t < 9; ++t) {
      sum += static_cast<double>(rows.data[n * 9 + t]) * static_cast<double>(kernel.data[t]);
    }
    EXPECT_NEAR(found.data[n], sum, tolerance(9.0, 1));
  }
}

TEST(Convolve, DoesNotTurnTheKernelRound) {
  Array kernel = filled({3, 3}, 0.0F);
  kernel.data[5] = 1.0F;  // the neighbour on the right
  const Array image = random_image({2, 4, 3}, 4), found = convolved(image, kernel);
  for (std::size_t n = 0; n < 24; ++n) {
    const std::size_t column = n / 3 % 4;
    EXPECT_EQ(found.data[n], image.data[column < 3 ? n + 3 : n - 3]);
  }
}

TEST(PeakSignalToNoise, EqualsSkimage) {
  const Golden golden("image.safetensors");
  std::size_t seen = 0;
  for (const std::string& name : golden.cases()) {
    if (!name.starts_with("noise_")) continue;
    ++seen;
    const Array image = golden.array(name + ".image"), reference = golden.array(name + ".reference");
    const float found = decibels(image, reference, static_cast<double>(golden.number(name + ".peak")));
    const double expected = static_cast<double>(golden.number(name + ".decibels"));
    EXPECT_NEAR(found, expected, tolerance(std::abs(expected), 1)) << name;
    EXPECT_EQ(found, decibels(reference, image, static_cast<double>(golden.number(name + ".peak"))));
  }
  EXPECT_EQ(seen, 3U);
}

TEST(PeakSignalToNoise, IsInfiniteForEqualImagesAndTwentyForATenth) {
  const Array image = filled({3, 3}, 0.5F);
  EXPECT_EQ(decibels(image, image), kInfinity);
  EXPECT_NEAR(decibels(image, filled({3, 3}, 0.6F)), 20.0, tolerance(20.0, 4));
  EXPECT_TRUE(std::isfinite(decibels(filled({2, 2}, kLargestPixel), filled({2, 2}, -kLargestPixel), 1e300)));
}

TEST(LocalFeatures, EqualScipy) {
  const Golden golden("image.safetensors");
  std::size_t seen = 0;
  for (const std::string& name : golden.cases()) {
    if (!name.starts_with("features_")) continue;
    SCOPED_TRACE(name);
    ++seen;
    const Array image = golden.array(name + ".image"), found = features(image);
    EXPECT_EQ(found.shape, golden.shape(name + ".features"));
    const std::span<const float> expected = golden.values(name + ".features");
    const std::span<const float> deviations = golden.values(name + ".deviations");
    for (std::size_t n = 0; n < expected.size(); ++n) {
      // g is rounded, at most 8 times over in a feature's weights, and again in its mean; then the result is.
      const double rounded = 16.0 * magnitude_of(numbers(image)) / static_cast<double>(deviations[n % 8]);
      const double allowed = tolerance(rounded + magnitude_of(expected), 1);
      EXPECT_NEAR(found.data[n], expected[n], allowed) << n;
    }
  }
  EXPECT_EQ(seen, 5U);
}

TEST(LocalFeatures, HaveMeanZeroAndVarianceOneOrAreZeros) {
  const Array found = features(random_image({20, 17, 3}, 5));
  for (std::size_t f = 0; f < 8; ++f) {
    double mean = 0.0, square = 0.0;
    for (std::size_t n = f; n < found.data.size(); n += 8) {
      mean += static_cast<double>(found.data[n]) / 340.0;
      square += static_cast<double>(found.data[n] * found.data[n]) / 340.0;
    }
    EXPECT_NEAR(mean, 0.0, tolerance(magnitude_of(numbers(found)), 1)) << f;
    EXPECT_NEAR(square, 1.0, tolerance(1.0, 4)) << f;
  }
  for (const float value : {0.0F, 0.3F, -1e15F}) {
    for (const float x : features(filled({9, 4, 3}, value)).data) EXPECT_EQ(x, 0.0F);
  }
}

std::string refusal(const std::function<void()>& call) { return code_of(call) + ": " + message_of(call); }

TEST(ImageOperatorRefusal, NamesWhatIsWrong) {
  const auto expect = [](const std::function<void()>& call, const std::string& begin) {
    EXPECT_EQ(refusal(call).find(begin), 0U) << refusal(call);
  };
  const Array image = filled({4, 5}, 0.5F), kernel = filled({3, 3}, 0.1F);
  for (const double size : {0.0, 2.0, 2.5, 33.0, -1.0, static_cast<double>(kNaN)}) {
    expect([&] { patches(image, size); }, "argument_range: size: found ");
  }
  expect([&] { patches(filled({1024, 1024}, 0.0F), 17); }, "memory_limit: patches: found ");
  for (const std::vector<std::size_t>& shape :
       std::vector<std::vector<std::size_t>>{{9}, {3, 5}, {2, 2}, {33, 33}, {3, 3, 1}, {0, 0}}) {
    expect([&] { convolved(image, filled(shape, 0.1F)); }, "argument_shape: kernel: found (");
  }
  expect([&] { convolved(image, filled({3, 3}, kNaN)); }, "argument_range: kernel: found NaN");
  expect([&] { convolved(filled({1, 1 << 22, 4}, 0.0F), filled({31, 31}, 0.1F)); },
         "memory_limit: image with its mirrored border: found ");
  expect([&] { decibels(image, filled({5, 4}, 0.5F)); }, "argument_shape: reference: found (5, 4)");
  for (const double peak : {0.0, -1.0, static_cast<double>(kNaN), static_cast<double>(kInfinity)}) {
    expect([&] { decibels(image, image, peak); }, "argument_range: peak: found ");
  }
  Array broken = image, own = image, own_kernel = kernel;
  broken.data[3] = kNaN;
  expect([&] { patches(broken, 3); }, "argument_range: image: found a pixel of NaN");
  expect([&] { convolved(broken, kernel); }, "argument_range: image: found a pixel of NaN");
  expect([&] { features(broken); }, "argument_range: image: found a pixel of NaN");
  expect([&] { decibels(image, broken); }, "argument_range: reference: found a pixel of NaN");
  expect([&] { image_patches_operator(own, 3, own); }, "argument_shape: out: ");
  expect([&] { convolve_operator(image, own_kernel, own_kernel); }, "argument_shape: out: ");
  expect([&] { local_features_operator(own, own); }, "argument_shape: out: ");
}

}  // namespace
}  // namespace attn::test
