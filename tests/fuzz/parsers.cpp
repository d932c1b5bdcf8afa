#include "parsers.hpp"

#include <algorithm>
#include <random>
#include <string>

#include "io/json.hpp"
#include "io/safetensors.hpp"
#include "models/model.hpp"
#include "tensor/error.hpp"

namespace attn::fuzz {
namespace {

std::string_view text_of(std::span<const std::uint8_t> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

void feed_json(std::span<const std::uint8_t> bytes) {
  try {
    parse_json(text_of(bytes));
  } catch (const JsonFailure& failure) {
    ATTN_ASSERT(failure.offset <= bytes.size());
  }
}

/// Every number of every tensor is read, so that a range outside the file shows.
void feed_safetensors(std::span<const std::uint8_t> bytes) {
  try {
    const Safetensors file(bytes);
    std::vector<float> some(1024);
    for (const TensorEntry& entry : file.entries()) {
      if (!entry.is_readable()) continue;
      const std::size_t count = entry.elements();
      for (std::size_t first = 0; first < count; first += some.size()) {
        file.read(entry, first, std::min(some.size(), count - first), some.data());
      }
    }
  } catch (const Error&) {
  }
}

void feed_config(std::span<const std::uint8_t> bytes) {
  try {
    const Config config = read_config(text_of(bytes));
    ATTN_ASSERT(config.n_heads > 0 && config.n_heads % config.n_kv_heads == 0 && config.d_head > 0);
    ATTN_ASSERT(config.n_layers > 0 && config.n_ctx > 0 && config.activation != nullptr);
  } catch (const Error&) {
  }
}

/// Runs what loads: three tokens, or an even image.
void feed_model(std::span<const std::uint8_t> bytes) {
  if (bytes.size() < 2) return;
  const std::size_t length = std::min<std::size_t>(bytes[0] | bytes[1] << 8, bytes.size() - 2);
  try {
    Model model(text_of(bytes.subspan(2, length)), bytes.subspan(2 + length));
    const Config& config = model.transformer().config();
    const std::vector<std::int32_t> ids(std::min<std::size_t>(3, config.n_ctx), 0);
    const std::size_t side = config.image.side;
    const std::vector<float> pixels(config.image.channels * side * side, 0.5F);
    Input input;
    if (side > 0) {
      input.image = {pixels.data(), config.image.channels, side, side};
    } else {
      input.ids = ids;
      if (config.n_encoder_layers > 0) input.source = ids;
    }
    Probe silent = model.transformer().probe();
    model.run(input, false, silent);
  } catch (const Error&) {
  }
}

constexpr Parser kParsers[] = {
    {"json", feed_json},
    {"safetensors", feed_safetensors},
    {"config", feed_config},
    {"model", feed_model},
};

constexpr std::string_view kAwkward[] = {"0",   "-1",   "1",     "1e999",  "4294967296", "18446744073709551615",
                                         "0.5", "null", "[]",    "\"\"",   "{}",         "65536",
                                         "3",   "true", "2e-20", "\"nan\""};

using Random = std::mt19937_64;

std::size_t below(Random& random, std::size_t count) { return count == 0 ? 0 : random() % count; }

/// Puts an awkward value where a number stands at or behind a drawn place.
void swap_number(Random& random, Bytes& bytes) {
  const auto is_digit = [](std::uint8_t byte) { return byte >= '0' && byte <= '9'; };
  const auto from = bytes.begin() + static_cast<std::ptrdiff_t>(below(random, bytes.size()));
  const auto begin = std::find_if(from, bytes.end(), is_digit);
  const auto end = std::find_if_not(begin, bytes.end(), is_digit);
  const std::string_view value = kAwkward[below(random, std::size(kAwkward))];
  const auto place = bytes.erase(begin, end);
  bytes.insert(place, value.begin(), value.end());
}

void change(Random& random, Bytes& bytes) {
  if (bytes.empty()) return;
  const std::size_t at = below(random, bytes.size());
  const auto place = bytes.begin() + static_cast<std::ptrdiff_t>(at);
  const auto length = static_cast<std::ptrdiff_t>(1 + below(random, std::min<std::size_t>(64, bytes.size() - at)));
  switch (below(random, 6)) {
    case 0:
      *place = static_cast<std::uint8_t>(*place ^ 1U << below(random, 8));
      return;
    case 1:
      *place = static_cast<std::uint8_t>(random());
      return;
    case 2:
      bytes.erase(place, place + length);
      return;
    case 3: {
      const Bytes piece(place, place + length);
      bytes.insert(place, piece.begin(), piece.end());
      return;
    }
    case 4:
      swap_number(random, bytes);
      return;
    default:
      if (below(random, 8) == 0) bytes.resize(at);
  }
}

}  // namespace

std::span<const Parser> parsers() { return kParsers; }

const Parser* parser(std::string_view name) {
  const Parser* found = std::ranges::find(kParsers, name, &Parser::name);
  return found == std::end(kParsers) ? nullptr : found;
}

Bytes model_input(std::span<const std::uint8_t> config, std::span<const std::uint8_t> weights) {
  Bytes out = {static_cast<std::uint8_t>(config.size()), static_cast<std::uint8_t>(config.size() >> 8)};
  out.insert(out.end(), config.begin(), config.end());
  out.insert(out.end(), weights.begin(), weights.end());
  return out;
}

Bytes mutate(const Bytes& input, std::uint64_t seed) {
  Random random(seed);
  Bytes out = input;
  for (std::size_t left = 1 + below(random, 4); left > 0; --left) change(random, out);
  return out;
}

}  // namespace attn::fuzz
