#include "models/sampling.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>

#include "kernels/softmax.hpp"
#include "tensor/error.hpp"
#include "tensor/text.hpp"

namespace attn {
namespace {

void require(bool holds, const char* name, double found, const char* expected) {
  if (holds) return;
  throw Error(Code::argument_range, std::string(name) + ": found " + number_text(found) + ", expected " + expected);
}

}  // namespace

Sampler::Sampler(const SamplingOptions& options) : options_(options), random_(options.seed) {
  require(options.temperature >= 0.0F && std::isfinite(options.temperature), "temperature", options.temperature,
          "0 or more");
  require(options.top_p > 0.0F && options.top_p <= 1.0F, "topP", options.top_p, "more than 0 and at most 1");
}

Sample Sampler::draw(std::span<const float> logits) {
  order_.resize(logits.size());
  std::iota(order_.begin(), order_.end(), 0);
  const auto likelier = [&](std::int32_t a, std::int32_t b) {
    const float left = logits[static_cast<std::size_t>(a)];
    const float right = logits[static_cast<std::size_t>(b)];
    return left != right ? left > right : a < b;
  };
  if (options_.temperature == 0.0F) return {*std::min_element(order_.begin(), order_.end(), likelier), 1.0F};

  std::size_t kept = options_.top_k > 0 ? std::min(options_.top_k, logits.size()) : logits.size();
  std::partial_sort(order_.begin(), order_.begin() + static_cast<std::ptrdiff_t>(kept), order_.end(), likelier);
  probs_.resize(kept);
  const float highest = logits[static_cast<std::size_t>(order_[0])];
  for (std::size_t i = 0; i < kept; ++i) {
    // Divided, not multiplied by 1 / temperature, which is infinite where the temperature is denormal.
    probs_[i] = (logits[static_cast<std::size_t>(order_[i])] - highest) / options_.temperature;
  }
  softmax(probs_.data(), kept, probs_.data());

  double mass = 0.0;
  for (std::size_t i = 0; i < kept; ++i) {
    mass += static_cast<double>(probs_[i]);
    if (mass >= static_cast<double>(options_.top_p)) kept = i + 1;
  }
  constexpr double kUnit = 1.0 / 9007199254740992.0;  // 2^-53: the upper bits become a number in [0, 1)
  double left = static_cast<double>(random_() >> 11) * kUnit * mass;
  std::size_t chosen = 0;
  while (chosen + 1 < kept && left >= static_cast<double>(probs_[chosen])) {
    left -= static_cast<double>(probs_[chosen++]);
  }
  return {order_[chosen], static_cast<float>(static_cast<double>(probs_[chosen]) / mass)};
}

}  // namespace attn
