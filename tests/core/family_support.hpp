#pragma once

#include "model_support.hpp"

namespace attn::test {

/// What the longest way through the model may round: each layer sums over d_model and d_mlp a few times.
inline double rounding(const Config& c) {
  return tolerance(1.0, 4 * (c.n_layers + c.n_encoder_layers + 1) * (c.d_model + c.d_mlp));
}

inline std::vector<std::int32_t> ids_in(const Golden& golden, const std::string& name) {
  const std::span<const float> values = golden.values(name);
  return {values.begin(), values.end()};
}

/// A model of tests/golden with the input that its values belong to.
struct Case : Tiny {
  explicit Case(const std::string& name) : Case(name, Folder(name)) {}
  Case(const std::string& name, const Folder& folder) : Tiny(folder), golden(name + "/stations.safetensors") {
    for (const auto& [held, key] : {std::pair{&ids, "ids"}, {&segments, "segments"}, {&source, "source"}}) {
      if (golden.has(key)) *held = ids_in(golden, key);
    }
    if (config().n_segments == 0) segments.clear();
    input.ids = ids;
    input.segments = segments;
    input.source = source;
    if (golden.has("image")) input.image = golden.heads("image");
  }

  attn::Run run(Probe& probe, bool last_only = false) { return model.run(input, last_only, probe); }
  std::vector<float> logits(Probe probe) {
    const attn::Run found = run(probe);
    return {found.logits.begin(), found.logits.end()};
  }
  std::vector<float> logits() { return logits(probe()); }

  /// Stations that the golden file has, without those of other runs.
  std::size_t golden_stations() const {
    const auto is_station = [](const TensorEntry& e) {
      const std::string_view name = e.name;
      return name != "ids" && name != "segments" && name != "source" && name != "image" &&
             !name.starts_with("padded.") && name != "head_off.logits";
    };
    return static_cast<std::size_t>(std::ranges::count_if(golden.entries(), is_station));
  }

  Golden golden;
  std::vector<std::int32_t> ids, segments, source;
  Input input;
};

}  // namespace attn::test
