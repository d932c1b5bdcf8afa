#pragma once

#include <string_view>

namespace attn {

/// A number that a row of a table (variants, encodings) takes: its name, its range and what it means.
struct Parameter {
  std::string_view name;
  double minimum;
  double maximum;
  double standard;
  std::string_view meaning;
};

}  // namespace attn
