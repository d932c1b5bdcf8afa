#pragma once

#include <cstring>

#include "support.hpp"

/// Builds safetensors files in memory, well formed or broken on purpose.
namespace attn::test {

using Bytes = std::vector<std::uint8_t>;

/// length, header, data.
inline Bytes file_with_length(std::uint64_t length, const std::string& header, const Bytes& data) {
  Bytes file;
  for (int i = 0; i < 8; ++i) file.push_back(static_cast<std::uint8_t>(length >> (8 * i)));
  file.insert(file.end(), header.begin(), header.end());
  file.insert(file.end(), data.begin(), data.end());
  return file;
}

inline Bytes file_of(const std::string& header, const Bytes& data) {
  return file_with_length(header.size(), header, data);
}

inline Bytes bytes_of(std::span<const float> values) {
  Bytes bytes(values.size_bytes());
  std::memcpy(bytes.data(), values.data(), bytes.size());
  return bytes;
}

inline Bytes bytes_of(std::span<const std::uint16_t> values) {
  Bytes bytes(values.size_bytes());
  std::memcpy(bytes.data(), values.data(), bytes.size());
  return bytes;
}

/// `"name":{"dtype":…,"shape":[…],"data_offsets":[begin,end]}`
inline std::string entry_text(const std::string& name, const std::string& dtype, const std::string& shape,
                              std::size_t begin, std::size_t end) {
  return "\"" + name + "\":{\"dtype\":\"" + dtype + "\",\"shape\":[" + shape + "],\"data_offsets\":[" +
         std::to_string(begin) + "," + std::to_string(end) + "]}";
}

}  // namespace attn::test
