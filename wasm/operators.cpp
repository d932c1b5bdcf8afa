#include "operators.hpp"

#include "image/operators.hpp"
#include "interpretation/operators.hpp"
#include "layers/decoder_layer.hpp"
#include "layers/encoder_layer.hpp"
#include "layers/linear_attention_operator.hpp"
#include "layers/multi_head_operator.hpp"
#include "layers/operators.hpp"
#include "layers/rotary_embedding.hpp"
#include "layers/shared_heads.hpp"
#include "smoothing/operators.hpp"
#include "smoothing/smoothing_kernel.hpp"
#include "tensor/error.hpp"

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
unsigned whole(double number) { return static_cast<unsigned>(number); }
bool flag(double number) { return number != 0.0; }

void rotary_embedding(Arrays in, Numbers n, Arrays out) {
  const std::vector<std::size_t> ids(n.begin() + 3, n.end());
  rotary_embedding_operator(*in[0], *in[1], *in[2], {whole(n[0]), whole(n[1]), flag(n[2]), ids}, *out[0]);
}

void multi_head_attention(Arrays in, Numbers n, Arrays out) {
  multi_head_attention_operator(
      *in[0], *in[1], *in[2], {*in[3], *in[4], *in[5], *in[6], in[7], in[8], in[9], in[10], in[11], in[12]},
      {whole(n[0]), whole(n[1]), flag(n[2]), flag(n[3]), flag(n[4]), {in[13], flag(n[5]), in[14]}}, *out[0], out[1]);
}

void encoder_layer(Arrays in, Numbers n, Arrays out) {
  encoder_layer_operator(
      *in[0], {*in[1], *in[2], *in[3], *in[4], *in[5], *in[6], *in[7], *in[8], *in[9], *in[10], *in[11], *in[12]},
      {whole(n[0]), flag(n[1]), flag(n[2]), single(n[3]), flag(n[4]), {in[13], flag(n[5]), in[14]}}, *out[0]);
}

void decoder_layer(Arrays in, Numbers n, Arrays out) {
  decoder_layer_operator(*in[0], *in[1],
                         {*in[2],  *in[3],  *in[4],  *in[5],  *in[6],  *in[7],  *in[8],  *in[9],  *in[10], *in[11],
                          *in[12], *in[13], *in[14], *in[15], *in[16], *in[17], *in[18], *in[19], *in[20], *in[21]},
                         {whole(n[0]),
                          flag(n[1]),
                          flag(n[2]),
                          single(n[3]),
                          flag(n[4]),
                          {in[22], flag(n[5]), in[23]},
                          {in[24], flag(n[6]), in[25]}},
                         *out[0]);
}

void shared_heads_attention(Arrays in, Numbers n, Arrays out) {
  shared_heads_attention_operator(*in[0], *in[1], *in[2], {*in[3], *in[4], *in[5], *in[6], *in[7]}, whole(n[0]), in[8],
                                  *out[0], *out[1]);
}

void kernel_regression(Arrays in, Numbers n, Arrays out) {
  const SmoothingKernel& kernel = smoothing_kernels()[whole(n[0])];
  kernel_regression_operator(*in[0], *in[1], *in[2], {kernel.facts.name, n[1], flag(n[2])}, *out[0], *out[1]);
}

constexpr Row kRows[] = {
    {"logSoftmax", [](Arrays in, Numbers n, Arrays out) { log_softmax_operator(*in[0], *out[0], axis(n[0])); }},
    {"rotaryEmbedding", rotary_embedding},
    {"multiHeadAttention", multi_head_attention},
    {"encoderLayer", encoder_layer},
    {"decoderLayer", decoder_layer},
    {"linearAttention",
     [](Arrays in, Numbers n, Arrays out) {
       linear_attention_operator(*in[0], *in[1], *in[2], flag(n[0]), *out[0], out[1]);
     }},
    {"sharedHeadsAttention", shared_heads_attention},
    {"meanOverHeads", [](Arrays in, Numbers, Arrays out) { mean_over_heads_operator(*in[0], *out[0]); }},
    {"attentionRollout",
     [](Arrays in, Numbers n, Arrays out) { attention_rollout_operator(*in[0], single(n[0]), *out[0]); }},
    {"attentionFlow",
     [](Arrays in, Numbers n, Arrays out) { attention_flow_operator(*in[0], single(n[0]), flag(n[1]), *out[0]); }},
    {"headEntropy", [](Arrays in, Numbers, Arrays out) { head_entropy_operator(*in[0], *out[0]); }},
    {"headDistance", [](Arrays in, Numbers, Arrays out) { head_distance_operator(*in[0], *out[0]); }},
    {"kernelRegression", kernel_regression},
    {"fitKernelWidth",
     [](Arrays in, Numbers n, Arrays out) {
       fit_kernel_width_operator(*in[0], *in[1], {n[0], n[1], whole(n[2])}, *out[0], *out[1], *out[2]);
     }},
    {"pairwiseDistances",
     [](Arrays in, Numbers n, Arrays out) {
       pairwise_distances_operator(*in[0], *in[1], flag(n[0]), flag(n[1]), *out[0]);
     }},
    {"principalComponents",
     [](Arrays in, Numbers n, Arrays out) {
       principal_components_operator(*in[0], whole(n[0]), *out[0], *out[1], *out[2]);
     }},
    {"leaveOneOutVote",
     [](Arrays in, Numbers n, Arrays out) { leave_one_out_vote_operator(*in[0], *in[1], n[0], *out[0], *out[1]); }},
    {"fitProjection",
     [](Arrays in, Numbers n, Arrays out) {
       fit_projection_operator(*in[0], *in[1], *in[2], {n[0], whole(n[1])}, *out[0], *out[1]);
     }},
    {"imagePatches", [](Arrays in, Numbers n, Arrays out) { image_patches_operator(*in[0], n[0], *out[0]); }},
    {"convolve", [](Arrays in, Numbers, Arrays out) { convolve_operator(*in[0], *in[1], *out[0]); }},
    {"peakSignalToNoise",
     [](Arrays in, Numbers n, Arrays out) { peak_signal_to_noise_operator(*in[0], *in[1], n[0], *out[0]); }},
    {"localFeatures", [](Arrays in, Numbers, Arrays out) { local_features_operator(*in[0], *out[0]); }},
    {"rmsNorm",
     [](Arrays in, Numbers n, Arrays out) { rms_norm_operator(*in[0], *in[1], single(n[0]), *out[0], axis(n[1])); }},
};

}  // namespace

void run_operator(std::string_view name, const std::vector<Array*>& inputs, const std::vector<double>& numbers,
                  const std::vector<Array*>& outputs) {
  for (const Row& row : kRows) {
    if (row.name == name) return row.run(inputs, numbers, outputs);
  }
  throw Error(Code::argument_range, "operator: found \"" + std::string(name) + "\", which is no row of the table");
}

}  // namespace attn::js
