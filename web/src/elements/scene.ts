import type { Run, Tensor } from '../engine/types.ts';

/** What one forward pass left to draw: plain data, no model. */
export interface Scene {
  tokens: readonly string[];
  /** Positions whose token the vocabulary lacks. */
  unknown: readonly number[];
  /** One pattern `(heads, tokens, tokens)` per layer. */
  patterns: readonly Tensor[];
  /** What the cells of one layer were computed from. */
  detail: Detail | null;
}

export interface Detail {
  layer: number;
  /** `(heads, tokens, d_head)` */
  q: Tensor;
  /** `(key heads, tokens, d_head)`, each for a group of heads. */
  k: Tensor;
  /** `(heads, tokens, tokens)`, as the softmax reads them. */
  scores: Tensor;
  /** What the scores were divided by inside attention; 1 if nothing. */
  temperature: number;
}

/** Stations to record for `sceneOf`. */
export function stationsOf(layer: number): string[] {
  return ['blocks.*.attn.pattern', ...(['q', 'k', 'scores'] as const).map((name) => `blocks.${layer}.attn.${name}`)];
}

/** Reads a run that recorded `stationsOf(layer)`. */
export function sceneOf(run: Run, layer: number, temperature = 1): Scene {
  const { activations, tokens, unknown } = run;
  const patterns: Tensor[] = [];
  for (let at = 0; activations[`blocks.${at}.attn.pattern`]; ++at)
    patterns.push(activations[`blocks.${at}.attn.pattern`]!);
  const [q, k, scores] = ['q', 'k', 'scores'].map((name) => activations[`blocks.${layer}.attn.${name}`]);
  return { tokens, unknown, patterns, detail: q && k && scores ? { layer, q, k, scores, temperature } : null };
}

/** Element `(head, row, column)` of a tensor of three axes. */
export function at({ shape, data }: Tensor, head: number, row: number, column: number): number {
  const [, rows = 0, columns = 0] = shape;
  return data[(head * rows + row) * columns + column] ?? NaN;
}

/** Row `(head, row)` of a tensor of three axes. */
export function rowOf({ shape, data }: Tensor, head: number, row: number): Float32Array {
  const [, rows = 0, columns = 0] = shape;
  const start = (head * rows + row) * columns;
  return data.slice(start, start + columns);
}
