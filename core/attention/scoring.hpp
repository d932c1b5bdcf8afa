#pragma once

#include "tensor/array.hpp"
#include "tensor/table.hpp"
#include "tensor/view.hpp"

namespace attn {

/// What one head's scores are computed from.
struct ScoreInput {
  MatrixView<const float> q;            ///< (queries, d), mapped already where the row maps queries
  MatrixView<const float> k;            ///< (keys, d), likewise
  std::span<const DenseArray> weights;  ///< the row's, in its order
  Numbers params;
};

/// Writes scores (queries, keys); they alias nothing. Large numbers may become infinite, and NaN where infinities of
/// both signs meet; a NaN among the inputs of a score makes it NaN.
using ScoreFunction = void (*)(const ScoreInput& in, MatrixView<float> scores);

/// What a weight of a row is for.
enum class WeightUse : std::uint8_t {
  maps_queries,  ///< (d_q, d): q W takes the place of q
  maps_keys,     ///< (d_k, d): k W takes the place of k
  score,         ///< read by the score function
};

/// A length of a weight's axis: `times` the length that goes by that name. `d_q` and `d_k` are the widths of queries
/// and keys; any other name stands for a length of the weights' own.
struct Axis {
  std::string_view length;
  std::size_t times = 1;
};

struct ScoringWeight {
  std::string_view name;
  std::array<Axis, 2> axes;  ///< the second is empty for a vector
  WeightUse use;
};

/// How alike a query and a key are: a row of the table in variants.cpp.
struct Scoring {
  Facts facts;
  ScoreFunction score;
  std::span<const ScoringWeight> weights = {};
  /// Factor on the score unless the caller gives one, from the width of a head; null for 1.
  float (*factor)(std::size_t d_head) = nullptr;
  /// The normalisation that the reference pairs it with.
  std::string_view normalisation = "softmax";
};

std::span<const Scoring> scorings();

/// The row of that name. Throws variant_unknown.
const Scoring& scoring(std::string_view name);

/// Calls f(q row, k row) for every pair and keeps what it gives.
template <class Function>
void score_pairs(const ScoreInput& in, MatrixView<float> scores, Function f) {
  for (std::size_t i = 0; i < in.q.rows; ++i) {
    for (std::size_t j = 0; j < in.k.rows; ++j) scores.row(i)[j] = f(in.q.row(i), in.k.row(j));
  }
}

/// What stands behind the rows, one file each.
void score_dot_product(const ScoreInput& in, MatrixView<float> scores);
float factor_scaled_dot_product(std::size_t d_head);
void score_additive(const ScoreInput& in, MatrixView<float> scores);
void score_cosine(const ScoreInput& in, MatrixView<float> scores);
void score_gaussian_kernel(const ScoreInput& in, MatrixView<float> scores);
void score_dot_product_key_norm(const ScoreInput& in, MatrixView<float> scores);
void score_gaussian_width(const ScoreInput& in, MatrixView<float> scores);
void score_concatenation(const ScoreInput& in, MatrixView<float> scores);

extern const std::array<Parameter, 1> kGaussianKernelParams;
extern const std::array<Parameter, 2> kDotProductKeyNormParams;
extern const std::array<ScoringWeight, 1> kGeneralWeights, kGaussianWidthWeights;
extern const std::array<ScoringWeight, 2> kEmbeddingWeights;
extern const std::array<ScoringWeight, 3> kAdditiveWeights, kConcatenationWeights;

}  // namespace attn
