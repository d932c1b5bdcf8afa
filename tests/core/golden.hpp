#pragma once

#include <cstring>
#include <fstream>
#include <iterator>

#include "io/safetensors.hpp"
#include "support.hpp"
#include "tensor/array.hpp"
#include "tensor/view.hpp"

namespace attn::test {

inline std::vector<std::uint8_t> read_bytes(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  EXPECT_TRUE(file.is_open()) << path;
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

inline std::string read_text(const std::string& path) {
  const std::vector<std::uint8_t> bytes = read_bytes(path);
  return {bytes.begin(), bytes.end()};
}

/// A file of golden values, written by tests/golden/make_golden.py: F32 throughout. They are read here, past
/// Safetensors::read, because golden values may be infinite and weights may not.
class Golden {
 public:
  explicit Golden(const std::string& name) : bytes_(read_bytes(ATTN_GOLDEN_DIR "/" + name)), file_(bytes_) {
    const std::size_t data_bytes = file_.entries().empty() ? 0 : file_.entries().back().end;
    const std::uint8_t* data = bytes_.data() + bytes_.size() - data_bytes;
    values_.resize(data_bytes / sizeof(float));
    std::memcpy(values_.data(), data, data_bytes);
  }

  bool has(const std::string& name) const { return file_.find(name) != nullptr; }
  std::span<const TensorEntry> entries() const { return file_.entries(); }

  std::span<const float> values(const std::string& name) const {
    const TensorEntry& e = entry(name);
    return std::span(values_).subspan(e.begin / sizeof(float), e.elements());
  }
  std::vector<std::size_t> shape(const std::string& name) const { return entry(name).shape; }
  float number(const std::string& name) const { return values(name)[0]; }
  MatrixView<const float> matrix(const std::string& name) const {
    return {values(name).data(), shape(name).at(0), shape(name).at(1)};
  }
  HeadsView<const float> heads(const std::string& name) const {
    return {values(name).data(), shape(name).at(0), shape(name).at(1), shape(name).at(2)};
  }
  Array array(const std::string& name) const {
    Array out;
    out.resize(shape(name));
    std::ranges::copy(values(name), out.data.begin());
    return out;
  }
  /// The cases of a file whose names are `<case>.<array>`, in its order.
  std::vector<std::string> cases() const {
    std::vector<std::string> out;
    for (const TensorEntry& e : entries()) {
      const std::string name = e.name.substr(0, e.name.find('.'));
      if (out.empty() || out.back() != name) out.push_back(name);
    }
    return out;
  }
  std::vector<std::int32_t> ids() const {
    const std::span<const float> found = values("ids");
    return {found.begin(), found.end()};
  }

 private:
  const TensorEntry& entry(const std::string& name) const {
    const TensorEntry* found = file_.find(name);
    if (found == nullptr) throw std::out_of_range("golden value " + name);
    return *found;
  }

  std::vector<std::uint8_t> bytes_;
  Safetensors file_;
  std::vector<float> values_;
};

}  // namespace attn::test
