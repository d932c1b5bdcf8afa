#pragma once

#include "files.hpp"
#include "golden.hpp"
#include "models/model.hpp"

namespace attn::test {

/// A model's folder: the text of its config and the bytes of its weights, to be bent before a Model is made of them.
struct Folder {
  std::string config;
  Bytes weights;

  /// `path` from tests/golden on, such as "gpt2_f32".
  explicit Folder(const std::string& path)
      : config(read_text(ATTN_GOLDEN_DIR "/" + path + "/config.json")),
        weights(read_bytes(ATTN_GOLDEN_DIR "/" + path + "/model.safetensors")) {}

  /// Replaces one place of the config.
  Folder& with_config(const std::string& from, const std::string& to) {
    replace(config, from, to);
    return *this;
  }

  /// Replaces one place of the weights' header.
  Folder& with_header(const std::string& from, const std::string& to) {
    std::string text = header();
    const Bytes data(weights.begin() + 8 + static_cast<std::ptrdiff_t>(text.size()), weights.end());
    replace(text, from, to);
    weights = file_of(text, data);
    return *this;
  }

  /// Writes the file anew with that tensor in the place of what stood there, or beside the others.
  Folder& replace_tensor(const std::string& name, const std::string& dtype, const std::string& shape,
                         const Bytes& bytes) {
    const Safetensors file(weights);
    const Bytes old(weights.begin() + 8 + static_cast<std::ptrdiff_t>(header().size()), weights.end());
    Bytes data = bytes;
    std::string entries = entry_text(name, dtype, shape, 0, bytes.size());
    for (const TensorEntry& entry : file.entries()) {
      if (entry.name == name) continue;
      std::string lengths;
      for (const std::size_t n : entry.shape) lengths += (lengths.empty() ? "" : ",") + std::to_string(n);
      const std::size_t begin = data.size();
      data.insert(data.end(), old.begin() + static_cast<std::ptrdiff_t>(entry.begin),
                  old.begin() + static_cast<std::ptrdiff_t>(entry.end));
      entries += "," + entry_text(entry.name, std::string(name_of(entry.dtype)), lengths, begin, data.size());
    }
    weights = file_of("{" + entries + "}", data);
    return *this;
  }

  std::string header() const {
    std::size_t length = 0;
    for (std::size_t i = 0; i < sizeof(length); ++i) length |= static_cast<std::size_t>(weights[i]) << (8 * i);
    return {weights.begin() + 8, weights.begin() + 8 + static_cast<std::ptrdiff_t>(length)};
  }

 private:
  static void replace(std::string& text, const std::string& from, const std::string& to) {
    const std::size_t place = text.find(from);
    ASSERT_NE(place, std::string::npos) << from;
    text.replace(place, from.size(), to);
  }
};

/// A model from tests/golden, ready to run.
struct Tiny {
  explicit Tiny(const std::string& path = "gpt2_f32") : Tiny(Folder(path)) {}
  explicit Tiny(const Folder& folder) : model(folder.config, folder.weights) {}

  Probe probe() const { return model.transformer().probe(); }
  const Config& config() const { return model.transformer().config(); }

  /// Logits of all tokens, with `probe` listening.
  std::vector<float> logits(std::span<const std::int32_t> ids, Probe& probe) {
    const attn::Run run = model.run(ids, false, probe);
    return {run.logits.begin(), run.logits.end()};
  }
  std::vector<float> logits(std::span<const std::int32_t> ids) {
    Probe silent = probe();
    return logits(ids, silent);
  }

  Model model;
};

inline const std::vector<std::int32_t> kIds = {3, 1, 4, 1, 5, 9, 2, 6, 30, 0};

inline std::span<const float> values(const Recording& recording) {
  return {recording.data.data(), recording.data.size()};
}

inline std::size_t likeliest(std::span<const float> logits) {
  return static_cast<std::size_t>(std::max_element(logits.begin(), logits.end()) - logits.begin());
}

}  // namespace attn::test
