#include "models/model.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "kernels/softmax.hpp"
#include "tensor/error.hpp"

namespace attn {

Run Model::run(const Input& input, bool last_only, Probe& probe) {
  const Config& config = transformer_.config();
  // Of more tokens, forward refuses all.
  const std::size_t tokens = config.image.side > 0 ? config.n_ctx : std::min(input.ids.size(), config.n_ctx);
  if (config.causal) cache_.reset(config, tokens);
  const std::size_t rows = transformer_.logit_rows(last_only ? std::min<std::size_t>(tokens, 1) : tokens);
  const std::size_t outputs = transformer_.outputs();
  Run run;
  run.logits = Matrix::from_shape({rows, outputs});
  transformer_.forward(input, cache_, workspace_, probe, view(run.logits));
  run.probs = Vector::from_shape({outputs});
  if (outputs == 0) return run;
  std::copy_n(view(run.logits).row(rows - 1), outputs, run.probs.data());
  softmax(run.probs.data(), outputs, run.probs.data());
  return run;
}

int Model::begin(Prompt prompt, const SamplingOptions& options, Probe probe) {
  generations_.try_emplace(next_handle_, transformer_, std::move(prompt), options, std::move(probe));
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
