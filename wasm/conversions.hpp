#pragma once

#include <emscripten/val.h>

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "attention/operator.hpp"
#include "attention/variant.hpp"
#include "models/sampling.hpp"
#include "position/encoding.hpp"
#include "probe/probe.hpp"

/// Between JavaScript's plain data and the core's views. Everything is copied, both ways; the one exception is the view
/// that an edit callback is lent.
namespace attn::js {

using emscripten::val;

EMSCRIPTEN_DECLARE_VAL_TYPE(TensorVal)
EMSCRIPTEN_DECLARE_VAL_TYPE(TokenIds)
EMSCRIPTEN_DECLARE_VAL_TYPE(Bytes)

std::vector<std::int32_t> ids(const TokenIds& ids);
std::vector<std::size_t> shape(const val& numbers);
val shape_list(std::span<const std::size_t> shape);

TensorVal tensor(std::span<const std::size_t> shape, std::span<const float> data);
val text(std::string_view utf8);
val texts(std::span<const std::string> list);

/// A row's facts; JavaScript's keys are the struct's.
val variant_row(const Variant& row);
val encoding_row(const Encoding& row);

/// Numbers for a row's parameters, in the row's order; those not given are the row's own.
std::vector<double> parameters(std::span<const Parameter> params, const val& given);

SamplingOptions sampling(const val& options);

/// Adds `record: string[]` and `edits: [{at, head, kind, value, mask, call}]` to a probe. Throws what the probe throws.
void listen(Probe& probe, const val& record, const val& edits);
val recordings(const Probe& probe);

}  // namespace attn::js
