#pragma once

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "models/config.hpp"
#include "tensor/view.hpp"

namespace attn {

/// What a model reads. Which of these it takes depends on its family; the others stay empty.
struct Input {
  std::span<const std::int32_t> ids;       ///< tokens: of the only stack, or of the decoder
  std::span<const std::int32_t> segments;  ///< the type of each, or none for type 0 throughout
  std::span<const std::int32_t> source;    ///< tokens of the encoder beside a decoder
  std::size_t padding = 0;                 ///< tokens at the end of what an encoder reads that no query sees
  HeadsView<const float> image;            ///< (channels, height, width)

  Input() = default;
  Input(std::span<const std::int32_t> ids) : ids(ids) {}
  Input(const std::vector<std::int32_t>& ids) : ids(ids) {}
};

/// The same for tokens that outlive the call, to be read on by a generation.
struct Prompt {
  std::vector<std::int32_t> ids;
  std::vector<std::int32_t> source = {};
  std::size_t padding = 0;

  Prompt(std::vector<std::int32_t> ids) : ids(std::move(ids)) {}
  Prompt(std::vector<std::int32_t> ids, std::vector<std::int32_t> source, std::size_t padding)
      : ids(std::move(ids)), source(std::move(source)), padding(padding) {}
};

/// Refuses what a model of this config cannot read: tokens that its context has no `room` for, ids that it does not
/// have, another image. Throws context_length, token_range, argument_shape, argument_range.
void check_input(const Config& config, const Input& input, std::size_t past, std::size_t room);

}  // namespace attn
