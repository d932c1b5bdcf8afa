// One program for each parser (ATTN_FUZZ_PARSER), to be driven by libFuzzer: https://llvm.org/docs/LibFuzzer.html

#include <cstdlib>

#include "parsers.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const attn::fuzz::Parser* parser = attn::fuzz::parser(ATTN_FUZZ_PARSER);
  if (parser == nullptr) std::abort();
  parser->feed({data, size});
  return 0;
}
