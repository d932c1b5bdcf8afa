#include "models/input.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include "tensor/error.hpp"

namespace attn {
namespace {

/// Messages call the place of an id `what`.
void check_ids(std::string_view what, std::span<const std::int32_t> ids, std::size_t count) {
  for (std::size_t t = 0; t < ids.size(); ++t) {
    if (ids[t] >= 0 && static_cast<std::size_t>(ids[t]) < count) continue;
    throw Error(Code::token_range, std::string(what) + " " + std::to_string(t) + ": found id " +
                                       std::to_string(ids[t]) + ", expected 0 to " + std::to_string(count - 1));
  }
}

void check_length(std::string_view what, std::size_t found, std::size_t room, std::size_t past) {
  if (found > 0 && found <= room) return;
  throw Error(Code::context_length, std::string(what) + ": found " + std::to_string(found) + ", expected 1 to " +
                                        std::to_string(room) + " after the " + std::to_string(past) + " before them");
}

void check_image(const ImageSize& size, HeadsView<const float> image) {
  if (image.heads != size.channels || image.rows != size.side || image.cols != size.side) {
    const auto text = [](std::size_t channels, std::size_t rows, std::size_t cols) {
      return "(" + std::to_string(channels) + ", " + std::to_string(rows) + ", " + std::to_string(cols) + ")";
    };
    throw Error(Code::argument_shape, "image: found " + text(image.heads, image.rows, image.cols) + ", expected " +
                                          text(size.channels, size.side, size.side));
  }
  const float* end = image.data + image.heads * image.head_stride;
  if (std::all_of(image.data, end, [](float pixel) { return std::isfinite(pixel); })) return;
  throw Error(Code::argument_range, "image: found a number that is not finite, expected finite ones");
}

}  // namespace

void check_input(const Config& config, const Input& input, std::size_t past, std::size_t room) {
  const bool reads_source = config.n_encoder_layers > 0;
  const auto refuse = [&](const std::string& what) {
    throw Error(Code::argument_range, what + " for a model of the family " + config.family);
  };
  if (!input.source.empty() && !reads_source) refuse("source: found tokens, expected none");
  if (!input.segments.empty() && config.n_segments == 0) refuse("segments: found token types, expected none");
  if (config.image.side > 0) {
    if (!input.ids.empty()) refuse("tokens: found some, expected an image");
    if (input.padding > 0) refuse("padding: found some, expected none");
    return check_image(config.image, input.image);
  }
  if (input.image.data != nullptr) refuse("image: found one, expected none");
  check_length("tokens", input.ids.size(), room, past);
  check_ids("token", input.ids, config.vocab_size);
  if (reads_source) {
    check_length("source", input.source.size(), config.n_ctx, 0);
    check_ids("source", input.source, config.vocab_size);
  }
  if (!input.segments.empty()) {
    if (input.segments.size() != input.ids.size()) {
      throw Error(Code::argument_shape, "segments: found " + std::to_string(input.segments.size()) + ", expected " +
                                            std::to_string(input.ids.size()) + ", one for each token");
    }
    check_ids("segment", input.segments, config.n_segments);
  }
  const std::size_t paddable = reads_source ? input.source.size() : config.causal ? 1 : input.ids.size();
  if (input.padding >= paddable) {
    throw Error(Code::argument_range, "padding: found " + std::to_string(input.padding) + ", expected at most " +
                                          std::to_string(paddable - 1));
  }
}

}  // namespace attn
