#include <filesystem>

#include "io/json.hpp"
#include "model_support.hpp"

namespace attn::test {
namespace {

namespace fs = std::filesystem;

/// The demos that train a model: each folder with a page and a make.py must hold the model that it makes.
std::vector<std::string> demos_with_a_model() {
  std::vector<std::string> names;
  for (const fs::directory_entry& entry : fs::directory_iterator(ATTN_MODELS_DIR)) {
    const fs::path& folder = entry.path();
    if (fs::exists(folder / "make.py") && fs::exists(folder / "index.html"))
      names.push_back(folder.filename().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

class ShippedModelTest : public testing::TestWithParam<std::string> {
 protected:
  static constexpr double kAllowed = 1e-4;  // of the largest number of a station

  std::string folder() const { return std::string(ATTN_MODELS_DIR "/").append(GetParam()).append("/model/"); }
};

INSTANTIATE_TEST_SUITE_P(Demos, ShippedModelTest, testing::ValuesIn(demos_with_a_model()),
                         [](const auto& test) { return test.param; });

std::vector<float> floats(const Json& list) {
  std::vector<float> out;
  for (const Json& x : list.array)
    out.push_back(x.kind == Json::Kind::null ? -kInfinity : static_cast<float>(x.number));
  return out;
}

/// One station against its entry in reference.json: every number, or every stride-th and the norm of all.
void expect_station(const Recording& found, const Json& expected, double allowed) {
  SCOPED_TRACE(found.name);
  std::vector<std::size_t> shape;
  for (const Json& axis : expected.find("shape")->array) shape.push_back(static_cast<std::size_t>(axis.number));
  ASSERT_EQ(found.shape, shape);
  const Json* stride = expected.find("stride");
  const std::size_t step = stride == nullptr ? 1 : static_cast<std::size_t>(stride->number);
  std::vector<float> kept;
  double squares = 0.0;
  for (std::size_t i = 0; i < found.data.size(); ++i) {
    if (i % step == 0) kept.push_back(found.data(i));
    if (std::isfinite(found.data(i)))
      squares += static_cast<double>(found.data(i)) * static_cast<double>(found.data(i));
  }
  EXPECT_TRUE(close(kept, floats(*expected.find("data")), allowed));
  if (stride == nullptr) return;
  const double norm = expected.find("norm")->number;
  EXPECT_NEAR(std::sqrt(squares), norm, allowed * norm);
}

std::vector<std::int32_t> ids_of(const Json* list) {
  std::vector<std::int32_t> ids;
  if (list == nullptr) return ids;
  for (const Json& id : list->array) ids.push_back(static_cast<std::int32_t>(id.number));
  return ids;
}

/// An input of reference.json: tokens, tokens of a source with those of the decoder, or an image.
struct ReferenceInput {
  explicit ReferenceInput(const Json& json) : ids(ids_of(json.find("ids"))) {
    if (json.find("target_ids") != nullptr) {
      source = ids;
      ids = ids_of(json.find("target_ids"));
    }
    input.ids = ids;
    input.source = source;
    const Json* image = json.find("image");
    if (image == nullptr) return;
    pixels = floats(*image->find("data"));
    const std::vector<Json>& shape = image->find("shape")->array;
    const auto axis = [&](std::size_t n) { return static_cast<std::size_t>(shape.at(n).number); };
    input.image = {pixels.data(), axis(0), axis(1), axis(2)};
  }

  std::vector<std::int32_t> ids, source;
  std::vector<float> pixels;
  Input input;
};

TEST_P(ShippedModelTest, EqualsPyTorchAtEveryStationOfItsReference) {
  for (const char* file : {"config.json", "model.safetensors", "reference.json"}) {
    ASSERT_TRUE(fs::exists(folder() + file)) << folder() << file << ": run demos/" << GetParam() << "/make.py";
  }
  Model model(read_text(folder() + "config.json"), read_bytes(folder() + "model.safetensors"));
  const Json reference = parse_json(read_text(folder() + "reference.json"));
  const Json* inputs = reference.find("inputs");
  ASSERT_TRUE(inputs != nullptr && !inputs->array.empty());
  for (const Json& json : inputs->array) {
    const Json *logits = json.find("logits"), *stations = json.find("stations");
    ASSERT_TRUE(logits != nullptr && stations != nullptr);
    const ReferenceInput given(json);
    Probe probe = model.transformer().probe();
    for (const auto& [name, expected] : stations->object) probe.record(name);
    probe.record("logits");
    model.run(given.input, false, probe);
    EXPECT_EQ(probe.recordings().size(), stations->object.size() + 1);
    EXPECT_GE(stations->object.size(), model.transformer().config().n_layers);
    for (const Recording& found : probe.recordings()) {
      const Json* expected = found.name == "logits" ? logits : stations->find(found.name);
      ASSERT_NE(expected, nullptr) << found.name;
      expect_station(found, *expected, kAllowed);
    }
  }
}

TEST_P(ShippedModelTest, RecordingEverythingChangesItsLogitsByAtMostOnePartInAHundredThousand) {
  ASSERT_TRUE(fs::exists(folder() + "model.safetensors"));
  Model model(read_text(folder() + "config.json"), read_bytes(folder() + "model.safetensors"));
  const Json reference = parse_json(read_text(folder() + "reference.json"));
  const ReferenceInput given(reference.find("inputs")->array.at(0));
  Probe silent = model.transformer().probe(), listening = model.transformer().probe();
  for (const std::string& name : listening.names()) listening.record(name);
  const attn::Run plain = model.run(given.input, false, silent), recorded = model.run(given.input, false, listening);
  EXPECT_TRUE(
      close({recorded.logits.data(), recorded.logits.size()}, {plain.logits.data(), plain.logits.size()}, 1e-5));
}

}  // namespace
}  // namespace attn::test
