// Query i sees the keys j <= i + offset: the decoder's attention, so that a prediction never reads its answer.

#include <algorithm>

#include "attention/structure.hpp"

namespace attn {

const std::array<Parameter, 1> kCausalParams = {Parameter{"offset", -65536, 65536, 0,
                                                          "0: a query sees its own key too; -1: only those before it",
                                                          "0：查询也看到自己的键；-1：只看到之前的键", true}};

KeyRange range_causal(std::size_t query, std::size_t keys, const Numbers& params) {
  const double end = static_cast<double>(query) + 1.0 + params[0];
  return {0, static_cast<std::size_t>(std::clamp(end, 0.0, static_cast<double>(keys)))};
}

}  // namespace attn
