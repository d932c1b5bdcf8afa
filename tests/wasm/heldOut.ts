import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { init } from '../../web/src/index.node.ts';
import type { LoadOptions, Model, Run } from '../../web/src/engine/types.ts';

/** The shipped models, the text kept from their training, and how well a model foretells it. */

const kDemos = join(import.meta.dirname, '../../demos');
export const read = (path: string) => readFileSync(join(kDemos, path), 'utf8');
export const json = <T>(path: string) => JSON.parse(read(path)) as T;
export const open = async (name: string, options?: LoadOptions): Promise<Model> =>
  (await init()).loadModel(pathToFileURL(join(kDemos, name, 'model')), options);

/** Rows of logits as an iterator would see them: the index of the largest number of row `i`. */
export function likeliest({ logits }: Run, i: number): number {
  const width = logits.shape[1]!;
  const row = logits.data.subarray(i * width, (i + 1) * width);
  return row.indexOf(row.reduce((most, value) => Math.max(most, value), -Infinity));
}

/** Minus the natural logarithm of what softmax gives the target, in double. */
function surprise({ logits }: Run, i: number, target: number): number {
  const width = logits.shape[1]!;
  const row = logits.data.subarray(i * width, (i + 1) * width);
  const highest = row.reduce((most, value) => Math.max(most, value), -Infinity);
  const sum = row.reduce((total, value) => total + Math.exp(value - highest), 0);
  return Math.log(sum) + highest - row[target]!;
}

/** Mean surprise of every known token after the first of each text (the same windows as the training's). */
export function meanSurprise(model: Model, texts: string[]): { loss: number; targets: number } {
  let total = 0;
  let targets = 0;
  for (const text of texts) {
    const run = model.run(text.slice(0, -1));
    const last = model.encode(text.slice(-1)); // apart: a whole text may have one token more than the context
    const ids = [...run.ids, ...last.ids];
    const unknown = new Set([...run.unknown, ...last.unknown.map((i) => i + run.ids.length)]);
    for (let i = 1; i < ids.length; ++i) {
      if (unknown.has(i)) continue;
      total += surprise(run, i - 1, ids[i]!);
      ++targets;
    }
  }
  return { loss: total / targets, targets };
}

/** The held-out text that ships with a character model, in pieces that fit its context and one target more. */
export function heldOutTexts(name: 'tang' | 'shakespeare'): string[] {
  if (name === 'tang') return json<{ poems: string[] }>('tang/heldout.json').poems.map((poem) => `${poem}\n`);
  const { n_ctx } = json<{ n_ctx: number }>('shakespeare/model/figures.json');
  const text = read('shakespeare/heldout.txt');
  const windows = Math.floor((text.length - 1) / n_ctx);
  return Array.from({ length: windows }, (_, w) => text.slice(w * n_ctx, (w + 1) * n_ctx + 1));
}
