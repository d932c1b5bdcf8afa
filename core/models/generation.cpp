#include "models/generation.hpp"

#include <algorithm>
#include <utility>

#include "tensor/error.hpp"

namespace attn {
namespace {

constexpr std::size_t kFirstRoom = 256;  // tokens of a text; twice as many when they are used up

}  // namespace

Generation::Generation(const Transformer& model, Prompt prompt, const SamplingOptions& options, Probe probe)
    : model_(model),
      prompt_(std::move(prompt)),
      unread_(prompt_.ids.size()),
      sampler_(options),
      probe_(std::move(probe)),
      logits_(Vector::from_shape({model.outputs()})) {
  const Config& config = model.config();
  if (!config.causal || model.head() != HeadKind::next_token) {
    throw Error(Code::argument_range, "generate: found a model of the family " + config.family +
                                          ", expected one that foretells the next token");
  }
  prompt_.ids.reserve(config.n_ctx);
  cache_.reset(config, std::min(std::max(prompt_.ids.size(), kFirstRoom), config.n_ctx));
  read();
}

void Generation::read() {
  const Config& config = model_.config();
  std::vector<std::int32_t>& ids = prompt_.ids;
  if (ids.size() > cache_.capacity) cache_.grow(config, std::min(2 * cache_.capacity, config.n_ctx));
  Input input = std::span<const std::int32_t>(ids).last(unread_);
  input.source = prompt_.source;
  input.padding = prompt_.padding;
  model_.forward(input, cache_, workspace_, probe_, MatrixView<float>(logits_.data(), 1, logits_.size()));
  unread_ = 0;
}

Sample Generation::step() {
  if (unread_ > 0) read();
  const Sample sample = sampler_.draw({logits_.data(), logits_.size()});
  const std::size_t n_ctx = model_.config().n_ctx;
  std::vector<std::int32_t>& ids = prompt_.ids;
  if (ids.size() == n_ctx && prompt_.source.empty()) {
    ids.erase(ids.begin(), ids.end() - static_cast<std::ptrdiff_t>(n_ctx / 2));
    cache_.reset(model_.config(), n_ctx);
    unread_ = ids.size();
  }
  ids.push_back(sample.id);
  ++unread_;
  return sample;
}

}  // namespace attn
