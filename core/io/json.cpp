#include "io/json.hpp"

#include <algorithm>
#include <cmath>

namespace attn {
namespace {

constexpr std::size_t kDeepest = 64;

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  Json document() {
    Json value = element(0);
    if (at_ != text_.size()) fail("text after the end of the document");
    return value;
  }

 private:
  [[noreturn]] void fail(const char* reason) const { throw JsonFailure{reason, at_}; }

  char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  bool take(char expected) {
    if (peek() != expected || at_ >= text_.size()) return false;
    ++at_;
    return true;
  }
  void expect(char expected, const char* reason) {
    if (!take(expected)) fail(reason);
  }
  void skip_space() {
    while (at_ < text_.size() && std::string_view(" \t\r\n").find(text_[at_]) != std::string_view::npos) ++at_;
  }

  Json element(std::size_t depth) {
    if (depth > kDeepest) fail("nested too deep");
    skip_space();
    Json value;
    switch (peek()) {
      case '{':
        value = object(depth);
        break;
      case '[':
        value = array(depth);
        break;
      case '"':
        value.kind = Json::Kind::string;
        value.string = string();
        break;
      case 't':
        value = literal("true", Json::Kind::boolean);
        value.boolean = true;
        break;
      case 'f':
        value = literal("false", Json::Kind::boolean);
        break;
      case 'n':
        value = literal("null", Json::Kind::null);
        break;
      default:
        value = number();
    }
    skip_space();
    return value;
  }

  Json literal(std::string_view word, Json::Kind kind) {
    if (text_.substr(at_, word.size()) != word) fail("a value that is none of JSON's");
    at_ += word.size();
    Json value;
    value.kind = kind;
    return value;
  }

  Json object(std::size_t depth) {
    Json value;
    value.kind = Json::Kind::object;
    expect('{', "expected {");
    skip_space();
    if (take('}')) return value;
    do {
      skip_space();
      std::string key = string();
      skip_space();
      expect(':', "expected : after a key");
      value.object.emplace_back(std::move(key), element(depth + 1));
    } while (take(','));
    expect('}', "expected , or } in an object");
    refuse_twins(value);
    return value;
  }

  /// Sorted, not searched: a hostile header may hold millions of keys.
  void refuse_twins(const Json& value) const {
    std::vector<std::string_view> keys;
    for (const auto& member : value.object) keys.push_back(member.first);
    std::sort(keys.begin(), keys.end());
    if (std::adjacent_find(keys.begin(), keys.end()) != keys.end()) fail("an object with a key that comes twice");
  }

  Json array(std::size_t depth) {
    Json value;
    value.kind = Json::Kind::array;
    expect('[', "expected [");
    skip_space();
    if (take(']')) return value;
    do {
      value.array.push_back(element(depth + 1));
    } while (take(','));
    expect(']', "expected , or ] in an array");
    return value;
  }

  std::string string() {
    expect('"', "expected a string");
    std::string out;
    while (!take('"')) {
      if (at_ >= text_.size()) fail("a string without its end");
      const char c = text_[at_++];
      if (static_cast<unsigned char>(c) < 0x20) fail("a control character in a string");
      if (c == '\\') {
        escape(out);
      } else {
        out += c;
      }
    }
    return out;
  }

  void escape(std::string& out) {
    constexpr std::string_view kShort = "\"\\/bfnrt";
    constexpr std::string_view kMeaning = "\"\\/\b\f\n\r\t";
    const char c = peek();
    if (const std::size_t i = kShort.find(c); at_ < text_.size() && i != std::string_view::npos) {
      ++at_;
      out += kMeaning[i];
    } else if (take('u')) {
      append_utf8(code_point(), out);
    } else {
      fail("an unknown escape in a string");
    }
  }

  unsigned code_point() {
    const unsigned first = hex4();
    if (first < 0xD800 || first > 0xDFFF) return first;
    if (first > 0xDBFF || !take('\\') || !take('u')) fail("half of a surrogate pair");
    const unsigned second = hex4();
    if (second < 0xDC00 || second > 0xDFFF) fail("half of a surrogate pair");
    return 0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00);
  }

  unsigned hex4() {
    constexpr std::string_view kDigits = "0123456789abcdefABCDEF";
    unsigned value = 0;
    for (int i = 0; i < 4; ++i) {
      const std::size_t digit = kDigits.find(peek());
      if (digit == std::string_view::npos) fail("expected four hexadecimal digits");
      value = value * 16 + static_cast<unsigned>(digit < 16 ? digit : digit - 6);
      ++at_;
    }
    return value;
  }

  static void append_utf8(unsigned point, std::string& out) {
    const auto byte = [&out](unsigned value) { out += static_cast<char>(value); };
    if (point < 0x80) return byte(point);
    if (point < 0x800) {
      byte(0xC0 | (point >> 6));
    } else if (point < 0x10000) {
      byte(0xE0 | (point >> 12));
      byte(0x80 | ((point >> 6) & 0x3F));
    } else {
      byte(0xF0 | (point >> 18));
      byte(0x80 | ((point >> 12) & 0x3F));
      byte(0x80 | ((point >> 6) & 0x3F));
    }
    byte(0x80 | (point & 0x3F));
  }

  /// Reads digits into `value` (as far as a double counts exactly) and returns how many there were.
  std::size_t digits(double& value) {
    const std::size_t begin = at_;
    for (; peek() >= '0' && peek() <= '9'; ++at_) value = value * 10.0 + (peek() - '0');
    return at_ - begin;
  }

  /// Right to the last bit for up to 15 digits and exponents up to 22, which is more than configs and offsets use.
  /// (strtod would bring quadruple-precision arithmetic along, and libc++ 19 has no from_chars for doubles.)
  Json number() {
    constexpr double kLargestExponent = 400.0;
    const bool negative = take('-');
    const bool zero = peek() == '0';
    double mantissa = 0.0;
    const std::size_t whole = digits(mantissa);
    if (whole == 0 || (zero && whole > 1)) fail("a value that is none of JSON's");
    double exponent = 0.0;
    if (take('.')) {
      const std::size_t fraction = digits(mantissa);
      if (fraction == 0) fail("a number without digits after the point");
      exponent = -static_cast<double>(fraction);
    }
    if (take('e') || take('E')) {
      const double sign = !take('+') && take('-') ? -1.0 : 1.0;
      double written = 0.0;
      if (digits(written) == 0) fail("a number without digits in its exponent");
      exponent += sign * written;
    }
    double power = 1.0;
    for (double i = std::min(std::abs(exponent), kLargestExponent); i > 0.0; --i) power *= 10.0;
    Json value;
    value.kind = Json::Kind::number;
    const double size = exponent < 0.0 ? mantissa / power : mantissa * power;
    value.number = mantissa == 0.0 ? 0.0 : (negative ? -size : size);
    return value;
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace

const Json* Json::find(std::string_view key) const {
  const auto it = std::find_if(object.begin(), object.end(), [key](const auto& member) { return member.first == key; });
  return it == object.end() ? nullptr : &it->second;
}

Json parse_json(std::string_view text) { return Parser(text).document(); }

}  // namespace attn
