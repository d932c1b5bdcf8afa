#pragma once

#include <initializer_list>
#include <span>
#include <string>

namespace attn {

/// Throws argument_shape: "name: found (2, 3), expected `expected`".
[[noreturn]] void refuse_shape(const char* name, std::span<const std::size_t> shape, const std::string& expected);

/// Refuses any other shape than this one.
void require_shape(const char* name, std::span<const std::size_t> shape, std::initializer_list<std::size_t> expected);

/// Throws memory_limit for an array of that shape with more than kMostNumbers.
void require_memory(const char* name, std::initializer_list<std::size_t> shape);

}  // namespace attn
