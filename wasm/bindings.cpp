#include <emscripten/bind.h>

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <new>

#include "conversions.hpp"
#include "image/operators.hpp"
#include "kernels/peak.hpp"
#include "layers/non_local_block.hpp"
#include "layers/operators.hpp"
#include "models/model.hpp"
#include "operators.hpp"
#include "tensor/error.hpp"

namespace attn::js {

std::vector<Array*> arrays(const val& handles) {
  std::vector<Array*> out;
  for (const val& handle : emscripten::vecFromJSArray<val>(handles)) {
    out.push_back(handle.isNull() ? nullptr : handle.as<Array*>(emscripten::allow_raw_pointers()));
  }
  return out;
}

}  // namespace attn::js

namespace {

using namespace attn;
using namespace attn::js;
using emscripten::val;

EMSCRIPTEN_DECLARE_VAL_TYPE(MaskInput)
EMSCRIPTEN_DECLARE_VAL_TYPE(Lengths)
EMSCRIPTEN_DECLARE_VAL_TYPE(VariantRows)
EMSCRIPTEN_DECLARE_VAL_TYPE(EncodingRows)
EMSCRIPTEN_DECLARE_VAL_TYPE(SmoothingKernelRows)
EMSCRIPTEN_DECLARE_VAL_TYPE(FilterRows)
EMSCRIPTEN_DECLARE_VAL_TYPE(ParamValues)
EMSCRIPTEN_DECLARE_VAL_TYPE(MoreInput)
EMSCRIPTEN_DECLARE_VAL_TYPE(ArrayList)
EMSCRIPTEN_DECLARE_VAL_TYPE(NumberList)
EMSCRIPTEN_DECLARE_VAL_TYPE(Texts)
EMSCRIPTEN_DECLARE_VAL_TYPE(Info)
EMSCRIPTEN_DECLARE_VAL_TYPE(RunInput)
EMSCRIPTEN_DECLARE_VAL_TYPE(RunOutput)
EMSCRIPTEN_DECLARE_VAL_TYPE(SamplingInput)
EMSCRIPTEN_DECLARE_VAL_TYPE(EditList)
EMSCRIPTEN_DECLARE_VAL_TYPE(StepOutput)

int live_models = 0;

// ---- The guard: an Error of the core becomes a JavaScript Error with the same code
// -----------------------------------

[[noreturn]] void throw_to_javascript(std::string_view message, const val& code) {
  val error = val::global("Error").new_(text(message));
  error.set("code", code);
  error.throw_();
  __builtin_unreachable();
}

template <auto Function>
struct Guard;

template <class Result, class... Args, Result (*Function)(Args...)>
struct Guard<Function> {
  static Result call(Args... args) {
    try {
      return Function(std::forward<Args>(args)...);
    } catch (const Error& error) {
      throw_to_javascript(error.what(), text(error.name()));
    } catch (const std::bad_alloc&) {
      // Without a code, so the instance is discarded: memory that a tab has taken goes back in no other way.
      throw_to_javascript("the browser gave no more memory", val::undefined());
    }
  }
};

template <auto Function>
constexpr auto guarded = &Guard<Function>::call;

// ---- Attention and encodings
// -----------------------------------------------------------------------------------------

std::shared_ptr<Array> make_array() { return std::make_shared<Array>(); }

/// Where the numbers begin, to be read or written at once: any later call may move them.
std::uintptr_t address(const Array& array) { return reinterpret_cast<std::uintptr_t>(array.data.data()); }

/// Up to four axes as plain numbers: an array of JavaScript's would take longer to read than a small product.
std::uintptr_t resize(Array& array, unsigned rank, unsigned a, unsigned b, unsigned c, unsigned d) {
  const std::size_t extent[] = {a, b, c, d};
  array.resize(std::span(extent).first(std::min<std::size_t>(rank, 4)));
  return address(array);
}

Lengths lengths(const Array& array) { return Lengths(shape_list(array.shape)); }

void attention(const Array& q, const Array& k, const Array& v, const std::string& structure, const ParamValues& params,
               float scale, float softcap, const MaskInput& mask, const MoreInput& more, Array& output, Array& pattern,
               bool wants_pattern) {
  AttentionInput input;
  input.options.structure = structure;
  input.options.scale = scale;
  input.options.softcap = softcap;
  if (wants_pattern) input.results.pattern = &pattern;
  input.take_mask(mask);
  input.take_more(more);
  input.take_params(params);
  attention_operator(q, k, v, input.options, output, input.results);
}

void operate(const std::string& name, const ArrayList& inputs, const NumberList& numbers, const ArrayList& outputs) {
  run_operator(name, arrays(inputs), emscripten::convertJSArrayToNumberVector<double>(numbers), arrays(outputs));
}

VariantRows variant_rows() {
  val out = val::array();
  for (const Scoring& row : scorings()) out.call<void>("push", scoring_row(row));
  for (const Normalisation& row : normalisations()) out.call<void>("push", normalisation_row(row));
  for (const Structure& row : structures()) out.call<void>("push", structure_row(row));
  return VariantRows(out);
}

EncodingRows encoding_rows() {
  val out = val::array();
  for (const Encoding& row : encodings()) out.call<void>("push", encoding_row(row));
  return EncodingRows(out);
}

SmoothingKernelRows smoothing_kernel_rows() {
  val out = val::array();
  for (const SmoothingKernel& row : smoothing_kernels()) out.call<void>("push", smoothing_kernel_row(row));
  return SmoothingKernelRows(out);
}

void table(const std::string& name, unsigned tokens, unsigned width, const ParamValues& params,
           const ArrayList& weights, Array& out) {
  const Encoding& row = encoding(name);
  const std::vector<Array*> given = arrays(weights);
  const DenseArray weight = given.empty() ? DenseArray() : *given[0];
  out = encoding_table(row, tokens, width, parameters(row.facts, params), given.empty() ? nullptr : &weight);
}

Texts error_codes() {
  val out = val::array();
  for (const std::string_view name : kErrorNames) out.call<void>("push", text(name));
  return Texts(out);
}

// ---- Images
// ----------------------------------------------------------------------------------------------------------

FilterRows filter_rows() {
  val out = val::array();
  for (const ImageFilter& row : image_filters()) out.call<void>("push", filter_row(row));
  return FilterRows(out);
}

void filter_image(const std::string& filter, const ParamValues& params, const Array& image, unsigned first_row,
                  unsigned rows, Array& out) {
  const std::vector<double> numbers = parameters(image_filter(filter).facts, params);
  image_filter_operator(image, {filter, numbers}, first_row, rows, out);
}

void weigh_window(const std::string& filter, const ParamValues& params, const Array& image, unsigned row,
                  unsigned column, const ArrayList& outputs) {
  const std::vector<double> numbers = parameters(image_filter(filter).facts, params);
  const std::vector<Array*> out = arrays(outputs);
  filter_weights_operator(image, row, column, {filter, numbers}, {*out[0], *out[1], *out[2], *out[3]});
}

void non_local_block(const std::string& kind, const std::string& normalisation, const ArrayList& inputs,
                     const ArrayList& outputs) {
  const std::vector<Array*> in = arrays(inputs), out = arrays(outputs);
  non_local_block_operator(*in[0], {*in[1], *in[2], in[3], in[4], in[5]}, kind, normalisation,
                           {*out[0], *out[1], *out[2]});
}

// ---- Models
// ----------------------------------------------------------------------------------------------------------

std::shared_ptr<Model> load_model(const std::string& config, const FileInput& weights, bool as_bytes) {
  std::shared_ptr<Model> model(
      new Model(config, byte_source(weights), as_bytes ? WeightFormat::bytes : WeightFormat::numbers), [](Model* dead) {
        --live_models;
        delete dead;
      });
  ++live_models;
  return model;
}

Info info(const Model& model) {
  const Config& config = model.transformer().config();
  val out = val::object();
  out.set("family", text(config.family));
  out.set("head", text(kHeadNames[static_cast<std::size_t>(model.transformer().head())]));
  out.set("causal", config.causal);
  out.set("n_layers", config.n_layers);
  out.set("n_encoder_layers", config.n_encoder_layers);
  out.set("n_heads", config.n_heads);
  out.set("n_kv_heads", config.n_kv_heads);
  out.set("d_model", config.d_model);
  out.set("d_head", config.d_head);
  out.set("d_mlp", config.d_mlp);
  out.set("n_ctx", config.n_ctx);
  out.set("vocab_size", config.vocab_size);
  out.set("outputs", model.transformer().outputs());
  out.set("n_segments", config.n_segments);
  out.set("image", val::null());
  if (config.image.side > 0) {
    val image = val::object();
    image.set("side", config.image.side);
    image.set("patch", config.image.patch);
    image.set("channels", config.image.channels);
    out.set("image", image);
  }
  out.set("parameters", model.transformer().parameters());
  out.set("weight_bytes", model.transformer().weight_bytes());
  out.set("stations", texts(model.transformer().probe().names()));
  return Info(out);
}

RunOutput run(Model& model, const TokenIds& tokens, const RunInput& input) {
  Probe probe = model.transformer().probe();
  listen(probe, input["record"], input["edits"]);
  const ModelInput read(tokens, input);
  const Run run = model.run(read.input, input["lastOnly"].as<bool>(), probe);
  const std::size_t logits[] = {run.logits.shape(0), run.logits.shape(1)};
  const std::size_t probs[] = {run.probs.size()};
  val out = val::object();
  out.set("logits", tensor(logits, {run.logits.data(), run.logits.size()}));
  out.set("probs", tensor(probs, {run.probs.data(), run.probs.size()}));
  out.set("activations", recordings(probe));
  return RunOutput(out);
}

int begin(Model& model, const TokenIds& tokens, const TokenIds& source, const SamplingInput& options,
          const EditList& edits) {
  Probe probe = model.transformer().probe();
  listen(probe, val::array(), edits);
  return model.begin({ids(tokens), ids(source), 0}, sampling(options), std::move(probe));
}

StepOutput step(Model& model, int handle) {
  const Sample sample = model.step(handle);
  val out = val::object();
  out.set("id", sample.id);
  out.set("probability", sample.probability);
  return StepOutput(out);
}

void end(Model& model, int handle) { model.end(handle); }

int count_live_models() { return live_models; }

// ---- Failures on purpose, so that recovery can be tested on the module that ships
// ------------------------------------

int overflow(int depth) {  // NOLINT: it never returns, which is its purpose
  volatile int frame[1024] = {};
  frame[0] = depth;
  return depth < 0 ? 0 : overflow(depth + 1) + frame[0];
}

void fail(const std::string& kind) {
  if (kind == "abort") std::abort();
  if (kind == "trap") __builtin_trap();
  if (kind == "exception") throw 1;
  if (kind == "memory") throw std::bad_alloc();
  if (kind == "stack") overflow(0);
  throw Error(Code::argument_range, "fail: found \"" + kind + "\", expected abort, trap, exception, memory or stack");
}

constexpr char kTensor[] = "{ shape: number[]; data: Float32Array }";
constexpr char kParams[] =
    "{ name: string; minimum: number; maximum: number; standard: number; meaning: string; meaning_zh: string; "
    "whole: boolean }[]";

EMSCRIPTEN_BINDINGS(attention_playground) {
  const std::string row = std::string(
                              "name: string; label: string; label_zh: string; formula: string; reference: string; "
                              "function: string; params: ") +
                          kParams;
  const std::string edit =
      "{ at: string; head: number; kind: string; value?: number; mask?: { shape: readonly number[]; data: Uint8Array "
      "}; "
      "call?: (data: Float32Array, shape: number[]) => void }[]";
  emscripten::register_type<TensorVal>("{ shape: readonly number[]; data: Float32Array }");
  emscripten::register_type<TokenIds>("Int32Array");
  emscripten::register_type<FileInput>("{ readonly size: number; read: (begin: number, into: Uint8Array) => void }");
  emscripten::register_type<Lengths>("number[]");
  emscripten::register_type<MaskInput>("{ shape: readonly number[]; data: Uint8Array | Float32Array } | undefined");
  emscripten::register_type<VariantRows>(
      ("({ axis: 'scoring'; " + row +
       "; weights: { name: string; axes: { length: string; times: number }[] }[]; normalisation: string } | "
       "{ axis: 'normalisation'; " +
       row + "; sum: number } | { axis: 'structure'; " + row + " })[]")
          .c_str());
  emscripten::register_type<MoreInput>(
      "{ scoring: string; normalisation: string; weights: Array[]; q_num_heads: number; kv_num_heads: number; "
      "past: Array[]; nonpad_kv_seqlen: readonly number[]; qk_matmul_output_mode: number; "
      "wanted: (Array | null)[] } | undefined");
  emscripten::register_type<ArrayList>("(Array | null)[]");
  emscripten::register_type<NumberList>("readonly number[]");
  emscripten::register_type<EncodingRows>(
      ("{ " + row +
       "; kind: 'none' | 'added' | 'rotated' | 'biased'; tabulated: boolean; weight: string[]; "
       "interleaved: boolean }[]")
          .c_str());
  emscripten::register_type<SmoothingKernelRows>(("{ " + row + " }[]").c_str());
  emscripten::register_type<FilterRows>(("{ " + row + " }[]").c_str());
  emscripten::register_type<ParamValues>("Record<string, number> | undefined");
  emscripten::register_type<Texts>("string[]");
  emscripten::register_type<Info>(
      "{ family: string; head: 'none' | 'next_token' | 'masked_token' | 'sequence' | 'token'; causal: boolean; "
      "n_layers: number; n_encoder_layers: number; n_heads: number; n_kv_heads: number; d_model: number; "
      "d_head: number; d_mlp: number; n_ctx: number; vocab_size: number; outputs: number; n_segments: number; "
      "image: { side: number; patch: number; channels: number } | null; parameters: number; weight_bytes: number; "
      "stations: string[] }");
  emscripten::register_type<RunInput>(
      ("{ record: string[]; edits: " + edit + "; lastOnly: boolean; segments: Int32Array; source: Int32Array; " +
       "padding: number; image: { shape: readonly number[]; data: Float32Array } | undefined }")
          .c_str());
  emscripten::register_type<RunOutput>(
      (std::string("{ logits: ") + kTensor + "; probs: " + kTensor + "; activations: Record<string, " + kTensor + "> }")
          .c_str());
  emscripten::register_type<SamplingInput>("{ temperature: number; topK: number; topP: number; seed: number }");
  emscripten::register_type<EditList>(edit.c_str());
  emscripten::register_type<StepOutput>("{ id: number; probability: number }");

  emscripten::class_<Array>("Array")
      .smart_ptr<std::shared_ptr<Array>>("ArrayPointer")
      .class_function("make", guarded<make_array>)
      .function("resize", guarded<resize>)
      .function("shape", guarded<lengths>)
      .function("address", guarded<address>);

  emscripten::function("attention", guarded<attention>);
  emscripten::function("matmul", guarded<matmul_operator>);
  emscripten::function("softmax", guarded<softmax_operator>);
  emscripten::function("layerNorm", guarded<layer_norm_operator>);
  emscripten::function("gelu", guarded<gelu_operator>);
  emscripten::function("operate", guarded<operate>);
  emscripten::function("peak", guarded<multiply_add_chains>);
  emscripten::function("variants", guarded<variant_rows>);
  emscripten::function("encodings", guarded<encoding_rows>);
  emscripten::function("smoothingKernels", guarded<smoothing_kernel_rows>);
  emscripten::function("encodingTable", guarded<table>);
  emscripten::function("imageFilters", guarded<filter_rows>);
  emscripten::function("imageFilter", guarded<filter_image>);
  emscripten::function("filterWeights", guarded<weigh_window>);
  emscripten::function("nonLocalBlock", guarded<non_local_block>);
  emscripten::function("errorCodes", guarded<error_codes>);
  emscripten::function("liveModels", guarded<count_live_models>);
  emscripten::function("fail", guarded<fail>);

  emscripten::class_<Model>("Model")
      .smart_ptr<std::shared_ptr<Model>>("ModelPointer")
      .class_function("load", guarded<load_model>)
      .function("info", guarded<info>)
      .function("run", guarded<run>)
      .function("begin", guarded<begin>)
      .function("step", guarded<step>)
      .function("end", guarded<end>);
}

}  // namespace
