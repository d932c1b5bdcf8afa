#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace attn {

struct JsonMember;

/// A value of a JSON document (RFC 8259). Objects keep their order; a key that comes twice is refused.
struct Json {
  enum class Kind { null, boolean, number, string, array, object };
  Kind kind = Kind::null;
  bool boolean = false;
  double number = 0.0;
  std::string string;
  std::vector<Json> array;
  std::vector<JsonMember> object;

  /// The member of that name, or null where there is none (or this is no object).
  const Json* find(std::string_view key) const;
};

/// A name and a value of an object.
struct JsonMember {
  std::string first;
  Json second;
};

/// What broke, where: the reason and the offset in bytes.
struct JsonFailure {
  std::string reason;
  std::size_t offset;
};

/// Parses a whole document; at most 64 levels deep. Throws JsonFailure, which the caller turns into its own Error.
Json parse_json(std::string_view text);

}  // namespace attn
