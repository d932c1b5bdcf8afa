#include "io/safetensors.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <limits>
#include <utility>

#include "io/json.hpp"
#include "tensor/error.hpp"
#include "tensor/text.hpp"

namespace attn {
namespace {

constexpr std::size_t kLengthBytes = 8;
constexpr std::uint64_t kLongestHeader = 100'000'000;
constexpr double kLargestInteger = 9007199254740992.0;  // 2^53: beyond it a double skips integers

struct DTypeRow {
  std::string_view name;
  std::size_t bytes;
};
constexpr DTypeRow kDTypes[] = {  // in the order of DType
    {"F32", 4},     {"F16", 2}, {"BF16", 2}, {"I8", 1},  {"BOOL", 1}, {"U8", 1},  {"F8_E5M2", 1}, {"F8_E4M3", 1},
    {"F8_E8M0", 1}, {"I16", 2}, {"U16", 2},  {"I32", 4}, {"U32", 4},  {"I64", 8}, {"U64", 8},     {"F64", 8}};
static_assert(std::size(kDTypes) == static_cast<std::size_t>(DType::f64) + 1);

const DTypeRow& row_of(DType dtype) { return kDTypes[static_cast<std::size_t>(dtype)]; }
std::size_t bytes_of(DType dtype) { return row_of(dtype).bytes; }

[[noreturn]] void refuse(Code code, std::string_view tensor, const std::string& what) {
  throw Error(code, "tensor \"" + std::string(tensor) + "\": " + what);
}

std::size_t integer(const Json& value, std::string_view tensor, const char* what) {
  const bool whole = value.kind == Json::Kind::number && value.number >= 0.0 && value.number <= kLargestInteger &&
                     value.number == std::floor(value.number);
  if (!whole) refuse(Code::file_header, tensor, std::string(what) + " must be whole numbers, not negative");
  if (value.number > static_cast<double>(std::numeric_limits<std::size_t>::max())) {  // 2^32 - 1 in WebAssembly
    refuse(Code::tensor_range, tensor, std::string(what) + ": found " + number_text(value.number) + ", too large");
  }
  return static_cast<std::size_t>(value.number);
}

const Json& member(const Json& object, std::string_view key, Json::Kind kind, std::string_view tensor) {
  const Json* value = object.find(key);
  if (value == nullptr || value->kind != kind) {
    refuse(Code::file_header, tensor, "expected \"" + std::string(key) + "\" in its header entry");
  }
  return *value;
}

DType dtype_named(const std::string& name, std::string_view tensor) {
  for (const DTypeRow& row : kDTypes) {
    if (row.name == name) return static_cast<DType>(&row - kDTypes);
  }
  refuse(Code::tensor_dtype, tensor, "found " + name + ", expected a type of the format, such as F32, F16, BF16 or I8");
}

/// The bytes that the shape asks for; refuses a product that does not fit.
std::size_t byte_count(const TensorEntry& entry) {
  double product = static_cast<double>(bytes_of(entry.dtype));
  for (const std::size_t n : entry.shape) product *= static_cast<double>(n);
  if (product > kLargestInteger) {
    refuse(Code::tensor_range, entry.name, "shape " + shape_text(entry.shape) + " has too many elements");
  }
  return static_cast<std::size_t>(product);
}

TensorEntry read_entry(const std::string& name, const Json& json, std::uint64_t data_bytes) {
  constexpr std::size_t kHighestRank = 8;
  if (json.kind != Json::Kind::object) refuse(Code::file_header, name, "its header entry must be an object");
  TensorEntry entry;
  entry.name = name;
  entry.dtype = dtype_named(member(json, "dtype", Json::Kind::string, name).string, name);
  const Json& shape = member(json, "shape", Json::Kind::array, name);
  if (shape.array.size() > kHighestRank) refuse(Code::file_header, name, "more than 8 axes");
  for (const Json& axis : shape.array) entry.shape.push_back(integer(axis, name, "the axes of a shape"));
  const Json& offsets = member(json, "data_offsets", Json::Kind::array, name);
  if (offsets.array.size() != 2) refuse(Code::file_header, name, "data_offsets must be two numbers");
  entry.begin = integer(offsets.array[0], name, "data_offsets");
  entry.end = integer(offsets.array[1], name, "data_offsets");
  const std::string found = "found bytes " + std::to_string(entry.begin) + " to " + std::to_string(entry.end);
  if (entry.begin > entry.end) refuse(Code::tensor_range, name, found + ", expected begin before end");
  if (entry.end > data_bytes) {
    refuse(Code::file_truncated, name,
           found + ", expected at most the " + std::to_string(data_bytes) + " bytes of data that the file holds");
  }
  if (entry.end - entry.begin != byte_count(entry)) {
    refuse(Code::tensor_range, name,
           found + ", expected " + std::to_string(byte_count(entry)) + " bytes for shape " + shape_text(entry.shape));
  }
  return entry;
}

Json read_header(const ByteSource& file, std::size_t length) {
  std::string text(length, '\0');
  file.read(kLengthBytes, {reinterpret_cast<std::uint8_t*>(text.data()), length});
  if (text.empty() || text.front() != '{') throw Error(Code::file_header, "header: expected JSON that begins with {");
  try {
    return parse_json(text);
  } catch (const JsonFailure& failure) {
    throw Error(Code::file_header, "header: " + failure.reason + " at byte " + std::to_string(failure.offset));
  }
}

void refuse_gaps(std::span<const TensorEntry> entries, std::uint64_t data_bytes) {
  std::size_t end = 0;
  for (const TensorEntry& entry : entries) {
    if (entry.begin != end) {
      refuse(Code::tensor_overlap, entry.name,
             "found its first byte at " + std::to_string(entry.begin) + ", expected " + std::to_string(end) +
                 (entry.begin < end ? " (it overlaps the tensor before it)" : " (a hole before it)"));
    }
    end = entry.end;
  }
  if (end != data_bytes) {
    throw Error(Code::file_truncated,
                "file: found " + std::to_string(data_bytes) + " bytes of data, expected " + std::to_string(end));
  }
}

[[noreturn]] void refuse_number(const TensorEntry& entry, std::size_t element, bool is_nan) {
  refuse(Code::tensor_not_finite, entry.name,
         "found " + std::string(is_nan ? "NaN" : "infinity") + " at element " + std::to_string(element) +
             ", expected finite numbers");
}

[[noreturn]] void refuse_bits(const TensorEntry& entry, std::size_t element, std::uint16_t bits) {
  const unsigned fraction = entry.dtype == DType::f16 ? 0x3FF : 0x7F;
  refuse_number(entry, element, (bits & fraction) != 0);
}

}  // namespace

std::string_view name_of(DType dtype) { return row_of(dtype).name; }

std::size_t TensorEntry::elements() const { return (end - begin) / bytes_of(dtype); }

ByteSource source_of(std::span<const std::uint8_t> file) {
  return {file.size(), [file](std::uint64_t begin, std::span<std::uint8_t> out) {
            std::copy_n(file.data() + begin, out.size(), out.data());
          }};
}

Safetensors::Safetensors(ByteSource file) : file_(std::move(file)) {
  if (file_.size < kLengthBytes) {
    throw Error(Code::file_truncated, "file: found " + std::to_string(file_.size) + " bytes, expected at least 8");
  }
  std::array<std::uint8_t, kLengthBytes> bytes;
  file_.read(0, bytes);
  std::uint64_t length = 0;
  for (std::size_t i = 0; i < kLengthBytes; ++i) length |= static_cast<std::uint64_t>(bytes[i]) << (8 * i);
  if (length > kLongestHeader) {
    throw Error(Code::file_header, "header: found a length of " + std::to_string(length) + " bytes, expected at most " +
                                       std::to_string(kLongestHeader));
  }
  data_begin_ = kLengthBytes + length;
  if (data_begin_ > file_.size) {
    throw Error(Code::file_truncated, "header: found a length of " + std::to_string(length) +
                                          " bytes, expected at most the " + std::to_string(file_.size - kLengthBytes) +
                                          " that follow");
  }
  const std::uint64_t data_bytes = file_.size - data_begin_;
  for (const auto& [name, json] : read_header(file_, static_cast<std::size_t>(length)).object) {
    if (name != "__metadata__") entries_.push_back(read_entry(name, json, data_bytes));
  }
  std::sort(entries_.begin(), entries_.end(), [](const TensorEntry& a, const TensorEntry& b) {
    return a.begin != b.begin ? a.begin < b.begin : a.end < b.end;
  });
  refuse_gaps(entries_, data_bytes);
}

const TensorEntry* Safetensors::find(std::string_view name) const {
  const auto it = std::find_if(entries_.begin(), entries_.end(), [name](const auto& e) { return e.name == name; });
  return it == entries_.end() ? nullptr : &*it;
}

std::uint8_t* Safetensors::read_bytes(const TensorEntry& entry, std::size_t first, std::size_t count, void* end) const {
  const std::size_t each = bytes_of(entry.dtype);
  std::uint8_t* bytes = static_cast<std::uint8_t*>(end) - count * each;
  file_.read(data_begin_ + entry.begin + first * each, {bytes, count * each});
  return bytes;
}

/// Narrower numbers are read to the end of `out` and widened from its start: none is overwritten before its turn.
void Safetensors::read(const TensorEntry& entry, std::size_t first, std::size_t count, float* out) const {
  const std::uint8_t* bytes = read_bytes(entry, first, count, out + count);
  for (std::size_t i = 0; i < count; ++i) {
    if (entry.is_half()) {
      std::uint16_t bits;
      std::memcpy(&bits, bytes + i * sizeof(bits), sizeof(bits));
      if (!is_finite(bits, entry.half_format())) refuse_bits(entry, first + i, bits);
      out[i] = widen(bits, entry.half_format());
    } else if (entry.dtype == DType::i8) {
      out[i] = static_cast<float>(static_cast<std::int8_t>(bytes[i]));
    } else if (!std::isfinite(out[i])) {
      refuse_number(entry, first + i, std::isnan(out[i]));
    }
  }
}

void Safetensors::read(const TensorEntry& entry, std::size_t first, std::size_t count, std::uint16_t* out) const {
  read_bytes(entry, first, count, out + count);
  for (std::size_t i = 0; i < count; ++i) {
    if (!is_finite(out[i], entry.half_format())) refuse_bits(entry, first + i, out[i]);
  }
}

}  // namespace attn
