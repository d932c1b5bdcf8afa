#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tensor/half.hpp"

namespace attn {

/// The types of the format, of which the first four can be read. https://docs.rs/safetensors, enum Dtype.
enum class DType : std::uint8_t {
  f32,
  f16,
  bf16,
  i8,
  boolean,
  u8,
  f8_e5m2,
  f8_e4m3,
  f8_e8m0,
  i16,
  u16,
  i32,
  u32,
  i64,
  u64,
  f64
};

/// How a header spells the type.
std::string_view name_of(DType dtype);

/// One tensor of a file: where its bytes lie, counted from the first byte after the header.
struct TensorEntry {
  std::string name;
  DType dtype = DType::f32;
  std::vector<std::size_t> shape;
  std::size_t begin = 0;
  std::size_t end = 0;

  std::size_t elements() const;
  /// Whether `read` reads it.
  bool is_readable() const { return dtype <= DType::i8; }
  bool is_half() const { return dtype == DType::f16 || dtype == DType::bf16; }
  HalfFormat half_format() const { return dtype == DType::f16 ? HalfFormat::f16 : HalfFormat::bf16; }
};

/// A file as pieces of its bytes, so that it need not stand in memory.
struct ByteSource {
  std::uint64_t size = 0;
  /// Writes the bytes [begin, begin + out.size()), all of them within the file, to `out`. What it throws passes
  /// through.
  std::function<void(std::uint64_t begin, std::span<std::uint8_t> out)> read;
};

/// A file that does stand in memory (borrowed).
ByteSource source_of(std::span<const std::uint8_t> file);

/// A safetensors file, its header read and every rule of the format checked: header at most 100 MB and at most the
/// file, no duplicate name, no overlap, no hole, no byte left over, offsets that match shape and type.
/// https://github.com/huggingface/safetensors, "Format".
class Safetensors {
 public:
  /// Throws file_header, file_truncated, tensor_dtype for a type that the format lacks, tensor_range, tensor_overlap.
  explicit Safetensors(ByteSource file);
  explicit Safetensors(std::span<const std::uint8_t> file) : Safetensors(source_of(file)) {}

  std::span<const TensorEntry> entries() const { return entries_; }
  const TensorEntry* find(std::string_view name) const;

  /// Writes `count` elements of a readable tensor, from `first` on, as float. Throws tensor_not_finite.
  void read(const TensorEntry& entry, std::size_t first, std::size_t count, float* out) const;
  /// The bits of F16 or BF16 as they stand; likewise.
  void read(const TensorEntry& entry, std::size_t first, std::size_t count, std::uint16_t* out) const;

 private:
  /// The bytes of those elements, to the place that ends at `end`; returns where it begins.
  std::uint8_t* read_bytes(const TensorEntry& entry, std::size_t first, std::size_t count, void* end) const;

  ByteSource file_;
  std::uint64_t data_begin_ = 0;
  std::vector<TensorEntry> entries_;  // in the order of their bytes
};

}  // namespace attn
