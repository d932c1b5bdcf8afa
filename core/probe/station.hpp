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
  mlp_pre,
  mlp_post,
  mlp_out,
  resid_post,
  ln_final,
  logits,
};

/// How a station is spelled and shaped.
struct StationRow {
  std::string_view name;  ///< after `blocks.{l}.` where the station is one of a block's
  bool in_block;
  bool has_heads;  ///< shape (heads, tokens, …) instead of (tokens, …)
};

inline constexpr std::array kStations = {
    StationRow{"embed", false, false},      // (tokens, d_model)
    StationRow{"pos_embed", false, false},  // (tokens, d_model): only where positions are added to the embedding
    StationRow{"resid_pre", true, false},   // (tokens, d_model)
    StationRow{"attn.q", true, true},       // (heads, tokens, d_head): as it enters the scores, rotated if it is at all
    StationRow{"attn.k", true, true},       // (key heads, tokens, d_head): likewise
    StationRow{"attn.v", true, true},       // (key heads, tokens, d_head)
    StationRow{"attn.scores", true, true},  // (heads, tokens, keys): q . k / sqrt(d_head), -inf where masked
    StationRow{"attn.pattern", true, true},  // (heads, tokens, keys): rows sum to 1
    StationRow{"attn.z", true, true},        // (heads, tokens, d_head): pattern times v
    StationRow{"attn.result", true, true},   // (heads, tokens, d_model): each head's part of attn_out, without bias
    StationRow{"attn_out", true, false},     // (tokens, d_model)
    StationRow{"resid_mid", true, false},    // (tokens, d_model)
    StationRow{"mlp.pre", true, false},     // (tokens, d_mlp): what the activation meets, the gate's where there is one
    StationRow{"mlp.post", true, false},    // (tokens, d_mlp): what meets W_down
    StationRow{"mlp_out", true, false},     // (tokens, d_model)
    StationRow{"resid_post", true, false},  // (tokens, d_model)
    StationRow{"ln_final", false, false},   // (tokens, d_model)
    StationRow{"logits", false, false},     // (tokens, vocab)
};
static_assert(kStations.size() == static_cast<std::size_t>(Station::logits) + 1);

inline const StationRow& row(Station station) { return kStations[static_cast<std::size_t>(station)]; }

/// `blocks.3.attn.pattern`; `layer` is not read for stations outside the blocks.
std::string station_name(Station station, std::size_t layer);

}  // namespace attn
