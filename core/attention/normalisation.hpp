#pragma once

#include "tensor/table.hpp"

namespace attn {

/// Turns a row of scores into weights, in place. -inf is a key that the query does not see: its weight is 0. There is
/// one that it sees, and neither NaN nor +inf: `normalise` in attention.hpp settles those for all.
using NormaliseFunction = void (*)(const Numbers& params, std::size_t count, float* row);

/// How scores become weights: a row of the table in variants.cpp.
struct Normalisation {
  Facts facts;
  NormaliseFunction normalise;
  /// What a row of weights with a key to see sums to; NaN where that depends on the scores.
  double sum = 1.0;
};

std::span<const Normalisation> normalisations();

/// The row of that name. Throws variant_unknown.
const Normalisation& normalisation(std::string_view name);

/// What stands behind the rows, one file each.
void normalise_softmax(const Numbers& params, std::size_t count, float* row);
void normalise_masked_softmax(const Numbers& params, std::size_t count, float* row);
void normalise_softcap(const Numbers& params, std::size_t count, float* row);
void normalise_sparsemax(const Numbers& params, std::size_t count, float* row);
void normalise_entmax15(const Numbers& params, std::size_t count, float* row);
void normalise_softmax_plus_one(const Numbers& params, std::size_t count, float* row);
void normalise_count(const Numbers& params, std::size_t count, float* row);
void normalise_linear(const Numbers& params, std::size_t count, float* row);
void normalise_square(const Numbers& params, std::size_t count, float* row);
void normalise_relu(const Numbers& params, std::size_t count, float* row);

extern const std::array<Parameter, 1> kSoftmaxParams, kMaskedSoftmaxParams, kSoftcapParams;

}  // namespace attn
