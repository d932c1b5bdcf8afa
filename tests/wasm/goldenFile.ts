import { readFileSync } from 'node:fs';
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
