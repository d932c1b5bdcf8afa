#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace attn::fuzz {

using Bytes = std::vector<std::uint8_t>;

/// A parser of foreign files, fed with any bytes: it may refuse them by an Error of its own and nothing else.
struct Parser {
  std::string_view name;
  void (*feed)(std::span<const std::uint8_t> bytes);
};

std::span<const Parser> parsers();

/// The one of that name; null where there is none.
const Parser* parser(std::string_view name);

/// A config.json and a model.safetensors as one input of the parser `model`: two bytes with the config's length, least
/// significant first, the config, the weights.
Bytes model_input(std::span<const std::uint8_t> config, std::span<const std::uint8_t> weights);

/// A changed copy: bytes flipped, replaced, removed or doubled, numbers of its text swapped for awkward ones, the end
/// cut. The same for the same seed.
Bytes mutate(const Bytes& input, std::uint64_t seed);

}  // namespace attn::fuzz
