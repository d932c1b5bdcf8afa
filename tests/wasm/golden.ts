import { expect } from 'vitest';
import type { Tensor } from '../../web/src/engine/types.ts';
import { goldenArrays, type Arrays } from './goldenFile.ts';

export { goldenArrays, type Arrays };

/** Golden values of tests/golden, `<case>.<array>`: the arrays of each case. */
export function golden(name: string): Record<string, Arrays> {
  const cases: Record<string, Arrays> = {};
  for (const [full, tensor] of Object.entries(goldenArrays(name))) {
    const [of, array] = full.split('.') as [string, string];
    (cases[of] ??= {})[array] = tensor;
  }
  return cases;
}

/** The arrays of these names, as far as they are there. */
export const pick = (arrays: Arrays, names: readonly string[]): Arrays =>
  Object.fromEntries(names.filter((name) => arrays[name]).map((name) => [name, arrays[name]!]));

export const flagOf = (arrays: Arrays, name: string): boolean => (arrays[name]?.data[0] ?? 0) !== 0;

/** Equal shapes, and numbers to within epsilon times so many roundings of the largest. */
export function expectEqual(found: Tensor, expected: Tensor, roundings: number): void {
  expect(found.shape).toEqual(expected.shape);
  const largest = Math.max(...expected.data.map(Math.abs));
  for (let i = 0; i < expected.data.length; ++i) {
    expect(Math.abs(found.data[i]! - expected.data[i]!)).toBeLessThanOrEqual(2 ** -23 * roundings * largest);
  }
}
