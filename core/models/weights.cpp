#include "models/weights.hpp"

#include <algorithm>
#include <array>

#include "tensor/error.hpp"
#include "tensor/text.hpp"

namespace attn {

namespace {

[[noreturn]] void refuse_type(const TensorEntry& entry, const char* expected) {
  throw Error(Code::tensor_dtype,
              "weight \"" + entry.name + "\": found " + std::string(name_of(entry.dtype)) + ", expected " + expected);
}

}  // namespace

const TensorEntry& WeightReader::take(const std::string& name, std::span<const std::size_t> shape) {
  const TensorEntry* entry = file_.find(name);
  if (entry == nullptr) {
    throw Error(Code::tensor_missing, "weight \"" + name + "\": not in the file, expected " + shape_text(shape));
  }
  if (!std::equal(shape.begin(), shape.end(), entry->shape.begin(), entry->shape.end())) {
    throw Error(Code::tensor_shape,
                "weight \"" + name + "\": found " + shape_text(entry->shape) + ", expected " + shape_text(shape));
  }
  if (!entry->is_readable()) refuse_type(*entry, "F32, F16, BF16 or I8");
  elements_ += entry->elements();
  known_.push_back(name);
  return *entry;
}

const TensorEntry& WeightReader::take_numbers(const std::string& name, std::span<const std::size_t> shape) {
  const TensorEntry& entry = take(name, shape);
  if (entry.dtype == DType::i8) refuse_type(entry, "F32, F16 or BF16");
  return entry;
}

template <class Number>
Number* WeightReader::reserve(std::size_t count) {
  float* out = block_ == nullptr ? nullptr : block_ + used_;
  used_ += (count * sizeof(Number) + sizeof(float) - 1) / sizeof(float);
  return reinterpret_cast<Number*>(out);
}

std::vector<float> WeightReader::file_scales(const TensorEntry& entry, std::size_t outputs) {
  if (entry.dtype != DType::i8) return {};
  const TensorEntry& largest = take(entry.name.substr(0, entry.name.rfind('.') + 1) + "SCB", std::array{outputs});
  std::vector<float> scales(outputs);
  if (block_ != nullptr) file_.read(largest, 0, outputs, scales.data());
  for (float& scale : scales) scale /= kLargestByte;
  return scales;
}

template <class Number, class Lay>
void WeightReader::by_rows(const TensorEntry& entry, RowRange range, Lay lay) {
  const auto [begin, rows, cols] = range;
  std::vector<Number> some(std::min(rows, kPanelCols) * cols);
  for (std::size_t first = 0; first < rows; first += kPanelCols) {
    const std::size_t count = std::min(rows - first, kPanelCols);
    file_.read(entry, (begin + first) * cols, count * cols, some.data());
    lay(MatrixView<Number>(some.data(), count, cols), first);
  }
}

template <class Lay>
void WeightReader::by_scaled_rows(const TensorEntry& entry, RowRange range, const std::vector<float>& scales,
                                  bool of_rows, Lay lay) {
  by_rows<float>(entry, range, [&](MatrixView<float> some, std::size_t first) {
    for (std::size_t n = 0; !scales.empty() && n < some.rows * some.cols; ++n) {
      some.data[n] *= of_rows ? scales[range.first + first + n / some.cols] : scales[n % some.cols];
    }
    lay(some, first);
  });
}

template <class Number>
Number* WeightReader::lay_out(const TensorEntry& entry, std::size_t rows, std::size_t cols, std::size_t parts) {
  const std::size_t size = panels_size(rows, cols);
  Number* out = reserve<Number>(parts * size);
  if (out == nullptr) return out;
  by_rows<Number>(entry, {0, rows, parts * cols}, [&](MatrixView<const Number> some, std::size_t first) {
    for (std::size_t n = 0; n < parts; ++n) {
      pack_rows(some.sub_cols(n * cols, cols), out + n * size + first * kPanelCols, rows * kPanelCols);
    }
  });
  return out;
}

template <class Number>
Number* WeightReader::lay_out_transposed(const TensorEntry& entry, RowRange range) {
  Number* out = reserve<Number>(panels_size(range.cols, range.rows));
  if (out == nullptr) return out;
  by_rows<Number>(entry, range, [&](MatrixView<const Number> some, std::size_t first) {
    pack_transposed(some, out + first * some.cols);
  });
  return out;
}

MatrixView<const float> WeightReader::matrix(const std::string& name, std::size_t rows, std::size_t cols) {
  return matrix(name, std::array{rows, cols});
}

MatrixView<const float> WeightReader::matrix(const std::string& name, std::span<const std::size_t> shape) {
  const TensorEntry& entry = take_numbers(name, shape);
  float* out = reserve<float>(entry.elements());
  if (out != nullptr) file_.read(entry, 0, entry.elements(), out);
  return {out, entry.elements() / shape.back(), shape.back()};
}

const float* WeightReader::vector(const std::string& name, std::size_t count) {
  const TensorEntry& entry = take_numbers(name, std::array{count});
  float* out = reserve<float>(count);
  if (out != nullptr) file_.read(entry, 0, entry.elements(), out);
  return out;
}

std::vector<Weight> WeightReader::weights(const std::string& name, std::size_t rows, std::size_t cols,
                                          std::size_t parts) {
  const TensorEntry& entry = take(name, std::array{rows, parts * cols});
  std::vector<Weight> found(parts);
  if (!as_bytes(entry)) {
    const std::size_t size = panels_size(rows, cols);
    if (entry.is_half()) {
      const std::uint16_t* out = lay_out<std::uint16_t>(entry, rows, cols, parts);
      for (std::size_t n = 0; out != nullptr && n < parts; ++n) {
        found[n].halves = HalfPanels(out + n * size, rows, cols, entry.half_format());
      }
    } else {
      const float* out = lay_out<float>(entry, rows, cols, parts);
      for (std::size_t n = 0; out != nullptr && n < parts; ++n) found[n].numbers = Panels(out + n * size, rows, cols);
    }
    return found;
  }
  const std::vector<float> given = file_scales(entry, parts * cols);
  float* scales = reserve<float>(parts * cols);
  const std::size_t size = byte_panels_size(rows, cols);
  auto* bytes = reserve<std::int8_t>(parts * size);
  if (bytes == nullptr) return found;
  std::fill_n(bytes, parts * size, std::int8_t{0});
  std::fill_n(scales, parts * cols, 0.0F);
  by_scaled_rows(entry, {0, rows, parts * cols}, given, false,
                 [&](MatrixView<const float> some, std::size_t) { raise_to_columns(some, scales); });
  for (std::size_t j = 0; j < parts * cols; ++j) scales[j] /= kLargestByte;
  for (std::size_t n = 0; n < parts; ++n) found[n].bytes = BytePanels(bytes + n * size, scales + n * cols, rows, cols);
  by_scaled_rows(entry, {0, rows, parts * cols}, given, false, [&](MatrixView<const float> some, std::size_t first) {
    for (std::size_t n = 0; n < parts; ++n) {
      quantize_rows(some.sub_cols(n * cols, cols), first, scales + n * cols, bytes + n * size, found[n].bytes.stride);
    }
  });
  return found;
}

Weight WeightReader::transposed_weight(const std::string& name, std::size_t rows, std::size_t cols) {
  return transposed_weights(name, rows, cols, 1).front();
}

Weight WeightReader::transposed_weight(const std::string& name, std::span<const std::size_t> shape) {
  const TensorEntry& entry = take(name, shape);
  const RowRange all{0, shape.front(), entry.elements() / shape.front()};
  return lay_transposed(entry, all, file_scales(entry, shape.front()));
}

std::vector<Weight> WeightReader::transposed_weights(const std::string& name, std::size_t rows, std::size_t cols,
                                                     std::size_t parts) {
  const TensorEntry& entry = take(name, std::array{parts * rows, cols});
  const std::vector<float> given = file_scales(entry, parts * rows);
  std::vector<Weight> found;
  for (std::size_t n = 0; n < parts; ++n) found.push_back(lay_transposed(entry, {n * rows, rows, cols}, given));
  return found;
}

Weight WeightReader::lay_transposed(const TensorEntry& entry, RowRange range, const std::vector<float>& given) {
  const auto [begin, rows, cols] = range;
  Weight found;
  if (!as_bytes(entry)) {
    if (entry.is_half()) {
      found.halves = HalfPanels(lay_out_transposed<std::uint16_t>(entry, range), cols, rows, entry.half_format());
    } else {
      found.numbers = Panels(lay_out_transposed<float>(entry, range), cols, rows);
    }
    return found;
  }
  float* scales = reserve<float>(rows);
  auto* bytes = reserve<std::int8_t>(byte_panels_size(cols, rows));
  if (bytes == nullptr) return found;
  std::fill_n(bytes, byte_panels_size(cols, rows), std::int8_t{0});
  found.bytes = BytePanels(bytes, scales, cols, rows);
  std::vector<float> panel(cols * kPanelCols);
  by_scaled_rows(entry, range, given, true, [&](MatrixView<const float> some, std::size_t first) {
    pack_transposed(some, panel.data());
    const MatrixView<const float> columns(panel.data(), some.cols, some.rows, kPanelCols);
    std::fill_n(scales + first, some.rows, 0.0F);
    raise_to_columns(columns, scales + first);
    for (std::size_t j = 0; j < some.rows; ++j) scales[first + j] /= kLargestByte;
    quantize_rows(columns, 0, scales + first, bytes + first / kPanelCols * found.bytes.stride, found.bytes.stride);
  });
  return found;
}

std::size_t WeightReader::first_axis(const std::string& name) const {
  const TensorEntry* entry = file_.find(name);
  return entry == nullptr || entry->shape.empty() ? 0 : entry->shape.front();
}

void WeightReader::refuse_unknown() const {
  for (const TensorEntry& entry : file_.entries()) {
    if (std::find(known_.begin(), known_.end(), entry.name) != known_.end()) continue;
    throw Error(Code::tensor_unexpected,
                "weight \"" + entry.name + "\": found " + shape_text(entry.shape) + ", expected no such tensor");
  }
}

}  // namespace attn
