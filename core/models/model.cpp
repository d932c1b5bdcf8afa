#include "models/model.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "kernels/softmax.hpp"
#include "tensor/error.hpp"

namespace attn {

Run Model::run(std::span<const std::int32_t> ids, bool last_only, Probe& probe) {
  const Config& config = transformer_.config();
  const std::size_t tokens = std::min(ids.size(), config.n_ctx);  // of more, forward refuses all
  cache_.reset(config, tokens);
  Run run;
  run.logits = Matrix::from_shape({last_only ? std::min<std::size_t>(tokens, 1) : tokens, config.vocab_size});
  transformer_.forward(ids, cache_, workspace_, probe, view(run.logits));
  run.probs = Vector::from_shape({config.vocab_size});
  std::copy_n(view(run.logits).row(run.logits.shape(0) - 1), config.vocab_size, run.probs.data());
  softmax(run.probs.data(), run.probs.size(), run.probs.data());
  return run;
}

int Model::begin(std::span<const std::int32_t> ids, const SamplingOptions& options, Probe probe) {
  generations_.try_emplace(next_handle_, transformer_, std::vector<std::int32_t>(ids.begin(), ids.end()), options,
                           std::move(probe));
  return next_handle_++;
}

Sample Model::step(int handle) {
  const auto it = generations_.find(handle);
  if (it == generations_.end()) {
    throw Error(Code::generation_unknown, "generation " + std::to_string(handle) + ": it has ended or never began");
  }
  return it->second.step();
}

}  // namespace attn
