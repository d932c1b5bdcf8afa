#include "io/safetensors.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>

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
  DType dtype;
  std::size_t bytes;
};
constexpr DTypeRow kDTypes[] = {
    {"F32", DType::f32, 4}, {"F16", DType::f16, 2}, {"BF16", DType::bf16, 2}, {"I8", DType::i8, 1}};

std::size_t bytes_of(DType dtype) { return kDTypes[static_cast<std::size_t>(dtype)].bytes; }

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
    if (row.name == name) return row.dtype;
  }
  refuse(Code::tensor_dtype, tensor, "found " + name + ", expected F32, F16, BF16 or I8");
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

TensorEntry read_entry(const std::string& name, const Json& json, std::size_t data_bytes) {
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

Json read_header(std::span<const std::uint8_t> file, std::uint64_t length) {
  const std::string_view text(reinterpret_cast<const char*>(file.data()) + kLengthBytes,
                              static_cast<std::size_t>(length));
  if (text.empty() || text.front() != '{') throw Error(Code::file_header, "header: expected JSON that begins with {");
  try {
    return parse_json(text);
  } catch (const JsonFailure& failure) {
    throw Error(Code::file_header, "header: " + failure.reason + " at byte " + std::to_string(failure.offset));
  }
}

void refuse_gaps(std::span<const TensorEntry> entries, std::size_t data_bytes) {
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

float from_half(std::uint16_t half) {
  const std::uint32_t sign = static_cast<std::uint32_t>(half & 0x8000U) << 16;
  const std::uint32_t exponent = (half >> 10) & 0x1FU;
  const std::uint32_t mantissa = half & 0x3FFU;
  if (exponent == 0) {
    const float tiny = std::ldexp(static_cast<float>(mantissa), -24);
    return sign != 0 ? -tiny : tiny;
  }
  const std::uint32_t wide = exponent == 31 ? 255 : exponent + 112;
  return std::bit_cast<float>(sign | (wide << 23) | (mantissa << 13));
}

float from_brain(std::uint16_t half) { return std::bit_cast<float>(static_cast<std::uint32_t>(half) << 16); }

template <class Stored, class Convert>
void convert(const std::uint8_t* bytes, std::size_t count, Convert to_float, float* out) {
  for (std::size_t i = 0; i < count; ++i) {
    Stored stored;
    std::memcpy(&stored, bytes + i * sizeof(Stored), sizeof(Stored));
    out[i] = to_float(stored);
  }
}

}  // namespace

std::size_t TensorEntry::elements() const { return (end - begin) / bytes_of(dtype); }

Safetensors::Safetensors(std::span<const std::uint8_t> file) {
  if (file.size() < kLengthBytes) {
    throw Error(Code::file_truncated, "file: found " + std::to_string(file.size()) + " bytes, expected at least 8");
  }
  std::uint64_t length = 0;
  for (std::size_t i = 0; i < kLengthBytes; ++i) length |= static_cast<std::uint64_t>(file[i]) << (8 * i);
  if (length > kLongestHeader) {
    throw Error(Code::file_header, "header: found a length of " + std::to_string(length) + " bytes, expected at most " +
                                       std::to_string(kLongestHeader));
  }
  if (length > file.size() - kLengthBytes) {
    throw Error(Code::file_truncated, "header: found a length of " + std::to_string(length) +
                                          " bytes, expected at most the " + std::to_string(file.size() - kLengthBytes) +
                                          " that follow");
  }
  data_ = file.subspan(kLengthBytes + static_cast<std::size_t>(length));
  for (const auto& [name, json] : read_header(file, length).object) {
    if (name != "__metadata__") entries_.push_back(read_entry(name, json, data_.size()));
  }
  std::sort(entries_.begin(), entries_.end(), [](const TensorEntry& a, const TensorEntry& b) {
    return a.begin != b.begin ? a.begin < b.begin : a.end < b.end;
  });
  refuse_gaps(entries_, data_.size());
}

const TensorEntry* Safetensors::find(std::string_view name) const {
  const auto it = std::find_if(entries_.begin(), entries_.end(), [name](const auto& e) { return e.name == name; });
  return it == entries_.end() ? nullptr : &*it;
}

void Safetensors::read(const TensorEntry& entry, std::size_t first, std::size_t count, float* out) const {
  const std::uint8_t* bytes = data_.data() + entry.begin + first * bytes_of(entry.dtype);
  switch (entry.dtype) {
    case DType::f32:
      convert<float>(bytes, count, [](float x) { return x; }, out);
      break;
    case DType::f16:
      convert<std::uint16_t>(bytes, count, from_half, out);
      break;
    case DType::bf16:
      convert<std::uint16_t>(bytes, count, from_brain, out);
      break;
    case DType::i8:
      convert<std::int8_t>(bytes, count, [](std::int8_t x) { return static_cast<float>(x); }, out);
      break;
  }
  const float* bad = std::find_if_not(out, out + count, [](float x) { return std::isfinite(x); });
  if (bad != out + count) {
    refuse(Code::tensor_not_finite, entry.name,
           "found " + std::string(std::isnan(*bad) ? "NaN" : "infinity") + " at element " +
               std::to_string(first + static_cast<std::size_t>(bad - out)) + ", expected finite numbers");
  }
}

}  // namespace attn
