#pragma once

#include <string_view>
#include <vector>

#include "tensor/array.hpp"

namespace attn::js {

/// Runs the operator of that name on arrays and numbers in the order of its header's arguments; null stands for an
/// array that is not given. Throws what the operator throws.
void run_operator(std::string_view name, const std::vector<Array*>& inputs, const std::vector<double>& numbers,
                  const std::vector<Array*>& outputs);

}  // namespace attn::js
