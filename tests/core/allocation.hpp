#pragma once

#include <cstddef>

namespace attn::test {

/// Counts what this program takes from the heap through operator new, from its construction on. The test binary
/// replaces operator new; see allocation.cpp.
class Allocations {
 public:
  Allocations();
  std::size_t count_since() const;
  std::size_t bytes_since() const;

 private:
  std::size_t count_;
  std::size_t bytes_;
};

}  // namespace attn::test
