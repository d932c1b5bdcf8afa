import { expect, it } from 'vitest';
import type { LocalEngine } from '../../web/src/engine/engine.ts';
import type { Tensor } from '../../web/src/engine/types.ts';
import { init } from '../../web/src/index.node.ts';
import { randomFloats } from './folder.ts';

/** Attention over many tokens: what it takes grows with their number, not with its square. */

const [heads, tokens, width] = [8, 16_384, 64];
const tensor = (seed: number): Tensor => ({
  shape: [heads, tokens, width],
  data: randomFloats(heads * tokens * width, seed, 2),
});

/** One query of one head in float64. */
function attend(q: Tensor, k: Tensor, v: Tensor, head: number, query: number): number[] {
  const row = (x: Tensor, i: number) => x.data.subarray((head * tokens + i) * width, (head * tokens + i + 1) * width);
  const dot = (a: Float32Array, b: Float32Array) => a.reduce((sum, x, d) => sum + x * b[d]!, 0);
  const weights = Array.from({ length: query + 1 }, (_, j) =>
    Math.exp(dot(row(q, query), row(k, j)) / Math.sqrt(width)),
  );
  const total = weights.reduce((sum, w) => sum + w, 0);
  return Array.from({ length: width }, (_, d) => weights.reduce((sum, w, j) => sum + w * row(v, j)[d]!, 0) / total);
}

it('takes 16,384 tokens by 8 heads of 64 in under 256 MB, operands and result among them', async () => {
  const engine = (await init()) as LocalEngine;
  const [q, k, v] = [tensor(1), tensor(2), tensor(3)];
  const { output } = engine.attention(q, k, v, { causal: true, pattern: false });
  const bytes = engine.core.call((module) => (module as unknown as { HEAPU8: Uint8Array }).HEAPU8.buffer.byteLength);
  expect(bytes).toBeGreaterThan(4 * q.data.byteLength);
  expect(bytes).toBeLessThan(256 * 2 ** 20);
  for (const [head, query] of [
    [0, 0],
    [3, 5000],
    [7, tokens - 1],
  ] as const) {
    const from = (head * tokens + query) * width;
    attend(q, k, v, head, query).forEach((z, d) => {
      expect(Math.abs(output.data[from + d]! - z)).toBeLessThan(1e-5);
    });
  }
}, 120_000);
