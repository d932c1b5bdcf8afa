// What a model row must give, from the float64 forward pass where that is affordable (the tiny model).
import { kSteps } from '../cases.mjs';
import { makeWeights, mostLikely, promptIds, referenceModel } from '../gpt2.mjs';

/** A decode row's result: the drawn tokens, counted from 1 so that an error is never divided by 0. */
export const drawn = (ids) => Float64Array.from(ids, (id) => id + 1);

/** Reference of a model row, or null where agreement between the contenders has to do. */
export function modelReferenceOf({ model, kind, tokens }) {
  if (model !== 'gpt2-tiny') return null;
  const read = referenceModel(makeWeights(model));
  const ids = promptIds(model, tokens);
  let logits;
  ids.forEach((id, index) => (logits = read(id, index === ids.length - 1)));
  if (kind === 'prefill') return { length: logits.length, parts: [{ offset: 0, values: logits }], limit: 1e-4 };
  const draws = [mostLikely(logits)];
  while (draws.length <= kSteps) draws.push(mostLikely(read(draws.at(-1))));
  const values = drawn(draws);
  return { length: values.length, parts: [{ offset: 0, values }], limit: 1e-4, elementwise: true };
}
