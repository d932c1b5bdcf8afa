#include <array>
#include <string>

#include "attention/structures.hpp"
#include "attention/variant.hpp"
#include "tensor/error.hpp"

namespace attn {
namespace {

constexpr std::array kVariants = {
    Variant{"bidirectional",
            "Bidirectional attention",
            R"(z_i = \sum_j \operatorname{softmax}_j\left(\frac{q_i \cdot k_j}{\sqrt{d_{head}}}\right) v_j)",
            "Vaswani et al. 2017, Attention Is All You Need, section 3.2.1",
            {},
            visible_bidirectional},
    Variant{
        "causal",
        "Causal attention",
        R"(z_i = \sum_{j \le i} \operatorname{softmax}_{j \le i}\left(\frac{q_i \cdot k_j}{\sqrt{d_{head}}}\right) v_j)",
        "Vaswani et al. 2017, Attention Is All You Need, section 3.2.3",
        {},
        visible_causal},
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

}  // namespace attn
