#include "models/generation.hpp"

#include <algorithm>
#include <utility>

namespace attn {
namespace {

constexpr std::size_t kFirstRoom = 256;  // tokens of a text; twice as many when they are used up

}  // namespace

Generation::Generation(const Transformer& model, std::vector<std::int32_t> prompt, const SamplingOptions& options,
                       Probe probe)
    : model_(model),
      ids_(std::move(prompt)),
      unread_(ids_.size()),
      sampler_(options),
      probe_(std::move(probe)),
      logits_(Vector::from_shape({model.config().vocab_size})) {
  ids_.reserve(model.config().n_ctx);
  cache_.reset(model.config(), std::min(std::max(ids_.size(), kFirstRoom), model.config().n_ctx));
  read();
}

void Generation::read() {
  const Config& config = model_.config();
  if (ids_.size() > cache_.capacity) cache_.grow(config, std::min(2 * cache_.capacity, config.n_ctx));
  const std::span<const std::int32_t> unread = std::span(ids_).last(unread_);
  model_.forward(unread, cache_, workspace_, probe_, MatrixView<float>(logits_.data(), 1, logits_.size()));
  unread_ = 0;
}

Sample Generation::step() {
  if (unread_ > 0) read();
  const Sample sample = sampler_.draw({logits_.data(), logits_.size()});
  const std::size_t n_ctx = model_.config().n_ctx;
  if (ids_.size() == n_ctx) {
    ids_.erase(ids_.begin(), ids_.end() - static_cast<std::ptrdiff_t>(n_ctx / 2));
    cache_.reset(model_.config(), n_ctx);
    unread_ = ids_.size();
  }
  ids_.push_back(sample.id);
  ++unread_;
  return sample;
}

}  // namespace attn
