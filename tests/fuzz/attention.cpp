// z_i = sum_j softmax_j(rule(q_i . k_j)) v_j, the whole row of scores at once.
//
// How far may float be off? A score that errs by e_j multiplies its weight by exp(+-e_j). With the shares p_j of the
// exact weights, sum |p_j exp(e_j) - p_j| |v_jd - z_d| / sum p_j exp(-e_j) bounds what that does to z_d; a share never
// moves z_d out of the range of v_d. Summing comes on top.

#include <algorithm>

#include "fuzzer.hpp"
#include "kernels/fused_attention.hpp"

namespace attn::fuzz {
namespace {

constexpr double kLog2E = 1.4426950408889634;
constexpr double kSmallestWeight = 0x1p-126;  // of 2^x that is not yet called zero

double widen(float x) { return static_cast<double>(x); }

using Range = decltype(Sight::range);
using Params = decltype(Sight::params);

KeyRange everything(std::size_t, std::size_t keys, const Params&) { return {0, keys}; }
KeyRange causal(std::size_t query, std::size_t keys, const Params&) { return {0, std::min(query + 1, keys)}; }
KeyRange window(std::size_t query, std::size_t keys, const Params&) {
  const std::size_t end = std::min(query + 1, keys);
  return {end > 5 ? end - 5 : 0, end};
}
KeyRange future(std::size_t query, std::size_t keys, const Params&) { return {std::min(query, keys), keys}; }
KeyRange every_third(std::size_t query, std::size_t keys, const Params&) { return {0, query % 3 == 0 ? 0 : keys}; }
KeyRange nothing(std::size_t, std::size_t, const Params&) { return {0, 0}; }
KeyRange own(std::size_t query, std::size_t keys, const Params&) {
  return {std::min(query, keys), std::min(query + 1, keys)};
}

bool of_its_parity(std::size_t query, std::size_t key, const Params& params) {
  return (query + key) % static_cast<std::size_t>(params[0]) == 0;
}

constexpr Range kRanges[] = {everything, causal, window, future, every_third, nothing, own};

/// One score with what float may make of it.
struct Score {
  double value = -static_cast<double>(kInfinity);
  double error = 0.0;
  double magnitude = 0.0;  // of what stood on the way, in units of ln 2
};

Score score_of(MatrixView<const float> q, std::size_t i, MatrixView<const float> k, std::size_t j,
               const ScoreRule& rule) {
  Sum sum;
  double largest = 0.0, small = 0.0;
  for (std::size_t d = 0; d < q.cols; ++d) {
    sum.add(widen(q.row(i)[d]) * widen(k.row(j)[d]));
    if (std::isfinite(q.row(i)[d])) largest = std::max(largest, std::abs(widen(q.row(i)[d])));
    if (std::isfinite(k.row(j)[d])) small += kSmallest * (1.0 + std::abs(widen(k.row(j)[d])));
  }
  const double factor = widen(rule.scale);
  Score score;
  score.value = sum.value * factor;
  score.magnitude = std::max(sum.magnitude, largest) * factor * kLog2E;
  score.error = kEpsilon * static_cast<double>(q.cols + 4) * sum.magnitude * factor + small;
  if (rule.softcap > 0.0F) {
    const double cap = widen(rule.softcap);
    score.value = cap * std::tanh(score.value / cap);
    score.error += 8.0 * kEpsilon * std::abs(score.value) + kSmallest * (2.0 + cap);
  }
  const std::size_t cell = i * k.rows + j;
  if (rule.mask.added != nullptr) {
    const double added = widen(rule.mask.added[cell]);
    if (std::isfinite(added)) {
      score.error += 3.0 * kEpsilon * (std::abs(added) + (std::isfinite(score.value) ? std::abs(score.value) : 0.0));
      score.magnitude += std::abs(added) * kLog2E;
    }
    score.value += added;
  }
  if (rule.mask.allowed != nullptr && rule.mask.allowed[cell] == 0) return {};
  return score;
}

/// One row of z against the exact one.
void expect_row(Case& test, std::size_t i, std::vector<Score>& scores, MatrixView<const float> v,
                MatrixView<const float> z) {
  const std::size_t place = i * z.cols;
  double highest = -static_cast<double>(kInfinity), magnitude = 0.0;
  bool is_nan = false;
  for (const Score& score : scores) {
    is_nan = is_nan || std::isnan(score.value) || score.value == static_cast<double>(kInfinity);
    highest = std::max(highest, score.value);
    magnitude = std::max(magnitude, score.magnitude + score.error);
  }
  // Where a finite score may leave float on the way nothing is promised of its row.
  if (magnitude * 1.01 > kLargest) return;
  if (is_nan || highest == -static_cast<double>(kInfinity)) {
    for (std::size_t d = 0; d < z.cols; ++d) test.expect_same(place + d, z.row(i)[d], is_nan ? kNaN : 0.0F);
    return;
  }
  const double blocks = static_cast<double>(v.rows / 32 + 1);
  double sum = 0.0, least = 0.0;
  for (const Score& score : scores) sum += std::exp(score.value - highest);
  std::vector<double> share(scores.size()), risk(scores.size());
  for (std::size_t j = 0; j < scores.size(); ++j) {
    if (scores[j].value == -static_cast<double>(kInfinity)) continue;
    const double below = scores[j].value - highest - std::log(sum);
    const double error = scores[j].error + kEpsilon * (highest - scores[j].value + 2.0 * std::abs(scores[j].value)) +
                         kEpsilon * (4.0 + 4.0 * blocks);
    share[j] = std::exp(below);
    risk[j] = std::exp(std::min(below + error, 700.0)) - share[j] + blocks * kSmallestWeight;
    least += std::exp(below - error);
  }
  for (std::size_t d = 0; d < z.cols; ++d) {
    double exact = 0.0, moved = 0.0, size = 0.0, total = 0.0;
    double low = static_cast<double>(kInfinity), high = -low;
    for (std::size_t j = 0; j < scores.size(); ++j) exact += share[j] * widen(v.row(j)[d]);
    for (std::size_t j = 0; j < scores.size(); ++j) {
      if (scores[j].value == -static_cast<double>(kInfinity)) continue;
      const double x = widen(v.row(j)[d]);
      moved += risk[j] * std::abs(x - exact);
      size += std::min((share[j] + risk[j]) / least, 1.0) * std::abs(x);
      total += std::abs(x);
      low = std::min(low, x);
      high = std::max(high, x);
    }
    const double terms = 2.0 * static_cast<double>(v.rows) + 8.0 + 4.0 * blocks;
    const double turned = moved < (high - low) * least ? moved / least : high - low;
    const double allowed = turned + terms * (kEpsilon * size + kSmallest);
    test.expect(place + d, z.row(i)[d], exact, allowed, total);
  }
}

}  // namespace

void check_fused_attention(Case& test) {
  const std::size_t queries = test.size("queries"), keys = test.size("keys", 700, 24);
  const std::size_t d_head = test.size("d_head"), d_v = test.size("d_v");
  Grid q = test.grid("q", queries, d_head, test.one_in(4) ? Numbers::kAny : Numbers::kPlain);
  Grid k = test.grid("k", keys, d_head, test.one_in(4) ? Numbers::kAny : Numbers::kPlain);
  Grid v = test.grid("v", keys, d_v, Numbers::kFinite);
  Cells added = test.numbers("added", queries * keys, test.one_in(2) ? Numbers::kAny : Numbers::kPlain);
  std::vector<std::uint8_t> allowed(queries * keys);
  const std::size_t seen = test.up_to(4);  // of four
  for (std::uint8_t& one : allowed) one = test.up_to(3) < seen ? 1 : 0;
  for (std::size_t n = 0; n < added.size(); ++n) {
    if (seen < 3 && allowed[n] == 0) added.data()[n] = -kInfinity;
  }

  ScoreRule rule;
  rule.scale = test.positive("scale", 0.01F, 2.0F);
  if (test.one_in(3)) rule.softcap = test.positive("softcap", 0.1F, 60.0F);
  const std::size_t range = test.up_to(std::size(kRanges) - 1), masks = test.up_to(2);
  rule.sight.range = kRanges[range];
  rule.sight.params = {static_cast<double>(1 + test.up_to(3))};
  if (test.one_in(3)) rule.sight.sees = of_its_parity;
  rule.past = test.one_in(2) ? 0 : test.up_to(keys);
  if (masks == 1) rule.mask.added = added.data();
  if (masks == 2) rule.mask.allowed = allowed.data();
  test.note("range", static_cast<double>(range));
  test.note("modulus", rule.sight.sees == nullptr ? 0.0 : rule.sight.params[0]);
  test.note("past", static_cast<double>(rule.past));
  test.note("mask", static_cast<double>(masks));

  Cells laid = test.room(packed_keys_values_size(keys, d_head, d_v)), space = test.room(fused_attention_size(d_head));
  Grid z = test.room(queries, d_v);
  fused_attention(q.view, pack_keys_values(k.view, v.view, laid.data()), rule, space.data(), z.view);
  test.expect_intact(z.intact() && laid.intact() && space.intact());
  for (std::size_t i = 0; i < queries; ++i) {
    const KeyRange own = rule.sight.range(rule.past + i, keys, rule.sight.params);
    std::vector<Score> scores(keys);
    for (std::size_t j = own.begin; j < own.end; ++j) {
      const bool seen_one = rule.sight.sees == nullptr || rule.sight.sees(rule.past + i, j, rule.sight.params);
      if (seen_one) scores[j] = score_of(q.view, i, k.view, j, rule);
    }
    expect_row(test, i, scores, v.view, z.view);
  }
}

}  // namespace attn::fuzz
