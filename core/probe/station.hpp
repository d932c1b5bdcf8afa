#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace attn {

/// The named places of a forward pass, in its order. Names are TransformerLens', so papers and tutorials carry over.
enum class Station : std::uint8_t {
  embed,
  pos_embed,
  token_type_embed,
  resid_pre,
  q,
  k,
  v,
  scores,
  pattern,
  z,
  result,
  attn_out,
  resid_mid,
  normalized_resid_mid,
  cross_q,
  cross_k,
  cross_v,
  cross_scores,
  cross_pattern,
  cross_z,
  cross_result,
  cross_out,
  resid_mid_cross,
  normalized_resid_mid_cross,
  mlp_pre,
  mlp_post,
  mlp_out,
  resid_post,
  normalized_resid_post,
  ln_final,
  transform,
  logits,
};

/// What a stack of blocks may have beside what all have; a station stands only where all of its parts do. Bits.
namespace part {
inline constexpr unsigned kPositions = 1;   ///< positions are added to the embedding
inline constexpr unsigned kSegments = 2;    ///< token types are
inline constexpr unsigned kCross = 4;       ///< it attends to another stack
inline constexpr unsigned kPostNorm = 8;    ///< norms follow the sums
inline constexpr unsigned kFinalNorm = 16;  ///< a norm follows the last block
inline constexpr unsigned kTransform = 32;  ///< a map stands between it and the head
inline constexpr unsigned kHead = 64;       ///< it meets the head
}  // namespace part

/// Where a station stands, which decides how its name begins.
enum class Place : std::uint8_t { model, stack, block };

/// How a station is spelled and shaped.
struct StationRow {
  std::string_view name;
  Place place;
  bool has_heads;  ///< shape (heads, tokens, …) instead of (tokens, …)
  unsigned parts = 0;
};

inline constexpr std::array kStations = {
    StationRow{"embed", Place::stack, false},                              // (tokens, d_model)
    StationRow{"pos_embed", Place::stack, false, part::kPositions},        // (tokens, d_model)
    StationRow{"token_type_embed", Place::stack, false, part::kSegments},  // (tokens, d_model)
    StationRow{"resid_pre", Place::block, false},                          // (tokens, d_model)
    StationRow{"attn.q", Place::block, true},  // (heads, tokens, d_head): as it enters the scores, rotated if at all
    StationRow{"attn.k", Place::block, true},  // (key heads, tokens, d_head): likewise
    StationRow{"attn.v", Place::block, true},  // (key heads, tokens, d_head)
    StationRow{"attn.scores", Place::block, true},   // (heads, tokens, keys): q . k / sqrt(d_head), -inf where masked
    StationRow{"attn.pattern", Place::block, true},  // (heads, tokens, keys): rows sum to 1
    StationRow{"attn.z", Place::block, true},        // (heads, tokens, d_head): pattern times v
    StationRow{"attn.result", Place::block,
               true},  // (heads, tokens, d_model): each head's part of attn_out, without bias
    StationRow{"attn_out", Place::block, false},                               // (tokens, d_model)
    StationRow{"resid_mid", Place::block, false},                              // (tokens, d_model)
    StationRow{"normalized_resid_mid", Place::block, false, part::kPostNorm},  // (tokens, d_model)
    StationRow{"cross.q", Place::block, true, part::kCross},                   // as under attn, keys of the source
    StationRow{"cross.k", Place::block, true, part::kCross},                   // likewise
    StationRow{"cross.v", Place::block, true, part::kCross},                   // likewise
    StationRow{"cross.scores", Place::block, true, part::kCross},              // likewise
    StationRow{"cross.pattern", Place::block, true, part::kCross},             // likewise
    StationRow{"cross.z", Place::block, true, part::kCross},                   // likewise
    StationRow{"cross.result", Place::block, true, part::kCross},              // likewise
    StationRow{"cross_out", Place::block, false, part::kCross},                // (tokens, d_model)
    StationRow{"resid_mid_cross", Place::block, false, part::kCross},          // (tokens, d_model)
    StationRow{"normalized_resid_mid_cross", Place::block, false, part::kCross | part::kPostNorm},  // (tokens, d_model)
    StationRow{"mlp.pre", Place::block,
               false},  // (tokens, d_mlp): what the activation meets, the gate's where there is one
    StationRow{"mlp.post", Place::block, false},                                // (tokens, d_mlp): what meets W_down
    StationRow{"mlp_out", Place::block, false},                                 // (tokens, d_model)
    StationRow{"resid_post", Place::block, false},                              // (tokens, d_model)
    StationRow{"normalized_resid_post", Place::block, false, part::kPostNorm},  // (tokens, d_model)
    StationRow{"ln_final", Place::stack, false, part::kFinalNorm},              // (tokens, d_model)
    StationRow{"transform", Place::model, false,
               part::kTransform},                            // (tokens, d_model), or (1, d_model) of the class token
    StationRow{"logits", Place::model, false, part::kHead},  // (tokens, vocab), or (1, labels)
};
static_assert(kStations.size() == static_cast<std::size_t>(Station::logits) + 1);

inline const StationRow& row(Station station) { return kStations[static_cast<std::size_t>(station)]; }

/// `blocks.3.attn.pattern`, or `decoder.blocks.3.attn.pattern` of the stack `decoder.`; `layer` is not read for
/// stations outside the blocks.
std::string station_name(std::string_view stack, Station station, std::size_t layer);

}  // namespace attn
