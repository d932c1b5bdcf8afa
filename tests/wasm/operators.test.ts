import { beforeAll, describe, expect, it } from 'vitest';
import type { LocalEngine } from '../../web/src/engine/engine.ts';
import type { Tensor } from '../../web/src/engine/types.ts';
import { init } from '../../web/src/index.node.ts';
import { codeOf } from './errors.ts';
import { randomFloats } from './folder.ts';

/** The bare operators and arrays held in the module's memory. */

let engine: LocalEngine;
beforeAll(async () => {
  engine = (await init()) as LocalEngine;
});

const size = (shape: number[]) => shape.reduce((a, b) => a * b, 1);
const tensor = (shape: number[], seed: number): Tensor => ({ shape, data: randomFloats(size(shape), seed, 2) });
const empty = (shape: number[]): Tensor => ({ shape, data: new Float32Array(size(shape)) });

function product(a: Tensor, b: Tensor): number[] {
  const [k, m] = b.shape as [number, number];
  return Array.from({ length: (a.data.length / k) * m }, (_, cell) => {
    const [i, j] = [Math.floor(cell / m), cell % m];
    let sum = 0;
    for (let n = 0; n < k; ++n) sum += a.data[i * k + n]! * b.data[n * m + j]!;
    return sum;
  });
}

/** Every number within epsilon times a few operations of sums of this length. */
function expectClose(found: ArrayLike<number>, expected: ArrayLike<number>, terms: number): void {
  expect(found.length).toBe(expected.length);
  for (let i = 0; i < expected.length; ++i) {
    expect(Math.abs(found[i]! - expected[i]!)).toBeLessThan(2 ** -23 * 8 * terms * Math.max(1, Math.abs(expected[i]!)));
  }
}

describe('operators', () => {
  it('matmul is the sum of products, for one row and for many, with axes in front', () => {
    const b = tensor([7, 9], 1);
    for (const shape of [
      [1, 7],
      [6, 7],
      [2, 3, 7],
    ]) {
      const a = tensor(shape, 2);
      const found = engine.matmul(a, b);
      expect(found.shape).toEqual([...shape.slice(0, -1), 9]);
      expectClose(found.data, product(a, b), 7);
    }
  });

  it('softmax, logSoftmax and the norms take an axis', () => {
    const x = tensor([2, 3, 4], 3);
    const along = engine.softmax(x, { axis: 1 });
    const logs = engine.logSoftmax(x, { axis: -2 });
    for (let n = 0; n < 24; ++n) {
      const [block, j] = [Math.floor(n / 12) * 12, n % 4];
      const column = [0, 1, 2].map((i) => Math.exp(x.data[block + i * 4 + j]!));
      const share = Math.exp(x.data[n]!) / column.reduce((a, b) => a + b, 0);
      expectClose([along.data[n]!], [share], 8);
      expectClose([logs.data[n]!], [Math.log(share)], 8);
    }
    const gain = tensor([3, 4], 4);
    const flat = { shape: [2, 12], data: x.data };
    const flatGain = { shape: [12], data: gain.data };
    expect(engine.layerNorm(x, gain, gain, { axis: 1 }).data).toEqual(engine.layerNorm(flat, flatGain, flatGain).data);
    expect(engine.rmsNorm(x, gain, { axis: -2 }).data).toEqual(engine.rmsNorm(flat, flatGain).data);
  });

  it('softmax and layerNorm go along the last axis', () => {
    const x = tensor([3, 5], 3);
    const rows = [0, 1, 2].map((i) => [...x.data.subarray(i * 5, i * 5 + 5)]);
    const shares = rows.flatMap((row) => {
      const e = row.map((v) => Math.exp(v - Math.max(...row)));
      return e.map((v) => v / e.reduce((s, w) => s + w, 0));
    });
    expectClose(engine.softmax(x).data, shares, 8);
    const gain = tensor([5], 4);
    const bias = tensor([5], 5);
    const normed = rows.flatMap((row) => {
      const mean = row.reduce((s, v) => s + v, 0) / 5;
      const variance = row.reduce((s, v) => s + (v - mean) ** 2, 0) / 5;
      return row.map((v, j) => ((v - mean) / Math.sqrt(variance + 1e-3)) * gain.data[j]! + bias.data[j]!);
    });
    expectClose(engine.layerNorm(x, gain, bias, { epsilon: 1e-3 }).data, normed, 16);
  });

  it('gelu has both forms', () => {
    const x = { shape: [3], data: Float32Array.of(-1, 0.5, 2) };
    const tanh = [...x.data].map((v) => 0.5 * v * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (v + 0.044715 * v ** 3))));
    expectClose(engine.gelu(x, { approximate: 'tanh' }).data, tanh, 4);
    expectClose(engine.gelu(x).data, [-0.15865525393, 0.34573123063, 1.95449973611], 4); // x Phi(x), from a table
  });

  it('encoderLayer of zero weights leaves the norms of its input, and takes held weights', () => {
    const [x, d] = [tensor([2, 6, 4], 5), 4];
    const vectors = { b_qkv: empty([12]), b_o: empty([d]), b_up: empty([8]), b_down: empty([d]) };
    const ones = { shape: [d], data: new Float32Array(d).fill(1) };
    const norms = { gain_1: ones, bias_1: empty([d]), gain_2: ones, bias_2: empty([d]) };
    const w_qkv = engine.hold(tensor([d, 12], 6));
    const weights = { w_qkv, w_o: empty([d, d]), w_up: tensor([d, 8], 7), w_down: empty([8, d]), ...vectors, ...norms };
    const found = engine.encoderLayer(x, weights, { n_heads: 2 });
    const once = engine.layerNorm(x, ones, empty([d]));
    expectClose(found.data, engine.layerNorm(once, ones, empty([d])).data, 8);
    const kept = engine.encoderLayer(x, weights, { n_heads: 2, norm_first: true, activation: 'gelu' });
    expect(kept).toEqual(x);
  });

  it('attention without its pattern gives the same output', () => {
    for (const tokens of [3, 40]) {
      const [q, k, v] = [1, 2, 3].map((seed) => tensor([2, tokens, 8], seed)) as [Tensor, Tensor, Tensor];
      const found = engine.attention(q, k, v, { causal: true, pattern: false });
      expect(found).not.toHaveProperty('pattern');
      expectClose(found.output.data, engine.attention(q, k, v, { causal: true }).output.data, tokens);
    }
  });
});

describe('out', () => {
  it('a tensor is filled and returned, with no fresh array', async () => {
    const [a, b, out] = [tensor([6, 7], 1), tensor([7, 9], 2), empty([6, 9])];
    const found = engine.matmul(a, b, { out });
    expect(found.data).toBe(out.data);
    expect(out.data).toEqual(engine.matmul(a, b).data);
    expect(await codeOf(() => engine.matmul(a, b, { out: empty([6, 8]) }))).toBe('argument_shape');
  });

  it('a held array takes the result and its shape', () => {
    const [a, b] = [tensor([6, 7], 1), tensor([7, 9], 2)];
    const out = engine.hold(empty([1]));
    expect(engine.matmul(a, b, { out })).toBe(out);
    expect(out.read()).toEqual(engine.matmul(a, b));
    const q = tensor([2, 9, 4], 3);
    expect(engine.attention(q, q, q, { out, pattern: false }).output).toBe(out);
    expect(out.shape).toEqual([2, 9, 4]);
  });

  it('may not be an operand where the operator reads it again', async () => {
    const held = engine.hold(tensor([4, 4], 1));
    expect(await codeOf(() => engine.matmul(held, held, { out: held }))).toBe('argument_shape');
    const q = engine.hold(tensor([1, 4, 4], 1));
    expect(await codeOf(() => engine.attention(q, q, q, { out: q }))).toBe('argument_shape');
    const gain = engine.hold(tensor([4], 1));
    expect(await codeOf(() => engine.layerNorm(q, gain, gain, { out: gain }))).toBe('argument_shape');
  });
});

describe('held arrays', () => {
  it('stand in for tensors, and give back what they hold', () => {
    const [a, b] = [tensor([6, 7], 1), tensor([7, 9], 2)];
    const left = engine.hold(a);
    const right = engine.hold(b);
    expect(left.shape).toEqual([6, 7]);
    expect(left.read()).toEqual(a);
    expect(engine.matmul(left, right)).toEqual(engine.matmul(a, b));
  });

  it('a written operand is laid out anew', async () => {
    const [a, b, c] = [tensor([6, 7], 1), tensor([7, 9], 2), tensor([7, 9], 3)];
    const right = engine.hold(b);
    engine.matmul(a, right);
    right.write(c.data);
    expect(engine.matmul(a, right)).toEqual(engine.matmul(a, c));
    expect(await codeOf(() => right.write(new Float32Array(5)))).toBe('argument_shape');
  });

  it('survive the growth of memory', () => {
    const held = engine.hold(tensor([16], 1));
    const before = held.read();
    engine.softmax(empty([64, 1 << 18]));
    expect(held.read()).toEqual(before);
  });

  it('a disposed one, or one of another engine, is refused', async () => {
    const held = engine.hold(tensor([4], 1));
    held.dispose();
    held.dispose();
    expect(await codeOf(() => held.read())).toBe('disposed');
    expect(await codeOf(() => engine.softmax(held))).toBe('disposed');
    const other = (await init()) as LocalEngine;
    const theirs = other.hold(tensor([4], 1));
    expect(await codeOf(() => engine.softmax(theirs))).toBe('argument_type');
    other.dispose();
    expect(await codeOf(() => theirs.read())).toBe('disposed');
  });

  it('after a trap nothing of them is touched', async () => {
    const broken = (await init()) as LocalEngine;
    const held = broken.hold(tensor([4], 1));
    expect(await codeOf(() => broken.core.call((module) => module.fail('trap')))).toBe('engine_broken');
    expect(await codeOf(() => held.read())).toBe('engine_broken');
    held.dispose();
  });
});

describe('bad operands', () => {
  const x = tensor([2, 3], 1);
  it.each<[string, () => unknown]>([
    ['argument_shape', () => engine.matmul(x, x)],
    ['argument_shape', () => engine.matmul(x, tensor([3], 1))],
    ['argument_shape', () => engine.softmax({ shape: [], data: new Float32Array(1) })],
    ['argument_range', () => engine.core.call((module) => module.operate('telepathy', [], [], []))],
    ['argument_range', () => engine.softmax(x, { axis: 2 })],
    ['argument_range', () => engine.softmax(x, { axis: 0.5 })],
    ['argument_range', () => engine.logSoftmax(x, { axis: NaN })],
    ['argument_range', () => engine.softmax(x, { axis: '0' as never })],
    ['argument_shape', () => engine.softmax({ shape: [2, 0], data: new Float32Array(0) })],
    ['argument_shape', () => engine.softmax({ shape: [1, 1, 1, 1, 6], data: x.data })],
    ['argument_shape', () => engine.softmax({ shape: [-2, -3], data: x.data })],
    ['argument_shape', () => engine.softmax({ shape: [1.5, 4], data: x.data })],
    ['argument_shape', () => engine.layerNorm(x, tensor([2], 1), tensor([3], 1))],
    ['argument_range', () => engine.layerNorm(x, tensor([3], 1), tensor([3], 1), { epsilon: -1 })],
    ['argument_type', () => engine.gelu(x, { approximate: 'fast' as never })],
    ['argument_type', () => engine.gelu([1, 2] as never)],
    ['argument_type', () => engine.softmax(x, { out: 5 as never })],
    ['argument_type', () => engine.softmax(x, { out: { shape: [6], data: [1] } as never })],
    ['argument_range', () => engine.encoderLayer(x, {} as never, { n_heads: 0 })],
    ['argument_type', () => engine.encoderLayer(x, {} as never, { n_heads: 1 })],
    ['option_unknown', () => engine.encoderLayer(x, { w: x } as never, { n_heads: 1 })],
    ['option_unknown', () => engine.softmax(x, { axes: 0 } as never)],
  ])('%s', async (code, call) => {
    expect(await codeOf(call)).toBe(code);
  });
});
