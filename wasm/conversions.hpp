#pragma once

#include <emscripten/val.h>

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "attention/attention.hpp"
#include "attention/operator.hpp"
#include "image/filter.hpp"
#include "io/safetensors.hpp"
#include "models/input.hpp"
#include "models/sampling.hpp"
#include "position/encoding.hpp"
#include "probe/probe.hpp"
#include "smoothing/smoothing_kernel.hpp"

/// Between JavaScript's plain data and the core's views. Everything is copied, both ways; the exceptions are the views
/// that an edit callback and the reader of a file are lent.
namespace attn::js {

using emscripten::val;

EMSCRIPTEN_DECLARE_VAL_TYPE(TensorVal)
EMSCRIPTEN_DECLARE_VAL_TYPE(TokenIds)
EMSCRIPTEN_DECLARE_VAL_TYPE(FileInput)

std::vector<std::int32_t> ids(const TokenIds& ids);
std::vector<std::size_t> shape(const val& numbers);
val shape_list(std::span<const std::size_t> shape);

TensorVal tensor(std::span<const std::size_t> shape, std::span<const float> data);
val text(std::string_view utf8);
val texts(std::span<const std::string> list);

/// Rows of a table with the fields that JavaScript knows them by.
val scoring_row(const Scoring& row);
val normalisation_row(const Normalisation& row);
val structure_row(const Structure& row);
val encoding_row(const Encoding& row);
val smoothing_kernel_row(const SmoothingKernel& row);
val filter_row(const ImageFilter& row);

/// Numbers for a row's parameters, in the row's order; those not given are the row's own.
std::vector<double> parameters(const Facts& row, const val& given);

/// Arrays of the module by their handles; null where JavaScript has null. In bindings.cpp, for Embind alone knows
/// handles.
std::vector<Array*> arrays(const val& handles);

/// The operator's options from JavaScript's, kept for as long as `options` looks at them.
struct AttentionInput {
  OperatorOptions options;
  OperatorResults results;

  /// `{shape, data}` or undefined.
  void take_mask(const val& mask);
  /// `{scoring, normalisation, weights, q_num_heads, ...}` with every key, or undefined for the usual ones.
  void take_more(const val& more);
  void take_params(const val& params);

 private:
  std::string scoring_, normalisation_;
  std::vector<double> scoring_params_, normalisation_params_, structure_params_;
  std::vector<std::size_t> mask_shape_, lengths_;
  std::vector<std::uint8_t> allowed_;
  std::vector<float> added_;
  std::vector<DenseArray> weights_;
  DenseArray past_key_, past_value_;
};

/// The file behind `{size, read(begin, into)}`, for as long as that is there. What `read` throws passes through the
/// core, whose objects die on its way as they do for an Error.
ByteSource byte_source(const FileInput& file);

/// What a run reads, kept for as long as `input` looks at it: `{segments?, source?, padding?, image?}` beside the ids.
struct ModelInput {
  ModelInput(const TokenIds& tokens, const val& more);
  ModelInput(const ModelInput&) = delete;

  Input input;

 private:
  std::vector<std::int32_t> ids_, segments_, source_;
  std::vector<float> pixels_;
};

SamplingOptions sampling(const val& options);

/// Adds `record: string[]` and `edits: [{at, head, kind, value, mask, call}]` to a probe. Throws what the probe throws.
void listen(Probe& probe, const val& record, const val& edits);
val recordings(const Probe& probe);

}  // namespace attn::js
