import type { BooleanMask, Edit, Run, Tensor, WorkerModel } from 'attention-playground';

export const kKinds = ['encoder', 'decoder', 'cross'] as const;
/** Who attends to whom: the text to itself, the answer to itself, the answer to the text. */
export type Kind = (typeof kKinds)[number];

/** What the model wrote for a text, and the forward pass that shows how. */
export interface Written {
  text: string;
  /** `2026-11-21`. */
  answer: string;
  /** Over the text as it stands. */
  run: Run;
  /** Over the text with padding behind it; `run` itself without. */
  padded: Run;
  /** What each row writes: the answer's characters, and its end. */
  steps: string[];
  /** Indices of the text's characters that the decoder could not see. */
  covered: ReadonlySet<number>;
}

const kStations: Record<Kind, string> = {
  encoder: 'encoder.blocks.*.attn.pattern',
  decoder: 'decoder.blocks.*.attn.pattern',
  cross: 'decoder.blocks.*.cross.pattern',
};

/** Hides characters of the text from the decoder, in all its layers and at every step. */
function cover(covered: ReadonlySet<number>, keys: number, queries: number): Edit[] {
  if (covered.size === 0) return [];
  // Rows count from the beginning of the context, so there is one for each step that may come.
  const data = Uint8Array.from({ length: queries * keys }, (_, cell) => (covered.has(cell % keys) ? 0 : 1));
  const mask: BooleanMask = { shape: [queries, keys], data };
  return [{ at: 'decoder.blocks.*.cross.scores', mask }];
}

/** Lets the model write the date of `text` and reads every pattern on the way; null once `signal` says that nobody waits. */
export async function write(
  model: WorkerModel,
  text: string,
  { covered, padding, signal }: { covered: ReadonlySet<number>; padding: number; signal: AbortSignal },
): Promise<Written | null> {
  const { n_ctx: most, vocabulary } = model.info;
  const { source } = await model.encode({ text });
  const keys = source!.ids.length;
  const edits = cover(covered, keys, most);
  let answer = '';
  if (signal.aborted) return null;
  // Greedy, as the answer is not a matter of taste; a date and its end are eleven tokens.
  for await (const step of model.generate({ text }, { temperature: 0, maxTokens: 15, edits })) {
    if (signal.aborted) return null;
    answer = step.text;
  }
  const options = { record: Object.values(kStations), edits };
  const run = await model.run({ text, target: answer }, options);
  const padTo = Math.min(most, keys + padding);
  const padded = padTo > keys ? await model.run({ text, target: answer, padTo }, options) : run;
  if (signal.aborted) return null;
  const last = run.probs.data.indexOf(Math.max(...run.probs.data));
  return { text, answer, run, padded, steps: [...run.tokens.slice(1), vocabulary[last] ?? ''], covered };
}

/** The patterns of one kind, layer by layer. */
export function patternsOf(run: Run, kind: Kind): Tensor[] {
  const stations = Array.from({ length: Object.keys(run.activations).length }, (_, layer) =>
    kStations[kind].replace('*', String(layer)),
  );
  return stations.flatMap((station) => run.activations[station] ?? []);
}

/** One head of a pattern (heads, queries, keys), or the mean of all, as (queries, keys). */
export function headOrMean({ shape: [heads = 0, queries = 0, keys = 0], data }: Tensor, head: number | null): Tensor {
  const size = queries * keys;
  if (head !== null) return { shape: [queries, keys], data: data.slice(head * size, (head + 1) * size) };
  const mean = new Float32Array(size);
  data.forEach((weight, at) => (mean[at % size]! += weight / heads));
  return { shape: [queries, keys], data: mean };
}

export function rowOf({ shape, data }: Tensor, row: number): Float32Array {
  const width = shape.at(-1)!;
  return data.subarray(row * width, (row + 1) * width);
}

/** What the model expected at a step: softmax of its logits. */
export function probabilitiesAt({ logits }: Run, step: number): Float32Array {
  const row = rowOf(logits, step);
  const largest = Math.max(...row);
  const powers = row.map((logit) => Math.exp(logit - largest));
  const sum = powers.reduce((total, power) => total + power, 0);
  return powers.map((power) => power / sum);
}

/** The largest difference between the logits of two runs, over all steps and tokens. */
export function largestDifference(a: Run, b: Run): number {
  return a.logits.data.reduce((most, logit, at) => Math.max(most, Math.abs(logit - b.logits.data[at]!)), 0);
}
