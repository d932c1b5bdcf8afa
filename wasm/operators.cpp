#include "operators.hpp"

#include "layers/operators.hpp"
#include "layers/rotary_embedding.hpp"
#include "tensor/assert.hpp"

namespace attn::js {
namespace {

using Arrays = const std::vector<Array*>&;
using Numbers = const std::vector<double>&;

struct Row {
  std::string_view name;
  void (*run)(Arrays in, Numbers numbers, Arrays out);
};

float single(double number) { return static_cast<float>(number); }
int axis(double number) { return static_cast<int>(number); }
std::size_t whole(double number) { return static_cast<std::size_t>(number); }

void rotary_embedding(Arrays in, Numbers n, Arrays out) {
  const std::vector<std::size_t> ids(n.begin() + 3, n.end());
  rotary_embedding_operator(*in[0], *in[1], *in[2], {whole(n[0]), whole(n[1]), n[2] != 0.0, ids}, *out[0]);
}

constexpr Row kRows[] = {
    {"logSoftmax", [](Arrays in, Numbers n, Arrays out) { log_softmax_operator(*in[0], *out[0], axis(n[0])); }},
    {"rmsNorm", [](Arrays in, Numbers n, Arrays out) { rms_norm_operator(*in[0], *in[1], single(n[0]), *out[0], axis(n[1])); }},
    {"rotaryEmbedding", rotary_embedding},
};

}  // namespace

void run_operator(std::string_view name, const std::vector<Array*>& inputs, const std::vector<double>& numbers,
                  const std::vector<Array*>& outputs) {
  for (const Row& row : kRows) {
    if (row.name == name) return row.run(inputs, numbers, outputs);
  }
  ATTN_ASSERT(false);
}

}  // namespace attn::js
