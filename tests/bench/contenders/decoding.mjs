// The forms of a model row, the same for every peer: a peer gives `prefill(ids)` -> {logits, state} and
// `step(state, id)` -> {logits, state}; what they mean by a state is theirs.
import { kSteps } from '../cases.mjs';
import { mostLikely, promptIds } from '../gpt2.mjs';
import { drawn } from './model_reference.mjs';

export function modelForm({ kind, model, tokens }, { prefill, step, drop = () => {} }) {
  const ids = promptIds(model, tokens);
  if (kind === 'prefill') {
    const call = async () => {
      const { logits, state } = await prefill(ids);
      drop(state);
      return logits;
    };
    return { call, output: (logits) => logits };
  }
  /** Draws the prompt's next token and, timed, `kSteps` that need a forward pass each. */
  const decode = async () => {
    let { logits, state } = await prefill(ids);
    const draws = [mostLikely(logits)];
    const start = performance.now();
    while (draws.length <= kSteps) {
      const next = await step(state, draws.at(-1));
      drop(state);
      ({ logits, state } = next);
      draws.push(mostLikely(logits));
    }
    const milliseconds = performance.now() - start;
    drop(state);
    return { milliseconds, units: kSteps, draws };
  };
  return { measure: decode, values: async () => drawn((await decode()).draws) };
}
