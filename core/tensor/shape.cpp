#include "tensor/shape.hpp"

#include <algorithm>

#include "tensor/array.hpp"
#include "tensor/error.hpp"
#include "tensor/text.hpp"

namespace attn {

void refuse_shape(const char* name, std::span<const std::size_t> shape, const std::string& expected) {
  throw Error(Code::argument_shape, std::string(name) + ": found " + shape_text(shape) + ", expected " + expected);
}

void require_shape(const char* name, std::span<const std::size_t> shape, std::initializer_list<std::size_t> expected) {
  if (!std::ranges::equal(shape, expected)) refuse_shape(name, shape, shape_text({expected.begin(), expected.size()}));
}

void require_memory(const char* name, std::initializer_list<std::size_t> shape) {
  double numbers = 1.0;
  for (const std::size_t n : shape) numbers *= static_cast<double>(n);
  if (numbers <= kMostNumbers) return;
  throw Error(Code::memory_limit, std::string(name) + ": found " + number_text(numbers) +
                                      " numbers, expected at most " + number_text(kMostNumbers));
}

}  // namespace attn
