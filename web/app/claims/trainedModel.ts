import type { Edit, Tensor, WorkerEngine, WorkerModel } from '../../src/engine/types.ts';
import { modelUrl } from '../models.ts';

/** A shipped model and the sentences that it was trained for: what claims about trained attention are measured on. */
const name = 'sentences';
let opened: Promise<WorkerModel> | null = null;

export function trainedModel(engine: WorkerEngine): Promise<WorkerModel> {
  opened ??= engine.loadModel(modelUrl(name)).catch((error: unknown) => {
    opened = null;
    throw error;
  });
  return opened;
}

export interface Prediction {
  token: string;
  next: string;
  /** Natural logarithm of the probability that the model gave `next`. */
  logProbability: number;
}

/** What the model makes of each next token of a text. */
export async function predictions(
  engine: WorkerEngine,
  model: WorkerModel,
  text: string,
  edits: Edit[] = [],
): Promise<Prediction[]> {
  const { ids, tokens, logits } = await model.run(text, { edits });
  const { data, shape } = await engine.logSoftmax(logits);
  return Array.from({ length: ids.length - 1 }, (_, i) => ({
    token: tokens[i]!,
    next: tokens[i + 1]!,
    logProbability: data[i * shape[1]! + ids[i + 1]!]!,
  }));
}

/** Mean surprise per token over the model's own examples, in nats. */
export async function meanLoss(engine: WorkerEngine, model: WorkerModel, edits: Edit[] = []): Promise<number> {
  const all = await Promise.all(model.info.examples.map(({ text }) => predictions(engine, model, text, edits)));
  const losses = all.flat().map(({ logProbability }) => -logProbability);
  return losses.reduce((a, b) => a + b, 0) / losses.length;
}

/** A boolean mask over all tokens that the model takes. */
export function maskOf(model: WorkerModel, sees: (query: number, key: number) => boolean): Edit['mask'] {
  const n = model.info.n_ctx;
  const data = Uint8Array.from({ length: n * n }, (_, cell) => Number(sees(Math.floor(cell / n), cell % n)));
  return { shape: [n, n], data };
}

export const flat = ({ data }: Tensor): number[] => [...data];
