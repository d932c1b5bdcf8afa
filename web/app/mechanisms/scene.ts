import type { Tensor } from '../../src/engine/types.ts';

/** What the visitor moves: rows of the three matrices. A key may have a third number, which a plane cannot show. */
export interface Vectors {
  q: number[][];
  k: number[][];
  v: number[][];
}

/** Where queries come from: their own sequence, the same one as keys, or a model's weights. */
export const sources = ['two', 'one', 'learned'] as const;
export type Source = (typeof sources)[number];

export const channels = ['r', 'g', 'b'];
const plainWidth = 2;
const learnedQueries = 2;

export const firstVectors: Vectors = {
  q: [
    [1.3, 0.9],
    [-0.3, 1.6],
    [-1.4, -0.5],
    [0.7, -1.3],
  ],
  k: [
    [1.7, -0.2, 0.6],
    [0.5, 1.1, -1.2],
    [-1.2, 1, 0.9],
    [-0.5, -1.5, -0.4],
  ],
  v: [
    [0.92, 0.32, 0.24],
    [0.95, 0.72, 0.2],
    [0.2, 0.62, 0.45],
    [0.3, 0.42, 0.9],
  ],
};

/** The vectors as one attention takes them, with the names they go by. */
export interface Scene {
  queries: readonly string[];
  keys: readonly string[];
  q: Tensor;
  k: Tensor;
  v: Tensor;
}

export function sceneOf({ q, k, v }: Vectors, source: Source, keyWidth: number): Scene {
  const named = (letter: string, rows: readonly unknown[]): string[] => rows.map((_, i) => `${letter}${i + 1}`);
  const keys = { k: tensor(k, keyWidth), v: tensor(v, channels.length) };
  if (source === 'one') return { queries: named('x', k), keys: named('x', k), q: tensor(k, keyWidth), ...keys };
  const own = source === 'learned' ? q.slice(0, learnedQueries) : q;
  return { queries: named('q', own), keys: named('k', k), q: tensor(own, plainWidth), ...keys };
}

/** Row i of a tensor `(1, rows, width)`. */
export function rowOf({ shape, data }: Tensor, i: number): number[] {
  const width = shape[2]!;
  return [...data.subarray(i * width, (i + 1) * width)];
}

const tensor = (rows: readonly number[][], width: number): Tensor => ({
  shape: [1, rows.length, width],
  data: Float32Array.from(rows.flatMap((row) => row.slice(0, width))),
});

const byte = (x: number): number => Math.round(Math.min(Math.max(x, 0), 1) * 255);
/** A colour from three numbers; transparent where there are none. */
export function colourOf(rgb: readonly number[]): string {
  if (rgb.length === 0 || rgb.some((x) => !Number.isFinite(x))) return 'transparent';
  return `rgb(${rgb.map(byte).join(' ')})`;
}
export const hexOf = (rgb: readonly number[]): string =>
  `#${rgb.map((x) => byte(x).toString(16).padStart(2, '0')).join('')}`;
export const channelsOf = (hex: string): number[] =>
  [1, 3, 5].map((at) => Number((parseInt(hex.slice(at, at + 2), 16) / 255).toFixed(2)));
