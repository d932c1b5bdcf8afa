#pragma once

#include <array>
#include <stdexcept>
#include <string>
#include <string_view>

namespace attn {

/// What was wrong, for programs. `kErrorNames` gives each its spelling; JavaScript sees it as `error.code`.
enum class Code {
  config_invalid,      ///< config.json: not JSON, a key missing, of the wrong type or out of range
  family_unknown,      ///< config.json: a model_type that no family row names
  file_header,         ///< model.safetensors: the header's length or JSON breaks the format
  file_truncated,      ///< model.safetensors: fewer or more bytes than the header describes
  tensor_missing,      ///< a tensor the family needs is not in the file
  tensor_unexpected,   ///< a tensor in the file that the family does not know
  tensor_shape,        ///< a tensor of another shape than the config asks for
  tensor_dtype,        ///< a tensor that is read, of a type other than F32, F16, BF16, or I8 where that has no meaning
  tensor_range,        ///< a tensor whose offsets leave the file, or do not match its shape
  tensor_overlap,      ///< two tensors that share bytes, or bytes that no tensor owns
  tensor_not_finite,   ///< a weight that is infinite or NaN
  memory_limit,        ///< more memory than this build may use
  token_range,         ///< a token id outside the vocabulary
  context_length,      ///< no tokens, or more of them than the model's context holds
  station_unknown,     ///< a name that no station of this model has
  edit_invalid,        ///< an edit that does not fit its station
  variant_unknown,     ///< a name that is not in a table of ways to attend, or to average pixels
  encoding_unknown,    ///< a name that is not in the table of positional encodings
  argument_shape,      ///< arrays whose shapes do not go together
  argument_range,      ///< a number outside the range that its meaning allows
  generation_unknown,  ///< a handle of a generation that has ended or never began
};

inline constexpr std::array kErrorNames = {
    std::string_view("config_invalid"), std::string_view("family_unknown"),    std::string_view("file_header"),
    std::string_view("file_truncated"), std::string_view("tensor_missing"),    std::string_view("tensor_unexpected"),
    std::string_view("tensor_shape"),   std::string_view("tensor_dtype"),      std::string_view("tensor_range"),
    std::string_view("tensor_overlap"), std::string_view("tensor_not_finite"), std::string_view("memory_limit"),
    std::string_view("token_range"),    std::string_view("context_length"),    std::string_view("station_unknown"),
    std::string_view("edit_invalid"),   std::string_view("variant_unknown"),   std::string_view("encoding_unknown"),
    std::string_view("argument_shape"), std::string_view("argument_range"),    std::string_view("generation_unknown"),
};
static_assert(kErrorNames.size() == static_cast<std::size_t>(Code::generation_unknown) + 1);

/// Thrown at the edges only: files, model construction, run arguments.
/// The message names the culprit, what was found and what was expected.
class Error : public std::runtime_error {
 public:
  Error(Code code, const std::string& message) : std::runtime_error(message), code_(code) {}
  Code code() const noexcept { return code_; }
  std::string_view name() const noexcept { return kErrorNames[static_cast<std::size_t>(code_)]; }

 private:
  Code code_;
};

}  // namespace attn
