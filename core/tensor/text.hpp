#pragma once

#include <cstddef>
#include <span>
#include <string>

/// How messages print what they found. The standard's own number printing brings 20 KB of formatting to every visitor.
namespace attn {

/// A number with up to six digits: `42`, `0.5`, `-1.25e-7`, `NaN`, `infinity`.
std::string number_text(double value);

/// A shape: `(48, 144)`.
std::string shape_text(std::span<const std::size_t> shape);

}  // namespace attn
