// votes_ic = sum over j of label c of softmax_(j != i)(s_ij / T)

#include <algorithm>
#include <limits>

#include "smoothing/checks.hpp"
#include "smoothing/operators.hpp"
#include "smoothing/rows.hpp"
#include "tensor/shape.hpp"

namespace attn {

void leave_one_out_vote_operator(const Array& scores, const Array& labels, double temperature, Array& votes,
                                 Array& accuracy) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  const MatrixView<const float> s = table_of("scores", scores);
  const std::size_t n = s.rows;
  if (s.cols != n || n < 2) refuse_shape("scores", scores.shape, "(n, n), n at least 2");
  const std::vector<std::size_t> own = labels_of(labels, n);
  require_range("temperature", temperature, 0.0, kInfinity);
  const std::size_t classes = *std::ranges::max_element(own) + 1, of_votes[] = {n, classes}, one[] = {1};
  require_memory("votes", {n, classes});
  votes.resize(of_votes);
  accuracy.resize(one);
  std::size_t right = 0;
  for (std::size_t i = 0; i < n; ++i) {
    std::vector<double> shares(s.row(i), s.row(i) + n), sums(classes);
    shares[i] = -kInfinity;
    soft_shares(shares, temperature);
    for (std::size_t j = 0; j < n; ++j) sums[own[j]] += shares[j];
    const auto winner = std::ranges::max_element(sums) - sums.begin();
    right += static_cast<std::size_t>(winner) == own[i];
    std::ranges::transform(sums, &votes.data[i * classes], [](double sum) { return static_cast<float>(sum); });
  }
  accuracy.data[0] = static_cast<float>(right) / static_cast<float>(n);
}

}  // namespace attn
