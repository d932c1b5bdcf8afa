#include "models/weights.hpp"

#include <algorithm>
#include <array>

#include "tensor/error.hpp"
#include "tensor/text.hpp"

namespace attn {

float* WeightReader::take(const std::string& name, std::span<const std::size_t> shape) {
  const TensorEntry* entry = file_.find(name);
  if (entry == nullptr) {
    throw Error(Code::tensor_missing, "weight \"" + name + "\": not in the file, expected " + shape_text(shape));
  }
  if (!std::equal(shape.begin(), shape.end(), entry->shape.begin(), entry->shape.end())) {
    throw Error(Code::tensor_shape,
                "weight \"" + name + "\": found " + shape_text(entry->shape) + ", expected " + shape_text(shape));
  }
  float* out = block_ == nullptr ? nullptr : block_ + elements_;
  if (out != nullptr) file_.read(*entry, out);
  elements_ += entry->elements();
  known_.push_back(name);
  return out;
}

MatrixView<const float> WeightReader::matrix(const std::string& name, std::size_t rows, std::size_t cols) {
  return {take(name, std::array{rows, cols}), rows, cols};
}

const float* WeightReader::vector(const std::string& name, std::size_t count) { return take(name, std::array{count}); }

void WeightReader::refuse_unknown() const {
  for (const TensorEntry& entry : file_.entries()) {
    if (std::find(known_.begin(), known_.end(), entry.name) != known_.end()) continue;
    throw Error(Code::tensor_unexpected,
                "weight \"" + entry.name + "\": found " + shape_text(entry.shape) + ", expected no such tensor");
  }
}

}  // namespace attn
