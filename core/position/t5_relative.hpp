#pragma once

#include "tensor/array.hpp"
#include "tensor/view.hpp"

namespace attn {

/// How distances share buckets. `count` >= 4; max_distance above the distances that have a bucket of their own.
struct T5Buckets {
  std::size_t count;
  std::size_t max_distance;  ///< from here on all distances share the last bucket
  bool bidirectional;        ///< half of the buckets are for keys after their query; otherwise those share bucket 0

  std::size_t each_way() const { return bidirectional ? count / 2 : count; }
  std::size_t exact() const { return each_way() / 2; }  ///< distances below it have a bucket of their own
};

/// The bucket of `distance` = key - query, below rule.count: half of those of its direction for one distance each, the
/// rest for ranges that grow logarithmically. Raffel et al. 2020, section 2.1.
std::size_t t5_bucket(std::ptrdiff_t distance, const T5Buckets& rule);

/// bias_{h,i,j} = weight_{bucket(j - i), h}: weight (buckets, heads), bias (heads, queries, keys).
void t5_bias(MatrixView<const float> weight, const T5Buckets& rule, HeadsView<float> bias);

/// The bias (heads, tokens, tokens) for a weight (buckets, heads). params: buckets, max_distance, bidirectional. Throws
/// argument_shape; argument_range for a max_distance that leaves nothing to the logarithm.
Array t5_table(DenseArray weight, std::size_t tokens, std::size_t heads, std::span<const double> params);

}  // namespace attn
