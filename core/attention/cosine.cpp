// s_ij = q_i . k_j / (|q_i| |k_j|), 0 where one of them is 0

#include <cmath>

#include "attention/scoring.hpp"
#include "kernels/pair.hpp"

namespace attn {
namespace {

constexpr float kLeast = 1e-30F, kMost = 1e30F;  // of squares that float holds with all their digits

bool plain(float square) { return square >= kLeast && square <= kMost; }

float by_double(const float* a, const float* b, std::size_t count) {
  double ab = 0.0, aa = 0.0, bb = 0.0;
  for (std::size_t n = 0; n < count; ++n) {
    const double x = static_cast<double>(a[n]), y = static_cast<double>(b[n]);
    ab += x * y;
    aa += x * x;
    bb += y * y;
  }
  return aa == 0.0 || bb == 0.0 ? 0.0F : static_cast<float>(ab / (std::sqrt(aa) * std::sqrt(bb)));
}

}  // namespace

void score_cosine(const ScoreInput& in, MatrixView<float> scores) {
  score_pairs(in, scores, [d = in.q.cols](const float* q, const float* k) {
    const float qq = dot(q, q, d), kk = dot(k, k, d);
    if (!plain(qq) || !plain(kk)) return by_double(q, k, d);
    return dot(q, k, d) / (std::sqrt(qq) * std::sqrt(kk));
  });
}

}  // namespace attn
