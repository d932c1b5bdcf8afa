#include "conversions.hpp"

#include <algorithm>
#include <utility>

#include "tensor/error.hpp"
#include "tensor/text.hpp"

namespace attn::js {
namespace {

template <class Range, class Function>
val list(const Range& range, Function convert) {
  val out = val::array();
  for (const auto& item : range) out.call<void>("push", convert(item));
  return out;
}

val row_facts(const Facts& row) {
  val out = val::object();
  for (const auto& [key, value] : {std::pair{"name", row.name},
                                   {"label", row.label},
                                   {"label_zh", row.label_zh},
                                   {"formula", row.formula},
                                   {"reference", row.reference},
                                   {"function", row.function}}) {
    out.set(key, text(value));
  }
  out.set("params", list(row.params, [](const Parameter& p) {
            val param = val::object();
            param.set("name", text(p.name));
            param.set("minimum", p.minimum);
            param.set("maximum", p.maximum);
            param.set("standard", p.standard);
            param.set("meaning", text(p.meaning));
            param.set("meaning_zh", text(p.meaning_zh));
            param.set("whole", p.whole);
            return param;
          }));
  return out;
}

val variant_row(const Facts& row, const char* axis) {
  val out = row_facts(row);
  out.set("axis", text(axis));
  return out;
}

val weight_row(const ScoringWeight& weight) {
  val out = val::object();
  out.set("name", text(weight.name));
  out.set("axes", val::array());
  for (const Axis& axis : weight.axes) {
    if (axis.length.empty()) continue;
    val one = val::object();
    one.set("length", text(axis.length));
    one.set("times", axis.times);
    out["axes"].call<void>("push", one);
  }
  return out;
}

CellMask cell_mask(const val& mask) {
  const std::vector<std::size_t> extent = shape(mask["shape"]);
  CellMask out;
  out.allowed = emscripten::convertJSArrayToNumberVector<std::uint8_t>(mask["data"]);
  if (extent.size() != 2 || extent[0] * extent[1] != out.allowed.size()) {
    throw Error(Code::argument_shape, "mask: expected a shape (queries, keys) with as many elements as its data");
  }
  out.rows = extent[0];
  out.cols = extent[1];
  return out;
}

/// Lends a station to a callback as one array without gaps, and takes back what it wrote.
void lend(const val& callback, HeadsView<float> x) {
  std::vector<float> flat(x.heads * x.rows * x.cols);
  const auto rows = [&](auto move) {
    float* at = flat.data();
    for (std::size_t h = 0; h < x.heads; ++h) {
      for (std::size_t i = 0; i < x.rows; ++i, at += x.cols) move(x.head(h).row(i), at);
    }
  };
  rows([&](const float* station, float* lent) { std::copy_n(station, x.cols, lent); });
  const std::size_t extent[] = {x.heads, x.rows, x.cols};
  callback(val(emscripten::typed_memory_view(flat.size(), flat.data())), list(extent, [](std::size_t n) { return n; }));
  rows([&](float* station, const float* lent) { std::copy_n(lent, x.cols, station); });
}

Edit edit(const val& json) {
  constexpr std::pair<std::string_view, Edit::Kind> kKinds[] = {
      {"set", Edit::Kind::set}, {"scale", Edit::Kind::scale}, {"mask", Edit::Kind::mask}, {"call", Edit::Kind::call}};
  const std::string name = json["kind"].as<std::string>();
  const auto* kind = std::find_if(std::begin(kKinds), std::end(kKinds), [&](const auto& k) { return k.first == name; });
  if (kind == std::end(kKinds)) {
    throw Error(Code::edit_invalid, "edit: found kind \"" + name + "\", expected set, scale, mask or call");
  }
  Edit edit;
  edit.kind = kind->second;
  if (const int head = json["head"].as<int>(); head >= 0) edit.head = static_cast<std::size_t>(head);
  if (edit.kind == Edit::Kind::mask) edit.mask = cell_mask(json["mask"]);
  if (edit.kind == Edit::Kind::set || edit.kind == Edit::Kind::scale) edit.value = json["value"].as<float>();
  if (edit.kind == Edit::Kind::call) {
    edit.call = [callback = json["call"]](HeadsView<float> x) { lend(callback, x); };
  }
  return edit;
}

}  // namespace

std::vector<std::size_t> shape(const val& numbers) {
  const std::vector<double> given = emscripten::convertJSArrayToNumberVector<double>(numbers);
  std::vector<std::size_t> out;
  for (const double n : given) {
    if (!(n >= 0.0 && n <= 1e9)) {
      throw Error(Code::argument_shape, "shape: found " + number_text(n) + ", expected whole numbers up to 1e9");
    }
    out.push_back(static_cast<std::size_t>(n));
  }
  return out;
}

val shape_list(std::span<const std::size_t> shape) {
  return list(shape, [](std::size_t n) { return n; });
}

std::vector<std::int32_t> ids(const TokenIds& ids) {
  return emscripten::convertJSArrayToNumberVector<std::int32_t>(ids);
}

TensorVal tensor(std::span<const std::size_t> shape, std::span<const float> data) {
  val out = val::object();
  out.set("shape", shape_list(shape));
  out.set("data", val(emscripten::typed_memory_view(data.size(), data.data())).call<val>("slice"));
  return TensorVal(out);
}

val text(std::string_view utf8) { return val::u8string(std::string(utf8).c_str()); }

val texts(std::span<const std::string> lines) {
  return list(lines, [](const std::string& line) { return text(line); });
}

val scoring_row(const Scoring& row) {
  val out = variant_row(row.facts, "scoring");
  out.set("weights", list(row.weights, weight_row));
  out.set("normalisation", text(row.normalisation));
  return out;
}

val normalisation_row(const Normalisation& row) {
  val out = variant_row(row.facts, "normalisation");
  out.set("sum", row.sum);
  return out;
}

val structure_row(const Structure& row) { return variant_row(row.facts, "structure"); }

val encoding_row(const Encoding& row) {
  val out = row_facts(row.facts);
  out.set("kind", text(kEncodingKinds[static_cast<std::size_t>(row.kind)]));
  out.set("tabulated", row.table != nullptr);
  out.set("weight", val::array());
  for (const std::string_view axis : row.weight) {
    if (!axis.empty()) out["weight"].call<void>("push", text(axis));
  }
  out.set("interleaved", row.interleaved);
  return out;
}

val smoothing_kernel_row(const SmoothingKernel& row) { return row_facts(row.facts); }
val filter_row(const ImageFilter& row) { return row_facts(row.facts); }

std::vector<double> parameters(const Facts& row, const val& given) {
  std::vector<double> out;
  for (const Parameter& p : row.params) {
    const val value = given.isUndefined() ? given : given[std::string(p.name)];
    out.push_back(value.isUndefined() ? p.standard : value.as<double>());
  }
  return out;
}

void AttentionInput::take_mask(const val& mask) {
  if (mask.isUndefined()) return;
  options.mask.shape = mask_shape_ = shape(mask["shape"]);
  if (mask["data"].instanceof(val::global("Float32Array"))) {
    options.mask.added = added_ = emscripten::convertJSArrayToNumberVector<float>(mask["data"]);
  } else {
    options.mask.allowed = allowed_ = emscripten::convertJSArrayToNumberVector<std::uint8_t>(mask["data"]);
  }
}

void AttentionInput::take_more(const val& more) {
  if (more.isUndefined()) return;
  options.scoring = scoring_ = more["scoring"].as<std::string>();
  options.normalisation = normalisation_ = more["normalisation"].as<std::string>();
  for (const Array* weight : arrays(more["weights"])) weights_.push_back(*weight);
  options.weights = weights_;
  options.q_heads = more["q_num_heads"].as<unsigned>();
  options.kv_heads = more["kv_num_heads"].as<unsigned>();
  options.lengths = lengths_ = shape(more["nonpad_kv_seqlen"]);
  options.matmul_mode = more["qk_matmul_output_mode"].as<int>();
  const std::vector<Array*> past = arrays(more["past"]), wanted = arrays(more["wanted"]);
  if (!past.empty()) {
    past_key_ = *past.at(0);
    past_value_ = *past.at(1);
    options.past_key = &past_key_;
    options.past_value = &past_value_;
  }
  results = {results.pattern, wanted.at(0), wanted.at(1), wanted.at(2)};
}

void AttentionInput::take_params(const val& params) {
  if (params.isUndefined()) return;
  const Scoring& score = attn::scoring(options.scoring);
  options.scoring_params = scoring_params_ = parameters(score.facts, params);
  const std::string_view norm = options.normalisation.empty() ? score.normalisation : options.normalisation;
  options.normalisation_params = normalisation_params_ = parameters(attn::normalisation(norm).facts, params);
  options.structure_params = structure_params_ = parameters(structure(options.structure).facts, params);
}

ModelInput::ModelInput(const TokenIds& tokens, const val& more)
    : ids_(ids(tokens)), segments_(ids(TokenIds(more["segments"]))), source_(ids(TokenIds(more["source"]))) {
  input.ids = ids_;
  input.segments = segments_;
  input.source = source_;
  input.padding = more["padding"].as<unsigned>();
  const val image = more["image"];
  if (image.isUndefined()) return;
  const std::vector<std::size_t> extent = shape(image["shape"]);
  pixels_ = emscripten::convertJSArrayToNumberVector<float>(image["data"]);
  if (extent.size() != 3 || extent[0] * extent[1] * extent[2] != pixels_.size()) {
    throw Error(Code::argument_shape, "image: expected a shape (channels, height, width) with as many numbers");
  }
  input.image = {pixels_.data(), extent[0], extent[1], extent[2]};
}

ByteSource byte_source(const FileInput& file) {
  return {
      static_cast<std::uint64_t>(file["size"].as<double>()), [&file](std::uint64_t begin, std::span<std::uint8_t> out) {
        file.call<void>("read", static_cast<double>(begin), val(emscripten::typed_memory_view(out.size(), out.data())));
      }};
}

SamplingOptions sampling(const val& options) {
  SamplingOptions out;
  out.temperature = options["temperature"].as<float>();
  out.top_k = static_cast<std::size_t>(options["topK"].as<unsigned>());
  out.top_p = options["topP"].as<float>();
  out.seed = static_cast<std::uint64_t>(options["seed"].as<double>());
  return out;
}

void listen(Probe& probe, const val& record, const val& edits) {
  for (const std::string& name : emscripten::vecFromJSArray<std::string>(record)) probe.record(name);
  for (const val& json : emscripten::vecFromJSArray<val>(edits)) probe.edit(json["at"].as<std::string>(), edit(json));
}

val recordings(const Probe& probe) {
  val out = val::object();
  for (const Recording& r : probe.recordings()) out.set(r.name, tensor(r.shape, {r.data.data(), r.data.size()}));
  return out;
}

}  // namespace attn::js
