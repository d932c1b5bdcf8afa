// Rows of scores to weights, under every row of the table of normalisations and drawn numbers for its parameters.

#include <algorithm>

#include "attention/attention.hpp"
#include "fuzzer.hpp"

namespace attn::fuzz {
namespace {

constexpr double kLeastNormal = 0x1p-126;
constexpr double kSolved = 1e-11;  // what the core's threshold may be off, in double

double widen(float x) { return static_cast<double>(x); }

using Scores = std::vector<double>;

/// A weight and what float may make of it.
struct Weight {
  double value, allowed;
};

double highest_of(const Scores& scores) { return *std::max_element(scores.begin(), scores.end()); }

/// exp(s / T) over their sum: the exponent was rounded once, and `bent` is what the scores were off before.
std::vector<Weight> shares(const Scores& scores, double temperature, double bent) {
  const double highest = highest_of(scores), n = static_cast<double>(scores.size());
  const auto exponent = [&](double s) { return s == highest ? 0.0 : (s - highest) / temperature; };
  double sum = 0.0;
  for (const double s : scores) sum += std::exp(exponent(s));
  std::vector<Weight> out;
  for (const double s : scores) {
    const double share = std::exp(exponent(s)) / sum;
    const double rounded = share == 0.0 ? 0.0 : std::abs(exponent(s));
    out.push_back({share, share * (kEpsilon * (rounded + n + 6.0) + std::expm1(2.0 * bent)) + 2.0 * kSmallest});
  }
  return out;
}

std::vector<Weight> softmax(const Scores& scores, double temperature) { return shares(scores, temperature, 0.0); }

std::vector<Weight> masked_softmax(Scores scores, double length) {
  for (std::size_t j = 0; j < scores.size(); ++j) {
    if (static_cast<double>(j) >= length) scores[j] = -static_cast<double>(kInfinity);
  }
  if (std::isinf(highest_of(scores))) return std::vector<Weight>(scores.size(), {0.0, 0.0});
  return shares(scores, 1.0, 0.0);
}

/// A quotient, its hyperbolic tangent and a product: three roundings, which tanh does not stretch.
std::vector<Weight> softcap(Scores scores, double cap) {
  double bent = 0.0;
  for (double& s : scores) {
    if (std::isinf(s)) continue;
    s = cap * std::tanh(s / cap);
    bent = std::max(bent, 4.0 * kEpsilon * std::abs(s) + kSmallest * (cap + 1.0));
  }
  return shares(scores, 1.0, bent);
}

/// f(max(factor s - t, 0)), t found by halving.
template <class Function>
std::vector<Weight> above_threshold(const Scores& scores, double factor, Function f) {
  const double highest = highest_of(scores);
  const auto weight = [&](double s, double t) { return f(std::max((s - highest) * factor - t, 0.0)); };
  double least = -1.0, most = 0.0;
  for (int step = 0; step < 60; ++step) {
    const double t = (least + most) / 2.0;
    double sum = 0.0;
    for (const double s : scores) sum += weight(s, t);
    (sum >= 1.0 ? least : most) = t;
  }
  std::vector<Weight> out;
  for (const double s : scores) out.push_back({weight(s, least), weight(s, least) * kEpsilon + kSolved});
  return out;
}

std::vector<Weight> sparsemax(const Scores& scores, double) {
  return above_threshold(scores, 1.0, [](double x) { return x; });
}

std::vector<Weight> entmax15(const Scores& scores, double) {
  return above_threshold(scores, 0.5, [](double x) { return x * x; });
}

/// The shares of softmax times 1 / (1 + exp(-l)), l the log of their sum.
std::vector<Weight> softmax_plus_one(const Scores& scores, double) {
  std::vector<Weight> out = shares(scores, 1.0, 0.0);
  const double highest = highest_of(scores), n = static_cast<double>(scores.size());
  double sum = 0.0;
  for (const double s : scores) sum += std::exp(s - highest);
  const double log_sum = highest + std::log(sum), taken = 1.0 / (1.0 + std::exp(-log_sum));
  const double off = kEpsilon * (std::abs(highest) + std::log(sum) + n + 8.0) / (1.0 + std::exp(log_sum));
  for (Weight& one : out) {
    one.value *= taken;
    const double rounded = one.value == 0.0 ? 0.0 : one.value * (std::expm1(off) + 6.0 * kEpsilon);
    one.allowed = one.allowed * taken + rounded + kLeastNormal;
  }
  return out;
}

std::vector<Weight> count(const Scores& scores, double) {
  const double seen =
      static_cast<double>(std::count_if(scores.begin(), scores.end(), [](double s) { return !std::isinf(s); }));
  std::vector<Weight> out;
  for (const double s : scores) {
    const double value = std::isinf(s) ? 0.0 : s / seen;
    out.push_back({value, kEpsilon * std::abs(value) + kSmallest});
  }
  return out;
}

/// f(s) over its sum, which the order of summing moves by `moved`; zeros where a sum is no more than rounding.
template <class Function>
std::vector<Weight> quotient(const Scores& scores, Function f) {
  const auto value = [&](double s) { return std::isinf(s) ? 0.0 : f(s); };
  double sum = 0.0, sizes = 0.0;
  for (const double s : scores) sum += value(s), sizes += std::abs(value(s));
  const bool none = std::abs(sum) <= kEpsilon * sizes;
  const double moved = none ? 0.0 : static_cast<double>(scores.size()) * 0x1p-52 * sizes / std::abs(sum);
  std::vector<Weight> out;
  for (const double s : scores) {
    const double weight = none ? 0.0 : value(s) / sum;
    out.push_back({weight, std::abs(weight) * (kEpsilon + moved) + kSmallest});
  }
  return out;
}

struct Twin {
  std::string_view row;
  std::vector<Weight> (*weights)(const Scores& scores, double parameter);
};

constexpr Twin kTwins[] = {
    {"softmax", softmax},
    {"masked_softmax", [](const Scores& scores, double length) { return masked_softmax(scores, length); }},
    {"softcap", [](const Scores& scores, double cap) { return softcap(scores, cap); }},
    {"sparsemax", sparsemax},
    {"entmax15", entmax15},
    {"softmax_plus_one", softmax_plus_one},
    {"count", count},
    {"linear", [](const Scores& scores, double) { return quotient(scores, [](double s) { return s; }); }},
    {"square", [](const Scores& scores, double) { return quotient(scores, [](double s) { return s * s; }); }},
    {"relu", [](const Scores& scores, double) { return quotient(scores, [](double s) { return s > 0.0 ? s : 0.0; }); }},
};

/// The row's first number: an end of its range, what is usual, or one between; whole ones about the number of keys.
double drawn(Case& test, const Parameter& p, std::size_t keys) {
  if (p.whole) return std::clamp(static_cast<double>(test.up_to(keys + 2)), p.minimum, p.maximum);
  const double ends[] = {p.minimum, p.maximum, p.standard};
  const std::size_t kind = test.up_to(4);
  if (kind < 3) return ends[kind];
  const double most = kind == 3 ? p.maximum : p.minimum + (p.maximum - p.minimum) / 100.0;
  return p.minimum + (most - p.minimum) * (widen(test.unit()) + 1.0) / 2.0;
}

}  // namespace

void check_normalise(Case& test) {
  const Normalisation& row = normalisations()[test.up_to(normalisations().size() - 1)];
  const auto* twin =
      std::find_if(std::begin(kTwins), std::end(kTwins), [&](const Twin& one) { return one.row == row.facts.name; });
  Cells cells = test.numbers("row", test.size("count", 1500), Numbers::kAny);
  Normaliser normaliser = {row.normalise, {}};
  if (!row.facts.params.empty()) normaliser.params[0] = drawn(test, row.facts.params[0], cells.size());
  test.note(row.facts.name.data(), normaliser.params[0]);
  const std::vector<float> x = {cells.data(), cells.data() + cells.size()};
  normalise(normaliser, x.size(), cells.data());
  test.expect_intact(cells.intact() && twin != std::end(kTwins));
  bool is_nan = false;
  for (const float one : x) is_nan = is_nan || std::isnan(one) || one == kInfinity;
  const Scores scores(x.begin(), x.end());
  if (is_nan || scores.empty() || highest_of(scores) == -static_cast<double>(kInfinity)) {
    for (std::size_t j = 0; j < x.size(); ++j) test.expect_same(j, cells.data()[j], is_nan ? kNaN : 0.0F);
    return;
  }
  const std::vector<Weight> expected = twin->weights(scores, normaliser.params[0]);
  for (std::size_t j = 0; j < x.size(); ++j) {
    test.expect(j, cells.data()[j], expected[j].value, expected[j].allowed);
    if (std::isinf(x[j])) test.expect_same(j, cells.data()[j], 0.0F);
  }
}

}  // namespace attn::fuzz
