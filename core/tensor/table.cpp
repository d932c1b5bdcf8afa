#include "tensor/table.hpp"

#include <cmath>

#include "tensor/assert.hpp"
#include "tensor/text.hpp"

namespace attn {

Numbers numbers_for(const Facts& row, std::span<const double> given) {
  ATTN_ASSERT(given.empty() || given.size() == row.params.size());
  Numbers out = {};
  for (std::size_t i = 0; i < row.params.size(); ++i) {
    const Parameter& p = row.params[i];
    const double number = given.empty() ? p.standard : given[i];
    if (!(number >= p.minimum && number <= p.maximum) || (p.whole && number != std::floor(number))) {
      throw Error(Code::argument_range, std::string(row.name) + ", " + std::string(p.name) + ": found " +
                                            number_text(number) + ", expected a " + (p.whole ? "whole " : "") +
                                            "number from " + number_text(p.minimum) + " to " + number_text(p.maximum));
    }
    out[i] = number + 0.0;  // -0 becomes 0: what divides by a number knows its limit at 0 from above
  }
  return out;
}

}  // namespace attn
