import type { Encoding, Tensor, WorkerEngine, WorkerModel } from '../../src/engine/types.ts';
import { normals } from '../../src/elements/rooms/random.ts';

/** The model whose trained table stands for learned positions. */
const trained = 'models/sentences/';
let opened: Promise<WorkerModel> | null = null;

/** The first rows and columns of a shipped model's trained table; fewer where its context or its width end. */
async function learnedTable(engine: WorkerEngine, tokens: number, width: number): Promise<Tensor> {
  opened ??= engine.loadModel(trained).catch((error: unknown) => {
    opened = null;
    throw error;
  });
  const model = await opened;
  const text = Array.from({ length: model.info.n_ctx }, () => model.info.examples[0]!.text).join(' ');
  const run = await model.run(text, { record: ['pos_embed'], logits: 'last' });
  const { shape, data } = run.activations['pos_embed']!;
  const [rows, columns] = [Math.min(tokens, shape[0]!), Math.min(width, shape[1]!)];
  const kept = Array.from({ length: rows }, (_, i) => [...data.subarray(i * shape[1]!, i * shape[1]! + columns)]);
  return { shape: [rows, columns], data: Float32Array.from(kept.flat()) };
}

interface Size {
  tokens: number;
  /** For biased rows the number of heads. */
  width: number;
  params: Record<string, number>;
}

/**
 * A row's table: by its formula, from a shipped model's weight, or from a weight as it is before training (drawn with a
 * seed). Null for a row without one.
 */
export async function tableOf(
  engine: WorkerEngine,
  row: Encoding,
  { tokens, width, params }: Size,
): Promise<Tensor | null> {
  if (row.kind === 'none') return null;
  if (row.tabulated) return engine.positions[row.name]!(tokens, width, params);
  if (row.kind === 'added') return learnedTable(engine, tokens, width);
  const lengths: Record<string, number> = { tokens, width, heads: width, ...params };
  const shape = row.weight.map((name) => lengths[name]!);
  const weight = {
    shape,
    data: normals(
      shape.reduce((a, b) => a * b, 1),
      11,
    ),
  };
  return engine.positions[row.name]!(tokens, width, params, weight);
}

/** Cosines and sines of a table `(tokens, width)` that has the ones before the others. */
export function halves({ shape, data }: Tensor): { cosines: Tensor; sines: Tensor } {
  const [tokens, width] = shape as [number, number];
  const half = width / 2;
  const part = (from: number): Tensor => ({
    shape: [tokens, half],
    data: Float32Array.from(
      { length: tokens * half },
      (_, i) => data[Math.floor(i / half) * width + from + (i % half)]!,
    ),
  });
  return { cosines: part(0), sines: part(half) };
}
