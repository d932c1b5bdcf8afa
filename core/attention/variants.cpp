// The ways to attend, as three tables that combine freely: how alike query and key are, how scores become weights, and
// which keys a query sees. One file in this folder stands behind each row.

#include <array>
#include <limits>

#include "attention/normalisation.hpp"
#include "attention/scoring.hpp"
#include "attention/structure.hpp"

namespace attn {
namespace {

constexpr double kDepends = std::numeric_limits<double>::quiet_NaN();

constexpr std::array kScorings = {
    Scoring{{"scaled_dot_product",
             "Scaled dot product",
             "缩放点积",
             R"(s_{ij} = \frac{q_i \cdot k_j}{\sqrt{d}})",
             "Vaswani et al. 2017, Attention Is All You Need, section 3.2.1",
             "factor_scaled_dot_product",
             {}},
            score_dot_product,
            {},
            factor_scaled_dot_product},
    Scoring{{"dot_product",
             "Dot product",
             "点积",
             R"(s_{ij} = q_i \cdot k_j)",
             "Luong et al. 2015, Effective Approaches to Attention-based NMT, section 3.1",
             "score_dot_product",
             {}},
            score_dot_product},
    Scoring{{"additive",
             "Additive",
             "加性",
             R"(s_{ij} = w_v \cdot \tanh(q_i W_q + k_j W_k))",
             "Bahdanau et al. 2015, Neural Machine Translation by Jointly Learning to Align, appendix A.1.2",
             "score_additive",
             {}},
            score_additive,
            kAdditiveWeights},
    Scoring{{"general",
             "General (bilinear)",
             "一般（双线性）",
             R"(s_{ij} = q_i W_a\, k_j^\top)",
             "Luong et al. 2015, Effective Approaches to Attention-based NMT, section 3.1",
             "score_dot_product",
             {}},
            score_dot_product,
            kGeneralWeights},
    Scoring{{"cosine",
             "Cosine",
             "余弦",
             R"(s_{ij} = \frac{q_i \cdot k_j}{\lVert q_i \rVert\, \lVert k_j \rVert})",
             "Graves et al. 2014, Neural Turing Machines, section 3.3.1",
             "score_cosine",
             {}},
            score_cosine},
    Scoring{{"gaussian_kernel", "Gaussian kernel", "高斯核", R"(s_{ij} = -\frac{\lVert q_i - k_j \rVert^2}{2 h^2})",
             "Nadaraya 1964, On Estimating Regression; Watson 1964, Smooth Regression Analysis",
             "score_gaussian_kernel", kGaussianKernelParams},
            score_gaussian_kernel},
    Scoring{{"dot_product_key_norm", "Dot product less the key's length", "点积减去键的长度",
             R"(s_{ij} = \frac{q_i \cdot k_j - \tfrac{t}{2} \lVert k_j \rVert^2}{h^2})",
             "Zhang et al. 2023, Dive into Deep Learning, section 11.3.1", "score_dot_product_key_norm",
             kDotProductKeyNormParams},
            score_dot_product_key_norm},
    Scoring{{"gaussian_width",
             "Gaussian kernel, learned width",
             "高斯核（可学习宽度）",
             R"(s_{ij} = -\tfrac{1}{2} \lVert w\,(q_i - k_j) \rVert^2)",
             "Zhang et al. 2023, Dive into Deep Learning, section 11.2",
             "score_gaussian_width",
             {}},
            score_gaussian_width,
            kGaussianWidthWeights},
    Scoring{{"non_local_gaussian",
             "Non-local: Gaussian",
             "非局部：高斯",
             R"(e^{s_{ij}} = e^{q_i \cdot k_j})",
             "Wang et al. 2018, Non-local Neural Networks, section 3.2, equation 2",
             "score_dot_product",
             {}},
            score_dot_product},
    Scoring{{"non_local_embedded_gaussian",
             "Non-local: embedded Gaussian",
             "非局部：嵌入高斯",
             R"(e^{s_{ij}} = e^{\theta(q_i) \cdot \phi(k_j)}, \quad \theta(q) = q W_\theta, \ \phi(k) = k W_\phi)",
             "Wang et al. 2018, Non-local Neural Networks, section 3.2, equation 3",
             "score_dot_product",
             {}},
            score_dot_product,
            kEmbeddingWeights},
    Scoring{{"non_local_dot_product",
             "Non-local: dot product",
             "非局部：点积",
             R"(s_{ij} = \theta(q_i) \cdot \phi(k_j), \quad p_{ij} = s_{ij} / N)",
             "Wang et al. 2018, Non-local Neural Networks, section 3.2, equation 4",
             "score_dot_product",
             {}},
            score_dot_product,
            kEmbeddingWeights,
            nullptr,
            "count"},
    Scoring{{"non_local_concatenation",
             "Non-local: concatenation",
             "非局部：拼接",
             R"(s_{ij} = \operatorname{ReLU}(w_f \cdot [\theta(q_i), \phi(k_j)]), \quad p_{ij} = s_{ij} / N)",
             "Wang et al. 2018, Non-local Neural Networks, section 3.2, equation 5",
             "score_concatenation",
             {}},
            score_concatenation,
            kConcatenationWeights,
            nullptr,
            "count"},
};

constexpr std::array kNormalisations = {
    Normalisation{{"softmax", "Softmax with a temperature", "Softmax（带温度）",
                   R"(p_{ij} = \frac{e^{s_{ij} / T}}{\sum_n e^{s_{in} / T}})",
                   "Hinton et al. 2015, Distilling the Knowledge in a Neural Network, section 2", "normalise_softmax",
                   kSoftmaxParams},
                  normalise_softmax},
    Normalisation{{"masked_softmax", "Masked softmax with a valid length", "掩码 softmax（有效长度）",
                   R"(p_{ij} = \frac{[j < n]\, e^{s_{ij}}}{\sum_{m < n} e^{s_{im}}})",
                   "Zhang et al. 2023, Dive into Deep Learning, section 11.3.2", "normalise_masked_softmax",
                   kMaskedSoftmaxParams},
                  normalise_masked_softmax,
                  kDepends},
    Normalisation{{"softcap", "Softmax of capped scores", "分数封顶的 softmax",
                   R"(p_{ij} = \operatorname{softmax}_j\left(c \tanh(s_{ij} / c)\right))",
                   "Gemma Team 2024, Gemma 2, section 2", "normalise_softcap", kSoftcapParams},
                  normalise_softcap},
    Normalisation{{"sparsemax",
                   "Sparsemax",
                   "Sparsemax",
                   R"(p_{ij} = \max(s_{ij} - \tau_i,\, 0))",
                   "Martins and Astudillo 2016, From Softmax to Sparsemax, section 2.2",
                   "normalise_sparsemax",
                   {}},
                  normalise_sparsemax},
    Normalisation{{"entmax15",
                   "Entmax 1.5",
                   "Entmax 1.5",
                   R"(p_{ij} = \max(s_{ij} / 2 - \tau_i,\, 0)^2)",
                   "Peters et al. 2019, Sparse Sequence-to-Sequence Models, section 3",
                   "normalise_entmax15",
                   {}},
                  normalise_entmax15},
    Normalisation{{"softmax_plus_one",
                   "Softmax plus one",
                   "Softmax 加一",
                   R"(p_{ij} = \frac{e^{s_{ij}}}{1 + \sum_n e^{s_{in}}})",
                   "Miller 2023, Attention Is Off By One",
                   "normalise_softmax_plus_one",
                   {}},
                  normalise_softmax_plus_one,
                  kDepends},
    Normalisation{{"count",
                   "Divide by the number of keys (1/N)",
                   "除以键数（1/N）",
                   R"(p_{ij} = s_{ij} / N_i)",
                   "Wang et al. 2018, Non-local Neural Networks, section 3.2",
                   "normalise_count",
                   {}},
                  normalise_count,
                  kDepends},
    Normalisation{
        {"linear",
         "Divide by the sum",
         "除以总和",
         R"(p_{ij} = \frac{s_{ij}}{\sum_n s_{in}})",
         "Katharopoulos et al. 2020, Transformers are RNNs, section 3.2, equation 3, of the scores themselves",
         "normalise_linear",
         {}},
        normalise_linear,
        kDepends},
    Normalisation{
        {"square",
         "Squares, divided by their sum",
         "平方后除以总和",
         R"(p_{ij} = \frac{s_{ij}^2}{\sum_n s_{in}^2})",
         "Katharopoulos et al. 2020, Transformers are RNNs, section 3.2, with a polynomial kernel of degree 2",
         "normalise_square",
         {}},
        normalise_square,
        kDepends},
    Normalisation{{"relu",
                   "ReLU, divided by the sum",
                   "ReLU 后除以总和",
                   R"(p_{ij} = \frac{\max(s_{ij}, 0)}{\sum_n \max(s_{in}, 0)})",
                   "Zhang et al. 2021, Sparse Attention with Linear Units, section 3, with the sum for its norm",
                   "normalise_relu",
                   {}},
                  normalise_relu,
                  kDepends},
};

constexpr std::array kStructures = {
    Structure{{"bidirectional",
               "Bidirectional",
               "双向",
               R"(\forall j)",
               "Vaswani et al. 2017, Attention Is All You Need, section 3.2.3",
               "range_bidirectional",
               {}},
              range_bidirectional},
    Structure{{"causal", "Causal", "因果", R"(j \le i + o)",
               "Vaswani et al. 2017, Attention Is All You Need, section 3.2.3", "range_causal", kCausalParams},
              range_causal},
    Structure{{"sliding_window", "Sliding window", "滑动窗口", R"(i - w < j \le i)",
               "Jiang et al. 2023, Mistral 7B, section 2", "range_sliding_window", kSlidingWindowParams},
              range_sliding_window},
    Structure{{"dilated_window", "Dilated sliding window", "空洞滑动窗口", R"(j = i - n\,r, \quad 0 \le n < w)",
               "Beltagy et al. 2020, Longformer, section 3.1", "sees_dilated_window", kDilatedWindowParams},
              range_dilated_window,
              sees_dilated_window},
    Structure{{"block_local", "Block-local", "分块局部", R"(\lfloor i / b \rfloor = \lfloor j / b \rfloor)",
               "Qiu et al. 2020, Blockwise Self-Attention for Long Document Understanding, section 3.1",
               "range_block_local", kBlockLocalParams},
              range_block_local},
    Structure{
        {"prefix", "Causal with a prefix", "带前缀的因果", R"(j \le i \ \lor\ j < p)",
         "Raffel et al. 2020, Exploring the Limits of Transfer Learning, section 3.2.1", "range_prefix", kPrefixParams},
        range_prefix},
    Structure{
        {"global_tokens", "Global tokens and a window", "全局词元加窗口", R"(i < g \ \lor\ j < g \ \lor\ |i - j| < w)",
         "Beltagy et al. 2020, Longformer, section 3.1", "sees_global_tokens", kGlobalTokensParams},
        range_global_tokens,
        sees_global_tokens},
};

}  // namespace

std::span<const Scoring> scorings() { return kScorings; }
std::span<const Normalisation> normalisations() { return kNormalisations; }
std::span<const Structure> structures() { return kStructures; }

const Scoring& scoring(std::string_view name) { return row_named(scorings(), name, Code::variant_unknown, "scoring"); }
const Normalisation& normalisation(std::string_view name) {
  return row_named(normalisations(), name, Code::variant_unknown, "normalisation");
}
const Structure& structure(std::string_view name) {
  return row_named(structures(), name, Code::variant_unknown, "structure");
}

Sight sight(const Structure& row, std::span<const double> params) {
  Sight out;
  out.range = row.range;
  out.sees = row.sees;
  out.params = numbers_for(row.facts, params);
  return out;
}

}  // namespace attn
