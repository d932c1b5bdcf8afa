#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace attn {

enum class DType : std::uint8_t { f32, f16, bf16, i8 };

/// One tensor of a file: where its bytes lie, counted from the first byte after the header.
struct TensorEntry {
  std::string name;
  DType dtype = DType::f32;
  std::vector<std::size_t> shape;
  std::size_t begin = 0;
  std::size_t end = 0;

  std::size_t elements() const;
};

/// A safetensors file in memory (borrowed), its header read and every rule of the format checked: header at most
/// 100 MB and at most the file, no duplicate name, no overlap, no hole, no byte left over, offsets that match shape
/// and type. https://github.com/huggingface/safetensors, "Format".
class Safetensors {
 public:
  /// Throws file_header, file_truncated, tensor_dtype, tensor_range, tensor_overlap.
  explicit Safetensors(std::span<const std::uint8_t> file);

  std::span<const TensorEntry> entries() const { return entries_; }
  const TensorEntry* find(std::string_view name) const;

  /// Writes `count` elements from `first` on as float. Throws tensor_not_finite.
  void read(const TensorEntry& entry, std::size_t first, std::size_t count, float* out) const;

 private:
  std::vector<TensorEntry> entries_;  // in the order of their bytes
  std::span<const std::uint8_t> data_;
};

}  // namespace attn
