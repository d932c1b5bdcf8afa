#pragma once

#include <string_view>

#include "io/json.hpp"
#include "models/config.hpp"
#include "models/weights.hpp"

namespace attn {

/// A family of checkpoints: how its config.json reads and which tensor goes where. The forward pass is shared.
struct Family {
  std::string_view model_type;                              ///< `model_type` of its config.json
  Config (*config)(const Json& json);                       ///< throws config_invalid
  Weights (*weights)(const Config&, WeightReader& reader);  ///< throws what the reader throws
};

/// The row of that model_type. Throws family_unknown.
const Family& family(std::string_view model_type);

/// The value of a whole number in config.json; `standard` where the key is absent or null, if there is one (not zero).
/// Throws config_invalid outside [minimum, maximum].
std::size_t config_size(const Json& json, std::string_view key, std::size_t minimum, std::size_t maximum,
                        std::size_t standard = 0);

/// A real number likewise.
double config_number(const Json& json, std::string_view key, double minimum, double maximum, double standard);

/// The activation that a name of Hugging Face's stands for. Throws config_invalid.
Activation activation_named(const Json& json, std::string_view key, std::string_view standard);

}  // namespace attn
