#include "family_support.hpp"

namespace attn::test {
namespace {

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

TEST(Families, OfImagesHaveNoPadding) {
  for (const char* name : {"vit_f32", "deit_f32"}) {
    Case tiny(name);
    tiny.input.padding = 1;
    EXPECT_EQ(code_of([&] { tiny.logits(); }), "argument_range") << name;
  }
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
