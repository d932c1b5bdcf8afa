import type { Tensor } from '../../engine/types.ts';
import { normals } from './random.ts';

const product = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);

/** An array drawn from the normal distribution with mean 0 and this spread; the same for the same seed. */
export function drawn(shape: readonly number[], seed: number, spread = 1): Tensor {
  return { shape, data: normals(product(shape), seed).map((x) => x * spread) };
}

/** The same numbers in another shape. */
export const reshaped = ({ data }: Tensor, shape: readonly number[]): Tensor => ({ shape, data });

/** A matrix with rows and columns exchanged. */
export function transposed({ shape, data }: Tensor): Tensor {
  const [rows, columns] = shape as [number, number];
  return {
    shape: [columns, rows],
    data: Float32Array.from({ length: rows * columns }, (_, i) => data[(i % rows) * columns + Math.floor(i / rows)]!),
  };
}

/** The largest absolute difference between numbers at the same places. */
export const farthest = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Array.from(a).reduce((most, x, i) => Math.max(most, Math.abs(x - b[i]!)), 0);
