#include "io/safetensors.hpp"

#include "allocation.hpp"
#include "files.hpp"

namespace attn::test {
namespace {

std::vector<float> values_of(const Bytes& bytes, const std::string& name) {
  const Safetensors file(bytes);
  const TensorEntry* entry = file.find(name);
  EXPECT_NE(entry, nullptr) << name;
  std::vector<float> out(entry->elements());
  file.read(*entry, 0, out.size(), out.data());
  return out;
}

std::string code_for(const Bytes& bytes) {
  return code_of([&] { Safetensors file(bytes); });
}

TEST(Safetensors, ReadsF32) {
  const std::vector<float> numbers = {1.5F, -0.0F, 1e-42F, -3e38F};
  const Bytes bytes = file_of("{" + entry_text("a", "F32", "2,2", 0, 16) + "}", bytes_of(numbers));
  EXPECT_EQ(values_of(bytes, "a"), numbers);
  const Safetensors file(bytes);
  EXPECT_EQ(file.find("a")->shape, (std::vector<std::size_t>{2, 2}));
  EXPECT_EQ(file.find("b"), nullptr);
}

TEST(Safetensors, ReadsF16WithItsDenormals) {
  const std::vector<std::uint16_t> halves = {0x0000, 0x8000, 0x3C00, 0xC000, 0x3555, 0x7BFF,
                                             0xFBFF, 0x0400, 0x0001, 0x8001, 0x03FF, 0x83FF};
  const std::vector<float> expected = {0.0F,      -0.0F,    1.0F,     -2.0F,     0.333251953125F, 65504.0F,
                                       -65504.0F, 0x1p-14F, 0x1p-24F, -0x1p-24F, 0x1.ff8p-15F,    -0x1.ff8p-15F};
  const std::vector<float> found =
      values_of(file_of("{" + entry_text("a", "F16", "12", 0, 24) + "}", bytes_of(halves)), "a");
  EXPECT_EQ(found, expected);
  EXPECT_TRUE(std::signbit(found[1]));
}

/// Each finite half against its definition: sign, five bits of exponent, ten of fraction.
TEST(Safetensors, ReadsEveryFiniteF16) {
  std::vector<std::uint16_t> halves;
  for (unsigned bits = 0; bits < 0x10000; ++bits) {
    if ((bits >> 10 & 31) != 31) halves.push_back(static_cast<std::uint16_t>(bits));
  }
  const std::vector<float> found =
      values_of(file_of("{" + entry_text("a", "F16", "63488", 0, 126976) + "}", bytes_of(halves)), "a");
  ASSERT_EQ(found.size(), halves.size());
  for (std::size_t i = 0; i < halves.size(); ++i) {
    const int exponent = halves[i] >> 10 & 31, fraction = halves[i] & 1023;
    const double size = exponent == 0 ? std::ldexp(fraction, -24) : std::ldexp(1024 + fraction, exponent - 25);
    ASSERT_EQ(static_cast<double>(found[i]), (halves[i] & 0x8000) != 0 ? -size : size) << halves[i];
  }
}

TEST(Safetensors, ReadsBF16) {
  const std::vector<std::uint16_t> brains = {0x3F80, 0xC000, 0x0001, 0x7F7F, 0x3E20};
  const std::vector<float> expected = {1.0F, -2.0F, 0x1p-133F, 0x1.fep127F, 0.15625F};
  EXPECT_EQ(values_of(file_of("{" + entry_text("a", "BF16", "5", 0, 10) + "}", bytes_of(brains)), "a"), expected);
}

TEST(Safetensors, ReadsSeveralTensorsInAnyOrderWithMetadataAndPadding) {
  const Bytes bytes =
      file_of("{\"__metadata__\":{\"format\":\"pt\"}," + entry_text("b", "F32", "1", 4, 8) + "," +
                  entry_text("none", "F32", "0,7", 4, 4) + "," + entry_text("a", "F32", "", 0, 4) + "}   ",
              bytes_of(std::vector<float>{1.0F, 2.0F}));
  EXPECT_EQ(values_of(bytes, "a"), std::vector<float>{1.0F});
  EXPECT_EQ(values_of(bytes, "b"), std::vector<float>{2.0F});
  EXPECT_EQ(values_of(bytes, "none"), std::vector<float>{});
  EXPECT_EQ(Safetensors(bytes).entries().size(), 3U);
}

TEST(Safetensors, ReadsDataThatIsNotAligned) {
  const Bytes bytes = file_of("{" + entry_text("a", "F32", "1", 0, 4) + "} ", bytes_of(std::vector<float>{6.5F}));
  ASSERT_NE((bytes.size() - 4) % 4, 0U);
  EXPECT_EQ(values_of(bytes, "a"), std::vector<float>{6.5F});
}

/// Types that no family reads may stand in a file, in the sizes that the format gives them.
TEST(Safetensors, KnowsTheSizeOfEveryType) {
  const std::pair<const char*, std::size_t> types[] = {
      {"BOOL", 1}, {"U8", 1},   {"I8", 1},  {"F8_E5M2", 1}, {"F8_E4M3", 1}, {"F8_E8M0", 1}, {"I16", 2}, {"U16", 2},
      {"F16", 2},  {"BF16", 2}, {"I32", 4}, {"U32", 4},     {"F32", 4},     {"F64", 8},     {"I64", 8}, {"U64", 8}};
  for (const auto& [name, bytes] : types) {
    const Bytes whole = file_of("{" + entry_text("a", name, "3", 0, 3 * bytes) + "}", Bytes(3 * bytes));
    const Safetensors file(whole);
    EXPECT_EQ(file.find("a")->elements(), 3U) << name;
    EXPECT_EQ(name_of(file.find("a")->dtype), name);
    EXPECT_EQ(code_for(file_of("{" + entry_text("a", name, "3", 0, 3 * bytes + 1) + "}", Bytes(3 * bytes + 1))),
              "tensor_range");
  }
}

/// Pieces of the file, each within it, and none that nobody asked for.
TEST(Safetensors, ReadsAFileByPieces) {
  const std::vector<std::uint16_t> halves = {0x3C00, 0xC000, 0x3555, 0x0001};
  const Bytes bytes = file_of(
      "{" + entry_text("big", "U8", "1000", 0, 1000) + "," + entry_text("a", "F16", "4", 1000, 1008) + "}", [&] {
        Bytes data(1000), end = bytes_of(halves);
        data.insert(data.end(), end.begin(), end.end());
        return data;
      }());
  std::size_t read = 0;
  const Safetensors file(ByteSource{bytes.size(), [&](std::uint64_t begin, std::span<std::uint8_t> out) {
                                      ASSERT_LE(begin + out.size(), bytes.size());
                                      std::copy_n(bytes.data() + begin, out.size(), out.data());
                                      read += out.size();
                                    }});
  EXPECT_EQ(read, bytes.size() - 1008);
  std::vector<std::uint16_t> bits(2);
  file.read(*file.find("a"), 1, 2, bits.data());
  EXPECT_EQ(bits, (std::vector<std::uint16_t>{0xC000, 0x3555}));
  std::vector<float> numbers(3);
  file.read(*file.find("a"), 1, 3, numbers.data());
  EXPECT_EQ(numbers, (std::vector<float>{-2.0F, 0.333251953125F, 0x1p-24F}));
  EXPECT_EQ(read, bytes.size() - 1008 + 4 + 6);
}

TEST(Safetensors, LetsThroughWhatItsSourceThrows) {
  const Bytes bytes = file_of("{" + entry_text("a", "F32", "1", 0, 4) + "}", Bytes(4));
  bool gone = false;
  const Safetensors file(ByteSource{bytes.size(), [&](std::uint64_t begin, std::span<std::uint8_t> out) {
                                      if (gone) throw std::runtime_error("gone");
                                      std::copy_n(bytes.data() + begin, out.size(), out.data());
                                    }});
  gone = true;
  float number = 0.0F;
  EXPECT_THROW(file.read(*file.find("a"), 0, 1, &number), std::runtime_error);
}

TEST(Safetensors, RefusesWeightsThatAreNotFiniteByNameAndPlace) {
  const std::vector<std::uint16_t> half_infinity = {0x3C00, 0xFC00}, half_nan = {0x3C00, 0x7E01};
  const std::vector<std::uint16_t> brain_infinity = {0x3F80, 0x7F80};
  const auto code = [](const std::string& dtype, const Bytes& data) {
    const Bytes bytes = file_of("{" + entry_text("w", dtype, "2", 0, data.size()) + "}", data);
    const std::string as_floats = code_of([&] { values_of(bytes, "w"); });
    if (dtype == "F32") return as_floats;
    const Safetensors file(bytes);
    std::vector<std::uint16_t> bits(2);
    EXPECT_EQ(code_of([&] { file.read(*file.find("w"), 0, 2, bits.data()); }), as_floats);
    return as_floats;
  };
  EXPECT_EQ(code("F32", bytes_of(std::vector<float>{1.0F, kNaN})), "tensor_not_finite");
  EXPECT_EQ(code("F32", bytes_of(std::vector<float>{-kInfinity, 1.0F})), "tensor_not_finite");
  EXPECT_EQ(code("F16", bytes_of(half_infinity)), "tensor_not_finite");
  EXPECT_EQ(code("F16", bytes_of(half_nan)), "tensor_not_finite");
  EXPECT_EQ(code("BF16", bytes_of(brain_infinity)), "tensor_not_finite");
  const Bytes bytes = file_of("{" + entry_text("w", "F16", "2", 0, 4) + "}", bytes_of(half_infinity));
  EXPECT_EQ(message_of([&] { values_of(bytes, "w"); }),
            "tensor \"w\": found infinity at element 1, expected finite numbers");
}

struct Broken {
  const char* what;
  std::string header;
  std::size_t data_bytes;
  const char* code;
};

class BrokenFileTest : public testing::TestWithParam<Broken> {};

std::string with(const std::string& entry) { return "{" + entry + "}"; }
const std::string kGood = entry_text("a", "F32", "2", 0, 8);

INSTANTIATE_TEST_SUITE_P(
    Safetensors, BrokenFileTest,
    testing::Values(
        Broken{"good", with(kGood), 8, "none"}, Broken{"no_json", "{\"a\":", 0, "file_header"},
        Broken{"no_object", "[1]", 0, "file_header"}, Broken{"empty_header", "", 0, "file_header"},
        Broken{"space_first", " " + with(kGood), 8, "file_header"},
        Broken{"more_after_the_object", with(kGood) + "x", 8, "file_header"},
        Broken{"name_twice", with(kGood + "," + kGood), 8, "file_header"},
        Broken{"entry_no_object", with("\"a\":1"), 0, "file_header"},
        Broken{"no_dtype", with(R"("a":{"shape":[2],"data_offsets":[0,8]})"), 8, "file_header"},
        Broken{"no_shape", with(R"("a":{"dtype":"F32","data_offsets":[0,8]})"), 8, "file_header"},
        Broken{"no_offsets", with(R"("a":{"dtype":"F32","shape":[2]})"), 8, "file_header"},
        Broken{"one_offset", with(R"("a":{"dtype":"F32","shape":[2],"data_offsets":[0]})"), 8, "file_header"},
        Broken{"negative_axis", with(entry_text("a", "F32", "-2", 0, 8)), 8, "file_header"},
        Broken{"broken_axis", with(entry_text("a", "F32", "1.5", 0, 6)), 6, "file_header"},
        Broken{"axis_in_text", with(entry_text("a", "F32", "\"2\"", 0, 8)), 8, "file_header"},
        Broken{"axis_beyond_doubles", with(entry_text("a", "F32", "1e300", 0, 8)), 8, "file_header"},
        Broken{"nine_axes", with(entry_text("a", "F32", "1,1,1,1,1,1,1,1,2", 0, 8)), 8, "file_header"},
        Broken{"dtype_of_no_format", with(entry_text("a", "I128", "1", 0, 16)), 16, "tensor_dtype"},
        Broken{"dtype_in_lower_case", with(entry_text("a", "f32", "2", 0, 8)), 8, "tensor_dtype"},
        Broken{"more_bytes_than_the_shape", with(entry_text("a", "F32", "1", 0, 8)), 8, "tensor_range"},
        Broken{"fewer_bytes_than_the_shape", with(entry_text("a", "F32", "3", 0, 8)), 8, "tensor_range"},
        Broken{"shape_that_overflows", with(entry_text("a", "F32", "4294967296,4294967296", 0, 0)), 0, "tensor_range"},
        Broken{"end_before_begin", with(entry_text("a", "F32", "2", 8, 0)), 8, "tensor_range"},
        Broken{"offsets_beyond_the_file", with(entry_text("a", "F32", "2", 0, 8)), 7, "file_truncated"},
        Broken{"bytes_left_over", with(kGood), 9, "file_truncated"},
        Broken{"nothing_but_bytes", "{}", 1, "file_truncated"},
        Broken{"overlap", with(kGood + "," + entry_text("b", "F32", "2", 4, 12)), 12, "tensor_overlap"},
        Broken{"same_bytes_twice", with(kGood + "," + entry_text("b", "F32", "2", 0, 8)), 8, "tensor_overlap"},
        Broken{"hole_between", with(kGood + "," + entry_text("b", "F32", "1", 12, 16)), 16, "tensor_overlap"},
        Broken{"hole_in_front", with(entry_text("b", "F32", "1", 4, 8)), 8, "tensor_overlap"}),
    [](const auto& test) { return std::string(test.param.what); });

TEST_P(BrokenFileTest, HasItsCode) {
  EXPECT_EQ(code_for(file_of(GetParam().header, Bytes(GetParam().data_bytes))), GetParam().code);
}

TEST(Safetensors, RefusesAFileShorterThanItsLength) {
  EXPECT_EQ(code_for({}), "file_truncated");
  EXPECT_EQ(code_for(Bytes(7)), "file_truncated");
  EXPECT_EQ(code_for(Bytes(8)), "file_header");
  EXPECT_EQ(code_for(file_with_length(3, "{}", {})), "file_truncated");
}

TEST(Safetensors, RefusesAHeaderThatLiesAboutItsLengthBeforeAllocating) {
  const std::string header = with(kGood);
  const Bytes data(8);
  const Allocations before;
  EXPECT_EQ(code_for(file_with_length(100'000'001, header, data)), "file_header");
  EXPECT_EQ(code_for(file_with_length(~std::uint64_t{0}, header, data)), "file_header");
  EXPECT_EQ(code_for(file_with_length(99'999'999, header, data)), "file_truncated");
  EXPECT_LT(before.bytes_since(), 10'000U);
}

TEST(Safetensors, EveryBeginningOfAFileIsRefused) {
  const Bytes whole = file_of(with(kGood), Bytes(8));
  for (std::size_t length = 0; length < whole.size(); ++length) {
    EXPECT_NE(code_for({whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length)}), "none") << length;
  }
}

}  // namespace
}  // namespace attn::test
