import type { ModelInfo, Run, Tensor } from '../engine/types.ts';

/** An attention of a model: that of its only stack, or one of the three that an encoder and a decoder have. */
export type Stand = 'self' | 'encoder' | 'decoder' | 'cross';

export const stands: readonly Stand[] = ['self', 'encoder', 'decoder', 'cross'];

/** The name of a station of that attention; `*` is any layer. */
export function stationAt(stand: Stand, layer: number | '*', name: string): string {
  const stack = stand === 'self' ? '' : stand === 'encoder' ? 'encoder.' : 'decoder.';
  return `${stack}blocks.${layer}.${stand === 'cross' ? 'cross' : 'attn'}.${name}`;
}

/** What a model has of these, what is most telling first. */
export function standsOf({ n_encoder_layers }: ModelInfo): readonly Stand[] {
  return n_encoder_layers > 0 ? ['cross', 'encoder', 'decoder'] : ['self'];
}

export function layersAt({ n_layers, n_encoder_layers }: ModelInfo, stand: Stand): number {
  return stand === 'encoder' ? n_encoder_layers : n_layers;
}

/** Whether a token there sees only itself and those before it. */
export function isCausal({ causal }: ModelInfo, stand: Stand): boolean {
  return causal && (stand === 'self' || stand === 'decoder');
}

/** What one forward pass left to draw: plain data, no model. */
export interface Scene {
  /** What looks. */
  tokens: readonly string[];
  /** What is looked at; the same array where tokens look at one another. */
  keyTokens: readonly string[];
  /** Positions in `keyTokens` whose token the vocabulary lacks. */
  unknown: readonly number[];
  /** One pattern `(heads, tokens, key tokens)` per layer. */
  patterns: readonly Tensor[];
  /** What the cells of one layer were computed from. */
  detail: Detail | null;
}

export interface Detail {
  layer: number;
  /** `(heads, tokens, d_head)` */
  q: Tensor;
  /** `(key heads, key tokens, d_head)`, each for a group of heads. */
  k: Tensor;
  /** `(heads, tokens, key tokens)`, as the softmax reads them. */
  scores: Tensor;
  /** What the scores were divided by inside attention; 1 if nothing. */
  temperature: number;
}

/** Stations to record for `sceneOf`. */
export function stationsOf(layer: number, stand: Stand = 'self'): string[] {
  return [stationAt(stand, '*', 'pattern'), ...['q', 'k', 'scores'].map((name) => stationAt(stand, layer, name))];
}

/** Reads a run that recorded `stationsOf(layer, stand)`. */
export function sceneOf(run: Run, layer: number, temperature = 1, stand: Stand = 'self'): Scene {
  const station = (at: number, name: string): Tensor | undefined => run.activations[stationAt(stand, at, name)];
  const patterns: Tensor[] = [];
  for (let at = 0; station(at, 'pattern'); ++at) patterns.push(station(at, 'pattern')!);
  const [q, k, scores] = ['q', 'k', 'scores'].map((name) => station(layer, name));
  const { tokens: keyTokens, unknown } = (stand === 'encoder' || stand === 'cross' ? run.source : run) ?? run;
  return {
    tokens: stand === 'cross' ? run.tokens : keyTokens,
    keyTokens,
    unknown,
    patterns,
    detail: q && k && scores ? { layer, q, k, scores, temperature } : null,
  };
}

/** The key that a token looks at most; the first of equals. */
export function strongest(pattern: Tensor, head: number, query: number): number {
  const row = rowOf(pattern, head, query);
  return row.reduce((best, weight, key) => (weight > row[best]! ? key : best), 0);
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
