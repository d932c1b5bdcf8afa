import type { Problem } from './problem.ts';

/** The largest error that a result may have and still be timed. */
export const errorLimit = 1e-5;

const sampleCount = 96;

/** Places spread over a result of `length` numbers, the first and the last among them, and what must stand there. */
export function samplesOf({ shape, exact, each }: Pick<Problem, 'shape' | 'exact' | 'each'>): Samples {
  const length = shape.reduce((product, extent) => product * extent, 1);
  const places = Array.from({ length: sampleCount }, (_, i) => Math.floor((i * (length - 1)) / (sampleCount - 1)));
  const values = places.map(exact);
  const largest = Math.max(...values.map(Math.abs));
  return { length, places, values, scales: values.map((value) => (each ? Math.abs(value) : largest)) };
}

export interface Samples {
  length: number;
  places: readonly number[];
  values: readonly number[];
  /** What the error at each place is relative to. */
  scales: readonly number[];
}

/** The largest relative error of `found` at the samples; infinite where it is no number or too short. */
export function errorOf(found: Float32Array, { length, places, values, scales }: Samples): number {
  if (found.length !== length) return Infinity;
  const errors = places.map((place, i) => Math.abs(found[place]! - values[i]!) / scales[i]!);
  return errors.every(Number.isFinite) ? Math.max(...errors) : Infinity;
}
