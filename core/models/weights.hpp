#pragma once

#include <string>
#include <vector>

#include "io/safetensors.hpp"
#include "layers/feed_forward.hpp"
#include "layers/multi_head_attention.hpp"
#include "layers/norm.hpp"
#include "layers/weight.hpp"
#include "models/config.hpp"
#include "tensor/tensor.hpp"

namespace attn {

struct BlockWeights {
  Norm attn_norm;
  MultiHeadAttention attn;
  Norm cross_norm;
  MultiHeadAttention cross;  ///< empty where a block attends to its own stack alone
  Norm mlp_norm;
  FeedForward mlp;
};

/// An embedding and the blocks behind it. Parts that a family does not have stay empty.
struct StackWeights {
  Weight embed;                          ///< (d_model, vocab): the table's transpose, see embedding.hpp
  Linear patches;                        ///< (channels * patch * patch, d_model), of a model that reads images
  MatrixView<const float> class_tokens;  ///< (class tokens, d_model): stand before the patches
  MatrixView<const float> pos_embed;     ///< (n_ctx, d_model)
  MatrixView<const float> segments;      ///< (token types, d_model)
  Norm embed_norm;
  std::vector<BlockWeights> blocks;
  Norm final_norm;
};

enum class HeadKind : std::uint8_t { none, next_token, masked_token, sequence, token };

/// What JavaScript calls them.
inline constexpr std::array kHeadNames = {
    std::string_view("none"),     std::string_view("next_token"), std::string_view("masked_token"),
    std::string_view("sequence"), std::string_view("token"),
};
static_assert(kHeadNames.size() == static_cast<std::size_t>(HeadKind::token) + 1);

/// What makes logits of the last block's output: out(norm(activation(transform(x)))) of every token, or of the class
/// token alone where the kind is `sequence`.
struct Head {
  HeadKind kind = HeadKind::none;
  Linear transform;
  Activation activation = nullptr;
  Norm norm;
  Linear out;     ///< (d_model, vocab or labels)
  Linear second;  ///< of the second class token; logits are then the mean. Touvron et al. 2021, section 4
};

/// Views of one block of memory, laid out by a family's row.
struct Weights {
  StackWeights encoder;  ///< beside a decoder
  StackWeights stack;    ///< the decoder, or the only stack
  Head head;

  /// How many numbers a row of logits has.
  std::size_t outputs() const { return head.out.weight.is_empty() ? 0 : head.out.weight.cols(); }
};

/// Hands a family its tensors by name. In its first pass it only checks that each is there with the right shape; in
/// its second it lays them out in one block of memory, a few rows of the file at a time.
class WeightReader {
 public:
  WeightReader(const Safetensors& file, WeightFormat format, float* block)
      : file_(file), format_(format), block_(block) {}

  /// As floats. Throws tensor_missing, tensor_shape, tensor_not_finite, what the file's source throws; tensor_dtype for
  /// what is not F32, F16 or BF16, or I8, which only weights may be.
  MatrixView<const float> matrix(const std::string& name, std::size_t rows, std::size_t cols);
  /// A matrix (rows, parts * cols) as its parts (rows, cols). A tensor of bytes needs its largest absolute numbers, one
  /// for each output, in a tensor `SCB` beside it: byte / 127 times that is the number (Dettmers et al. 2022, arXiv
  /// 2208.07339, section 2.1). It stays bytes, as numbers of 16 bits stay those.
  std::vector<Weight> weights(const std::string& name, std::size_t rows, std::size_t cols, std::size_t parts = 1);
  /// The transpose of a matrix (rows, cols); likewise.
  Weight transposed_weight(const std::string& name, std::size_t rows, std::size_t cols);
  const float* vector(const std::string& name, std::size_t count);

  /// Tensors of more axes: a matrix of their last axis's width; the transpose of one whose rows are the first axis.
  MatrixView<const float> matrix(const std::string& name, std::span<const std::size_t> shape);
  Weight transposed_weight(const std::string& name, std::span<const std::size_t> shape);
  /// The transposes of the parts (rows, cols) of a matrix (parts * rows, cols).
  std::vector<Weight> transposed_weights(const std::string& name, std::size_t rows, std::size_t cols,
                                         std::size_t parts);

  /// The length of a tensor's first axis; 0 for a tensor that is not there or has none.
  std::size_t first_axis(const std::string& name) const;

  bool has(const std::string& name) const { return file_.find(name) != nullptr; }

  /// A tensor that checkpoints of this family carry and that the forward pass does not need, or is the same again.
  void ignore(const std::string& name) { known_.push_back(name); }

  /// Of all tensors asked for.
  std::size_t elements() const { return elements_; }
  /// Numbers of the block, which panels pad.
  std::size_t block_size() const { return used_; }

  /// Throws tensor_unexpected for a tensor that nobody asked for.
  void refuse_unknown() const;

 private:
  /// Rows of a tensor read as a matrix, `first` counted from its start.
  struct RowRange {
    std::size_t first, rows, cols;
  };
  const TensorEntry& take(const std::string& name, std::span<const std::size_t> shape);
  const TensorEntry& take_numbers(const std::string& name, std::span<const std::size_t> shape);
  /// Room in the block for so many numbers, from a float's place on; null in the first pass.
  template <class Number>
  Number* reserve(std::size_t count);
  bool as_bytes(const TensorEntry& entry) const { return format_ == WeightFormat::bytes || entry.dtype == DType::i8; }
  /// What a tensor of bytes is multiplied by, one for each of `outputs`; nothing for one of numbers.
  std::vector<float> file_scales(const TensorEntry& entry, std::size_t outputs);
  /// Calls lay(rows, first) for a few rows of the matrix at a time, so that it never stands twice as a whole: floats,
  /// or the bits of 16.
  template <class Number, class Lay>
  void by_rows(const TensorEntry& entry, RowRange range, Lay lay);
  /// The same, floats times the `scales` of the file, which belong to columns, or to rows; none are ones.
  template <class Lay>
  void by_scaled_rows(const TensorEntry& entry, RowRange range, const std::vector<float>& scales, bool of_rows,
                      Lay lay);
  /// The panels of each part, one after another.
  template <class Number>
  Number* lay_out(const TensorEntry& entry, std::size_t rows, std::size_t cols, std::size_t parts);
  /// The panels of the transpose.
  template <class Number>
  Number* lay_out_transposed(const TensorEntry& entry, RowRange range);
  Weight lay_transposed(const TensorEntry& entry, RowRange range, const std::vector<float>& scales);

  const Safetensors& file_;
  WeightFormat format_;
  float* block_;  // null in the first pass
  std::size_t elements_ = 0;
  std::size_t used_ = 0;
  std::vector<std::string> known_;
};

}  // namespace attn
