#pragma once

#include <string>
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

/// Throws config_invalid, naming a key of config.json.
[[noreturn]] void refuse_config(std::string_view key, const std::string& what);

/// What stands in config.json at a key, or null where nothing or `null` does. `rope_scaling.factor` is the key `factor`
/// of the object at `rope_scaling`.
const Json* config_value(const Json& json, std::string_view key);

/// The value of a whole number in config.json; `standard` where the key is absent or null, if there is one (not zero).
/// Throws config_invalid outside [minimum, maximum].
std::size_t config_size(const Json& json, std::string_view key, std::size_t minimum, std::size_t maximum,
                        std::size_t standard = 0);

/// A real number likewise, none of them negative.
inline constexpr double kNoStandard = -1.0;
double config_number(const Json& json, std::string_view key, double minimum, double maximum,
                     double standard = kNoStandard);

/// A switch; `standard` where the key is absent or null. Throws config_invalid.
bool config_switch(const Json& json, std::string_view key, bool standard = false);

/// A text; `standard` where the key is absent or null. Throws config_invalid.
std::string config_text(const Json& json, std::string_view key, std::string_view standard);

/// The activation that a name of Hugging Face's stands for. Throws config_invalid.
Activation activation_named(const Json& json, std::string_view key, std::string_view standard);

}  // namespace attn
