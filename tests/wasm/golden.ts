import { readFileSync } from 'node:fs';
import { expect } from 'vitest';
import type { Tensor } from '../../web/src/engine/types.ts';

export type Arrays = Record<string, Tensor>;

/** Golden values of tests/golden: every array of a file. */
export function goldenArrays(name: string): Arrays {
  const bytes = readFileSync(new URL(`../golden/${name}.safetensors`, import.meta.url));
  const length = Number(bytes.readBigUInt64LE(0));
  const header = JSON.parse(bytes.toString('utf8', 8, 8 + length)) as Record<
    string,
    { shape: number[]; data_offsets: [number, number] }
  >;
  return Object.fromEntries(
    Object.entries(header).map(([full, { shape, data_offsets }]) => {
      const [begin, end] = data_offsets.map((offset) => bytes.byteOffset + 8 + length + offset);
      return [full, { shape, data: new Float32Array(bytes.buffer.slice(begin!, end)) }];
    }),
  );
}

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
