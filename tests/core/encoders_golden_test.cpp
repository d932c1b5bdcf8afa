#include "model_support.hpp"

namespace attn::test {
namespace {

/// What the longest way through the model may round: each layer sums over d_model and d_mlp a few times.
double rounding(const Config& c) {
  return tolerance(1.0, 4 * (c.n_layers + c.n_encoder_layers + 1) * (c.d_model + c.d_mlp));
}

std::vector<std::int32_t> ids_in(const Golden& golden, const std::string& name) {
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

  /// Stations that the golden file has, without those of a padded run.
  std::size_t golden_stations() const {
    const auto is_station = [](const TensorEntry& e) {
      const std::string_view name = e.name;
      return name != "ids" && name != "segments" && name != "source" && name != "image" && !name.starts_with("padded.");
    };
    return static_cast<std::size_t>(std::ranges::count_if(golden.entries(), is_station));
  }

  Golden golden;
  std::vector<std::int32_t> ids, segments, source;
  Input input;
};

class FamilyGoldenTest : public testing::TestWithParam<std::string> {};

INSTANTIATE_TEST_SUITE_P(Papers, FamilyGoldenTest,
                         testing::Values("bert_f32", "bert_f16", "bert_bf16", "bert_tokens", "bert_base",
                                         "distilbert_f32", "distilbert_f16", "vit_f32", "vit_f16", "deit_f32",
                                         "deit_bf16", "transformer_f32", "transformer_f16", "transformer_bf16"),
                         [](const auto& test) { return test.param; });

TEST_P(FamilyGoldenTest, EqualsThePapersAtEveryStation) {
  Case tiny(GetParam());
  Probe probe = tiny.probe();
  for (const std::string& name : probe.names()) probe.record(name);
  tiny.run(probe);

  EXPECT_EQ(probe.recordings().size(), probe.names().size());
  EXPECT_EQ(probe.recordings().size(), tiny.golden_stations());
  for (const Recording& found : probe.recordings()) {
    ASSERT_TRUE(tiny.golden.has(found.name)) << found.name;
    EXPECT_EQ(found.shape, tiny.golden.shape(found.name)) << found.name;
    EXPECT_TRUE(close(values(found), tiny.golden.values(found.name), rounding(tiny.config()))) << found.name;
  }
}

TEST_P(FamilyGoldenTest, WithoutListenersGivesTheSameLogits) {
  Case tiny(GetParam());
  if (!tiny.golden.has("logits")) {
    EXPECT_EQ(tiny.model.transformer().outputs(), 0U);
    EXPECT_TRUE(tiny.logits().empty());
    return;
  }
  EXPECT_TRUE(close(tiny.logits(), tiny.golden.values("logits"), rounding(tiny.config())));
}

TEST_P(FamilyGoldenTest, PaddingIsSeenByNobody) {
  Case tiny(GetParam());
  const std::string prefix = "padded.";
  if (tiny.config().image.side > 0) {
    tiny.input.padding = 1;
    EXPECT_EQ(code_of([&] { tiny.logits(); }), "argument_range");
    return;
  }
  tiny.input.padding = tiny.source.empty() ? 3 : 2;
  Probe probe = tiny.probe();
  for (const std::string& name : probe.names()) {
    if (tiny.golden.has(prefix + name)) probe.record(name);
  }
  tiny.run(probe);
  EXPECT_GT(probe.recordings().size(), 0U);
  for (const Recording& found : probe.recordings()) {
    const std::span<const float> expected = tiny.golden.values(prefix + found.name);
    EXPECT_TRUE(close(values(found), expected, rounding(tiny.config()))) << found.name;
  }
}

TEST_P(FamilyGoldenTest, InBytesGivesNearlyTheSame) {
  Case tiny(GetParam());
  const Folder folder(GetParam());
  Model bytes(folder.config, folder.weights, WeightFormat::bytes);
  Probe probe = bytes.transformer().probe();
  const attn::Run found = bytes.run(tiny.input, false, probe);
  if (!tiny.golden.has("logits")) return;
  EXPECT_TRUE(close({found.logits.data(), found.logits.size()}, tiny.golden.values("logits"), 0.1));
}

TEST(Families, ReadOneTokenAtATimeWhatTheyReadAtOnce) {
  for (const char* name : {"transformer_f32", "transformer_f16", "transformer_bf16"}) {
    Case tiny(name);
    const Transformer& model = tiny.model.transformer();
    const std::size_t vocab = model.outputs();
    Cache cache;
    cache.reset(model.config(), tiny.ids.size());
    Workspace workspace;
    std::vector<float> row(vocab);
    for (std::size_t t = 0; t < tiny.ids.size(); ++t) {
      Probe probe = model.probe();
      probe.record("decoder.blocks.0.cross.pattern");
      if (t == 0) probe.record("encoder.ln_final");
      Input input = std::span<const std::int32_t>(tiny.ids).subspan(t, 1);
      input.source = tiny.source;
      model.forward(input, cache, workspace, probe, {row.data(), 1, vocab});
      EXPECT_TRUE(close(row, tiny.golden.values("logits").subspan(t * vocab, vocab), 1e-5)) << name << " " << t;
      ASSERT_EQ(probe.recordings().size(), t == 0 ? 2U : 1U);
      EXPECT_EQ(probe.recordings().back().shape, (std::vector<std::size_t>{3, 1, tiny.source.size()}));
    }
  }
}

TEST(Families, GenerateWhatRunsForetell) {
  Case tiny("transformer_f32");
  std::vector<std::int32_t> written(tiny.ids.begin(), tiny.ids.begin() + 1);
  SamplingOptions greedy;
  greedy.temperature = 0.0F;
  const int handle = tiny.model.begin({written, tiny.source, 2}, greedy, tiny.probe());
  for (std::size_t n = 1; n < tiny.config().n_ctx; ++n) {
    Input input = written;
    input.source = tiny.source;
    input.padding = 2;
    Probe silent = tiny.probe();
    const attn::Run run = tiny.model.run(input, true, silent);
    const std::int32_t next = tiny.model.step(handle).id;
    EXPECT_EQ(static_cast<std::size_t>(next), likeliest({run.logits.data(), run.logits.size()}));
    written.push_back(next);
  }
  tiny.model.step(handle);
  EXPECT_EQ(code_of([&] { tiny.model.step(handle); }), "context_length");
}

TEST(Families, OnlyThoseThatForetellTheNextTokenContinueTexts) {
  for (const char* name : {"bert_f32", "vit_f32"}) {
    Case tiny(name);
    EXPECT_EQ(code_of([&] { tiny.model.begin({{1, 2}}, {}, tiny.probe()); }), "argument_range") << name;
  }
}

TEST(Families, NameTheirStationsByTheStackTheyStandIn) {
  const std::vector<std::string> names = Case("transformer_f32").probe().names();
  const auto has = [&](const char* name) { return std::ranges::find(names, name) != names.end(); };
  EXPECT_EQ(names.front(), "encoder.embed");
  EXPECT_EQ(names.back(), "logits");
  for (const char* name : {"encoder.blocks.1.attn.pattern", "decoder.blocks.0.attn.pattern", "encoder.ln_final",
                           "decoder.blocks.0.cross.pattern", "decoder.blocks.0.normalized_resid_mid_cross"}) {
    EXPECT_TRUE(has(name)) << name;
  }
  for (const char* name : {"encoder.blocks.0.cross.pattern", "blocks.0.attn.pattern", "encoder.logits"}) {
    EXPECT_FALSE(has(name)) << name;
  }
  Probe probe = Case("transformer_f32").probe();
  EXPECT_EQ(message_of([&] { probe.record("blocks.0.attn.pattern"); }),
            "station \"blocks.0.attn.pattern\": found no such place in a model of 2 and 1 layers; expected a name like "
            "decoder.blocks.0.attn.pattern");
}

TEST(Families, EditsReachCrossAttention) {
  Case tiny("transformer_f32");
  Edit off;
  off.head = 1;
  std::vector<std::vector<float>> found;
  for (const char* station : {"decoder.blocks.0.cross.z", "decoder.blocks.0.cross.pattern",
                              "decoder.blocks.0.cross.result", "decoder.blocks.0.cross.v"}) {
    Probe probe = tiny.probe();
    probe.edit(station, off);
    found.push_back(tiny.logits(probe));
    EXPECT_TRUE(close(found.back(), found.front(), rounding(tiny.config()))) << station;
  }
  EXPECT_FALSE(close(found.front(), tiny.logits(), 0.01));
  Edit mask;  // all of the source but its first two tokens hidden
  mask.kind = Edit::Kind::mask;
  const std::size_t queries = tiny.ids.size(), keys = tiny.source.size();
  mask.mask = {queries, keys, std::vector<std::uint8_t>(queries * keys, 0)};
  for (std::size_t i = 0; i < queries; ++i) mask.mask.allowed[i * keys] = mask.mask.allowed[i * keys + 1] = 1;
  Probe probe = tiny.probe();
  probe.edit("decoder.blocks.0.cross.scores", mask);
  probe.record("decoder.blocks.0.cross.pattern");
  tiny.run(probe);
  const Recording& pattern = probe.recordings().at(0);
  for (std::size_t n = 0; n < pattern.data.size(); ++n) EXPECT_EQ(pattern.data(n) > 0.0F, n % keys < 2) << n;
}

/// What the readers of each family refuse, by name.
struct Refusal {
  const char* name;
  const char* folder;
  const char* from;
  const char* to;
  const char* code;
  const char* says;
};

class FamilyRefusalTest : public testing::TestWithParam<Refusal> {};

INSTANTIATE_TEST_SUITE_P(
    Configs, FamilyRefusalTest,
    testing::Values(Refusal{"bert_relative", "bert_f32", "\"hidden_act\"",
                            "\"position_embedding_type\":\"relative_key\",\"hidden_act\"", "config_invalid",
                            "position_embedding_type: found \"relative_key\""},
                    Refusal{"bert_decoder", "bert_f32", "\"hidden_act\"", "\"is_decoder\":true,\"hidden_act\"",
                            "config_invalid", "is_decoder: found true"},
                    Refusal{"bert_heads", "bert_f32", "\"num_attention_heads\": 3", "\"num_attention_heads\": 5",
                            "config_invalid", "num_attention_heads: found 5, expected a divisor of hidden_size = 12"},
                    Refusal{"bert_types", "bert_f32", "\"type_vocab_size\": 2", "\"type_vocab_size\": 4",
                            "tensor_shape", "token_type_embeddings"},
                    Refusal{"bert_labels", "bert_bf16", "\"id2label\": {", "\"id2label\": {\"9\": \"more\",",
                            "tensor_shape", "classifier.weight"},
                    Refusal{"distilbert_activation", "distilbert_f32", "\"gelu\"", "\"mish\"", "config_invalid",
                            "activation: found"},
                    Refusal{"vit_patch", "vit_f32", "\"patch_size\": 4", "\"patch_size\": 3", "config_invalid",
                            "patch_size: found 3, expected a divisor of image_size = 8"},
                    Refusal{"vit_image", "vit_f32", "\"image_size\": 8", "\"image_size\": 12", "tensor_shape",
                            "position_embeddings"},
                    Refusal{"vit_bias", "vit_f32", "\"qkv_bias\": true", "\"qkv_bias\": false", "tensor_unexpected",
                            "query.bias"},
                    Refusal{"transformer_odd", "transformer_f32", "\"d_model\": 12", "\"d_model\": 15",
                            "config_invalid", "d_model: found 15, expected an even number"},
                    Refusal{"transformer_positions", "transformer_f32", "\"sinusoidal\"", "\"rotary\"",
                            "config_invalid", "expected one of sinusoidal, learned"},
                    Refusal{"transformer_tied", "transformer_f32", "\"nhead\"",
                            "\"tie_word_embeddings\": true, \"nhead\"", "tensor_unexpected", "generator.weight"}),
    [](const auto& test) { return test.param.name; });

TEST_P(FamilyRefusalTest, IsNamed) {
  const Refusal& refusal = GetParam();
  Folder folder(refusal.folder);
  folder.with_config(refusal.from, refusal.to);
  const auto load = [&] { Model(folder.config, folder.weights); };
  EXPECT_EQ(code_of(load), refusal.code);
  EXPECT_NE(message_of(load).find(refusal.says), std::string::npos) << message_of(load);
}

TEST(Families, RefuseInputsOfAnotherKind) {
  Case bert("bert_f32"), vit("vit_f32"), two("transformer_f32");
  const auto code = [](Case& tiny, auto change) {
    Input input = tiny.input;
    change(input);
    Probe silent = tiny.probe();
    return code_of([&] { tiny.model.run(input, false, silent); });
  };
  const std::vector<std::int32_t> few = {0, 1}, foreign = {31}, types = {0, 0, 0, 0, 0, 0, 0, 0, 2};
  EXPECT_EQ(code(bert, [&](Input& in) { in.segments = few; }), "argument_shape");
  EXPECT_EQ(code(bert, [&](Input& in) { in.segments = types; }), "token_range");
  EXPECT_EQ(code(bert, [&](Input& in) { in.source = few; }), "argument_range");
  EXPECT_EQ(code(bert, [&](Input& in) { in.padding = in.ids.size(); }), "argument_range");
  EXPECT_EQ(code(bert, [&](Input& in) { in.image = vit.input.image; }), "argument_range");
  EXPECT_EQ(code(bert, [&](Input& in) { in.ids = {}; }), "context_length");
  EXPECT_EQ(code(two, [&](Input& in) { in.source = {}; }), "context_length");
  EXPECT_EQ(code(two, [&](Input& in) { in.source = foreign; }), "token_range");
  EXPECT_EQ(code(two, [&](Input& in) { in.segments = few; }), "argument_range");
  EXPECT_EQ(code(vit, [&](Input& in) { in.ids = few; }), "argument_range");
  EXPECT_EQ(code(vit, [&](Input& in) { in.image = {in.image.data, 1, 8, 8}; }), "argument_shape");
  std::vector<float> pixels(3 * 8 * 8, 0.5F);
  pixels.back() = std::numeric_limits<float>::quiet_NaN();
  EXPECT_EQ(code(vit, [&](Input& in) { in.image = {pixels.data(), 3, 8, 8}; }), "argument_range");
  EXPECT_EQ(code(vit, [](Input&) {}), "none");
}

TEST(Families, WithoutTokenTypesReadThemAllAsTheFirst) {
  Case bert("bert_f32");
  const std::vector<std::int32_t> zeros(bert.ids.size(), 0);
  bert.input.segments = zeros;
  const std::vector<float> said = bert.logits();
  bert.input.segments = {};
  EXPECT_EQ(bert.logits(), said);
}

}  // namespace
}  // namespace attn::test
