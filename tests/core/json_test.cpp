#include "io/json.hpp"

#include "support.hpp"

namespace attn::test {
namespace {

/// Where parsing fails, as "reason at offset", or "none".
std::string failure(std::string_view text) {
  try {
    parse_json(text);
  } catch (const JsonFailure& found) {
    return found.reason + " at " + std::to_string(found.offset);
  }
  return "none";
}

TEST(Json, ReadsEachKindOfValue) {
  const Json json = parse_json(R"( {"a": null, "b": true, "c": false, "d": [1, "x", {}], "e": {"f": -2.5}} )");
  ASSERT_EQ(json.kind, Json::Kind::object);
  EXPECT_EQ(json.object.size(), 5U);
  EXPECT_EQ(json.object[0].first, "a");
  EXPECT_EQ(json.find("a")->kind, Json::Kind::null);
  EXPECT_TRUE(json.find("b")->boolean);
  EXPECT_FALSE(json.find("c")->boolean);
  EXPECT_EQ(json.find("c")->kind, Json::Kind::boolean);
  const Json* list = json.find("d");
  ASSERT_EQ(list->array.size(), 3U);
  EXPECT_EQ(list->array[0].number, 1.0);
  EXPECT_EQ(list->array[1].string, "x");
  EXPECT_EQ(list->array[2].kind, Json::Kind::object);
  EXPECT_EQ(json.find("e")->find("f")->number, -2.5);
  EXPECT_EQ(json.find("g"), nullptr);
  EXPECT_EQ(list->find("a"), nullptr);
}

TEST(Json, ReadsNumbersRight) {
  const auto number = [](std::string_view text) { return parse_json(text).number; };
  EXPECT_EQ(number("0"), 0.0);
  EXPECT_EQ(number("-0"), 0.0);
  EXPECT_EQ(number("12345678901234"), 12345678901234.0);
  EXPECT_EQ(number("9007199254740992"), 9007199254740992.0);
  EXPECT_EQ(number("0.1"), 0.1);
  EXPECT_EQ(number("-1.5e3"), -1500.0);
  EXPECT_EQ(number("1E-05"), 1e-5);
  EXPECT_EQ(number("2.5e+2"), 250.0);
  EXPECT_EQ(number("1e-999999999999"), 0.0);
  EXPECT_TRUE(std::isinf(number("1e400")));
}

TEST(Json, ReadsEscapesAndUnicode) {
  const auto text = [](std::string_view json) { return parse_json(json).string; };
  EXPECT_EQ(text(R"("a\"b\\c\/d\b\f\n\r\t")"), "a\"b\\c/d\b\f\n\r\t");
  EXPECT_EQ(text(R"("\u0041\u00e9\u767d\uD83d\uDE00")"), "Aé白😀");
  EXPECT_EQ(text("\"白日依山尽\""), "白日依山尽");
  EXPECT_EQ(text("\"\""), "");
}

TEST(Json, NestsAsDeepAsItSaysAndNoDeeper) {
  const auto nested = [](std::size_t depth) { return std::string(depth, '[') + "1" + std::string(depth, ']'); };
  EXPECT_EQ(failure(nested(64)), "none");
  EXPECT_EQ(failure(nested(65)), "nested too deep at 65");
  EXPECT_EQ(failure(std::string(1'000'000, '[')), "nested too deep at 65");
  EXPECT_EQ(failure(nested(3) + "]"), "text after the end of the document at 7");
}

struct Broken {
  const char* text;
  const char* failure;
};

class BrokenJsonTest : public testing::TestWithParam<Broken> {};

constexpr Broken kBroken[] = {
    {"", "a value that is none of JSON's at 0"},
    {" ", "a value that is none of JSON's at 1"},
    {"nul", "a value that is none of JSON's at 0"},
    {"True", "a value that is none of JSON's at 0"},
    {"NaN", "a value that is none of JSON's at 0"},
    {"01", "a value that is none of JSON's at 2"},
    {"+1", "a value that is none of JSON's at 0"},
    {"-", "a value that is none of JSON's at 1"},
    {".5", "a value that is none of JSON's at 0"},
    {"1.", "a number without digits after the point at 2"},
    {"1e", "a number without digits in its exponent at 2"},
    {"1e+-2", "a number without digits in its exponent at 3"},
    {"1 2", "text after the end of the document at 2"},
    {"[1", "expected , or ] in an array at 2"},
    {"[1 2]", "expected , or ] in an array at 3"},
    {"[1,]", "a value that is none of JSON's at 3"},
    {"{\"a\":1", "expected , or } in an object at 6"},
    {"{\"a\" 1}", "expected : after a key at 5"},
    {"{\"a\":1,}", "expected a string at 7"},
    {"{a:1}", "expected a string at 1"},
    {"{\"a\":1,\"b\":2,\"a\":3}", "an object with a key that comes twice at 19"},
    {"{\"a\":1,\"\\u0061\":3}", "an object with a key that comes twice at 18"},
    {"\"a", "a string without its end at 2"},
    {"\"a\\", "an unknown escape in a string at 3"},
    {"\"\\x\"", "an unknown escape in a string at 2"},
    {"\"\n\"", "a control character in a string at 2"},
    {"\"\\u12g4\"", "expected four hexadecimal digits at 5"},
    {"\"\\u12", "expected four hexadecimal digits at 5"},
    {"\"\\u\x10\x11\x12\x13\"", "expected four hexadecimal digits at 3"},
    {"\"\\ud83d\"", "half of a surrogate pair at 7"},
    {"\"\\ud83d\\n\"", "half of a surrogate pair at 8"},
    {"\"\\ud83d\\u0041\"", "half of a surrogate pair at 13"},
    {"\"\\ude00\"", "half of a surrogate pair at 7"},
};

INSTANTIATE_TEST_SUITE_P(All, BrokenJsonTest, testing::ValuesIn(kBroken));

TEST_P(BrokenJsonTest, IsRefusedWhereItBreaks) { EXPECT_EQ(failure(GetParam().text), GetParam().failure); }

TEST(Json, EveryBeginningOfADocumentIsRefused) {
  const std::string whole = R"({"a": [1.5e3, "x\u00e9\n", true, null], "b": {"c": "\ud83d\ude00"}})";
  ASSERT_EQ(failure(whole), "none");
  for (std::size_t length = 0; length < whole.size(); ++length) {
    // A copy of its own, so that the sanitizer sees a read past the end.
    const std::vector<char> part(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length));
    EXPECT_NE(failure({part.data(), part.size()}), "none") << length;
  }
}

}  // namespace
}  // namespace attn::test
