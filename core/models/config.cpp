#include "models/config.hpp"

#include <cmath>

#include "io/json.hpp"
#include "kernels/activation.hpp"
#include "models/family.hpp"
#include "tensor/error.hpp"
#include "tensor/text.hpp"

namespace attn {
namespace {

struct ActivationRow {
  std::string_view name;
  Activation activation;
};
constexpr ActivationRow kActivations[] = {
    {"gelu_new", gelu_tanh}, {"gelu_pytorch_tanh", gelu_tanh}, {"gelu", gelu_erf}, {"silu", silu}, {"swish", silu},
    {"relu", relu},
};

}  // namespace

void refuse_config(std::string_view key, const std::string& what) {
  throw Error(Code::config_invalid, "config.json: " + std::string(key) + ": " + what);
}

const Json* config_value(const Json& json, std::string_view key) {
  const std::size_t dot = key.find('.');
  const Json* found = json.find(key.substr(0, dot));
  if (found == nullptr || found->kind == Json::Kind::null) return nullptr;
  return dot == std::string_view::npos ? found : config_value(*found, key.substr(dot + 1));
}

double config_number(const Json& json, std::string_view key, double minimum, double maximum, double standard) {
  const Json* value = config_value(json, key);
  const std::string expected = ", expected " + number_text(minimum) + " to " + number_text(maximum);
  if (value == nullptr && standard == kNoStandard) refuse_config(key, "missing" + expected);
  if (value == nullptr) return standard;
  if (value->kind != Json::Kind::number) refuse_config(key, "found no number" + expected);
  if (!(value->number >= minimum && value->number <= maximum))
    refuse_config(key, "found " + number_text(value->number) + expected);
  return value->number;
}

std::size_t config_size(const Json& json, std::string_view key, std::size_t minimum, std::size_t maximum,
                        std::size_t standard) {
  const double absent = standard > 0 ? static_cast<double>(standard) : kNoStandard;
  const double value = config_number(json, key, static_cast<double>(minimum), static_cast<double>(maximum), absent);
  if (value != std::floor(value)) refuse_config(key, "found " + number_text(value) + ", expected a whole number");
  return static_cast<std::size_t>(value);
}

bool config_switch(const Json& json, std::string_view key, bool standard) {
  const Json* value = config_value(json, key);
  if (value == nullptr) return standard;
  if (value->kind != Json::Kind::boolean) refuse_config(key, "found neither, expected true or false");
  return value->boolean;
}

std::string config_text(const Json& json, std::string_view key, std::string_view standard) {
  const Json* value = config_value(json, key);
  if (value == nullptr) return std::string(standard);
  if (value->kind != Json::Kind::string) refuse_config(key, "found no text, expected a name");
  return value->string;
}

Activation activation_named(const Json& json, std::string_view key, std::string_view standard) {
  const std::string name = config_text(json, key, standard);
  std::string known;
  for (const ActivationRow& row : kActivations) {
    if (row.name == name) return row.activation;
    known += (known.empty() ? "" : ", ") + std::string(row.name);
  }
  refuse_config(key, "found \"" + name + "\", expected one of " + known);
}

Config read_config(std::string_view text) {
  Json json;
  try {
    json = parse_json(text);
  } catch (const JsonFailure& failure) {
    throw Error(Code::config_invalid, "config.json: " + failure.reason + " at byte " + std::to_string(failure.offset));
  }
  const Json* type = json.find("model_type");
  if (type == nullptr || type->kind != Json::Kind::string) refuse_config("model_type", "missing, expected a text");
  Config config = family(type->string).config(json);
  config.family = type->string;
  const Json* architectures = config_value(json, "architectures");
  if (architectures != nullptr && !architectures->array.empty()) config.architecture = architectures->array[0].string;
  return config;
}

}  // namespace attn
