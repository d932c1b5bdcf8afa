#include <array>
#include <cmath>
#include <string>

#include "attention/structures.hpp"
#include "attention/variant.hpp"
#include "tensor/assert.hpp"
#include "tensor/error.hpp"
#include "tensor/text.hpp"

namespace attn {
namespace {

constexpr std::array kVariants = {
    Variant{"bidirectional",
            "Bidirectional attention",
            R"(z_i = \sum_j \operatorname{softmax}_j\left(\frac{q_i \cdot k_j}{\sqrt{d_{head}}}\right) v_j)",
            "Vaswani et al. 2017, Attention Is All You Need, section 3.2.1",
            {},
            range_bidirectional},
    Variant{
        "causal", "Causal attention",
        R"(z_i = \sum_{j \le i + o} \operatorname{softmax}_j\left(\frac{q_i \cdot k_j}{\sqrt{d_{head}}}\right) v_j)",
        "Vaswani et al. 2017, Attention Is All You Need, section 3.2.3", kCausalParams, range_causal},
    Variant{"sliding_window", "Sliding window", R"(i - w < j \le i)", "Jiang et al. 2023, Mistral 7B, section 2",
            kSlidingWindowParams, range_sliding_window},
    Variant{"dilated_window", "Dilated sliding window", R"(j = i - n\,d, \quad 0 \le n < w)",
            "Beltagy et al. 2020, Longformer, section 3.1", kDilatedWindowParams, range_dilated_window,
            sees_dilated_window},
    Variant{"block_local", "Block-local attention", R"(\lfloor i / b \rfloor = \lfloor j / b \rfloor)",
            "Qiu et al. 2020, Blockwise Self-Attention for Long Document Understanding, section 3.1", kBlockLocalParams,
            range_block_local},
    Variant{"prefix", "Causal with a prefix", R"(j \le i \ \lor\ j < p)",
            "Raffel et al. 2020, Exploring the Limits of Transfer Learning, section 3.2.1", kPrefixParams,
            range_prefix},
    Variant{"global_tokens", "Global tokens and a window", R"(i < g \ \lor\ j < g \ \lor\ |i - j| < w)",
            "Beltagy et al. 2020, Longformer, section 3.1", kGlobalTokensParams, range_global_tokens,
            sees_global_tokens},
};

}  // namespace

std::span<const Variant> variants() { return kVariants; }

const Variant& variant(std::string_view name) {
  std::string known;
  for (const Variant& row : kVariants) {
    if (row.name == name) return row;
    known += (known.empty() ? "" : ", ") + std::string(row.name);
  }
  throw Error(Code::variant_unknown, "variant \"" + std::string(name) + "\": expected one of " + known);
}

Sight sight(const Variant& row, std::span<const double> params) {
  Sight sight = {row.range, row.sees, {}};
  ATTN_ASSERT(params.empty() || params.size() == row.params.size());
  for (std::size_t i = 0; i < row.params.size(); ++i) {
    const Parameter& p = row.params[i];
    const double number = params.empty() ? p.standard : params[i];
    if (!(number >= p.minimum && number <= p.maximum) || number != std::floor(number)) {
      throw Error(Code::argument_range, std::string(row.name) + ", " + std::string(p.name) + ": found " +
                                            number_text(number) + ", expected a whole number from " +
                                            number_text(p.minimum) + " to " + number_text(p.maximum));
    }
    sight.params[i] = number;
  }
  return sight;
}

}  // namespace attn
