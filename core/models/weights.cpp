#include "models/weights.hpp"

#include <algorithm>
#include <array>

#include "tensor/error.hpp"
#include "tensor/text.hpp"

namespace attn {

const TensorEntry& WeightReader::take(const std::string& name, std::span<const std::size_t> shape) {
  const TensorEntry* entry = file_.find(name);
  if (entry == nullptr) {
    throw Error(Code::tensor_missing, "weight \"" + name + "\": not in the file, expected " + shape_text(shape));
  }
  if (!std::equal(shape.begin(), shape.end(), entry->shape.begin(), entry->shape.end())) {
    throw Error(Code::tensor_shape,
                "weight \"" + name + "\": found " + shape_text(entry->shape) + ", expected " + shape_text(shape));
  }
  elements_ += entry->elements();
  known_.push_back(name);
  return *entry;
}

float* WeightReader::reserve(std::size_t count) {
  float* out = block_ == nullptr ? nullptr : block_ + used_;
  used_ += count;
  return out;
}

template <class Lay>
void WeightReader::by_rows(const TensorEntry& entry, Lay lay) {
  const std::size_t rows = entry.shape[0], cols = entry.shape[1];
  rows_.resize(kPanelCols * cols);
  for (std::size_t first = 0; first < rows; first += kPanelCols) {
    const std::size_t count = std::min(rows - first, kPanelCols);
    file_.read(entry, first * cols, count * cols, rows_.data());
    lay(MatrixView<const float>(rows_.data(), count, cols), first);
  }
}

MatrixView<const float> WeightReader::matrix(const std::string& name, std::size_t rows, std::size_t cols) {
  const TensorEntry& entry = take(name, std::array{rows, cols});
  float* out = reserve(rows * cols);
  if (out != nullptr) file_.read(entry, 0, entry.elements(), out);
  return {out, rows, cols};
}

const float* WeightReader::vector(const std::string& name, std::size_t count) {
  const TensorEntry& entry = take(name, std::array{count});
  float* out = reserve(count);
  if (out != nullptr) file_.read(entry, 0, entry.elements(), out);
  return out;
}

std::vector<Panels> WeightReader::panels(const std::string& name, std::size_t rows, std::size_t cols,
                                         std::size_t parts) {
  const TensorEntry& entry = take(name, std::array{rows, parts * cols});
  const std::size_t size = panels_size(rows, cols);
  float* out = reserve(parts * size);
  std::vector<Panels> found(parts);
  if (out == nullptr) return found;
  for (std::size_t n = 0; n < parts; ++n) found[n] = Panels(out + n * size, rows, cols);
  by_rows(entry, [&](MatrixView<const float> some, std::size_t first) {
    for (std::size_t n = 0; n < parts; ++n) {
      pack_rows(some.sub_cols(n * cols, cols), out + n * size + first * kPanelCols, found[n].stride);
    }
  });
  return found;
}

Panels WeightReader::transposed_panels(const std::string& name, std::size_t rows, std::size_t cols) {
  const TensorEntry& entry = take(name, std::array{rows, cols});
  float* out = reserve(panels_size(cols, rows));
  if (out == nullptr) return {};
  by_rows(entry, [&](MatrixView<const float> some, std::size_t first) { pack_transposed(some, out + first * cols); });
  return {out, cols, rows};
}

void WeightReader::refuse_unknown() const {
  for (const TensorEntry& entry : file_.entries()) {
    if (std::find(known_.begin(), known_.end(), entry.name) != known_.end()) continue;
    throw Error(Code::tensor_unexpected,
                "weight \"" + entry.name + "\": found " + shape_text(entry.shape) + ", expected no such tensor");
  }
}

}  // namespace attn
