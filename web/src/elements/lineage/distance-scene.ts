import type { Tensor } from '../../engine/types.ts';
import { normals } from '../rooms/random.ts';

export type Vector = readonly [number, number];

/** Queries and keys in the plane, which the parts of the room share. */
export interface Scene {
  queries: readonly Vector[];
  keys: readonly Vector[];
}

export const firstScene: Scene = {
  queries: [
    [1.2, 0.9],
    [-1.1, 1],
    [-0.6, -1.3],
    [1.4, -0.7],
  ],
  keys: [
    [1.7, 1.2],
    [-0.5, 0.9],
    [-1.6, -0.3],
    [0.3, -1.6],
    [0.8, 0.2],
  ],
};

/** The scores that weights are made of. */
export const firstScores: readonly number[] = [2, 1, 0.5, -0.5, -1.5];

/** The vector of length 1 in that direction; one without a direction points right. */
export function unitOf([x, y]: Vector): Vector {
  const length = Math.hypot(x, y);
  return length > 0 ? [x / length, y / length] : [1, 0];
}

export const namesOf = (letter: string, vectors: readonly Vector[]): string[] =>
  vectors.map((_, i) => `${letter}${i + 1}`);

/** Rows as one head: (1, rows, columns). */
export const headOf = (rows: readonly (readonly number[])[]): Tensor => ({
  shape: [1, rows.length, rows[0]!.length],
  data: Float32Array.from(rows.flat()),
});

/** Random vectors between which all distances are taken. */
export interface Cloud {
  /** Vectors on each side. */
  n: number;
  /** Numbers in each. */
  d: number;
  /** Added to every number: the cloud's way from the origin. */
  offset: number;
}

/** The same vectors for the same seed. */
export function cloudOf({ n, d, offset }: Cloud, seed: number): Tensor {
  return { shape: [n, d], data: normals(n * d, seed).map((x) => x + offset) };
}
