import { AttentionError } from '../engine/error.ts';
import type { Tensor } from '../engine/types.ts';

/** An array of texts, row-major: token lists. */
export interface TextArray {
  readonly shape: readonly number[];
  readonly texts: readonly string[];
}

/** What a file of arrays holds, by name. An `.npy` file's one array goes by the name `array`. */
export type NamedArrays = Record<string, Tensor | TextArray>;

export const isText = (array: Tensor | TextArray): array is TextArray => 'texts' in array;

/** A file may unfold to so many numbers: 1 GiB of them. */
export const mostNumbers = 2 ** 28;

/** Numbers of an array. Throws `array_size` beyond `mostNumbers`. */
export function sizeOf(name: string, shape: readonly number[]): number {
  const size = shape.reduce((a, b) => a * b, 1);
  if (size <= mostNumbers) return size;
  throw new AttentionError('array_size', `${name}: found shape (${shape.join(', ')}), expected at most 2^28 numbers`);
}

export const invalid = (name: string, found: string, expected: string): AttentionError =>
  new AttentionError('array_invalid', `${name}: found ${found}, expected ${expected}`);
