import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LocalEngine } from '../../web/src/engine/engine.ts';
import type { Encoding, RotaryEmbeddingOptions, Tensor, WorkerEngine } from '../../web/src/engine/types.ts';
import { init } from '../../web/src/index.node.ts';
import { failureOf } from './errors.ts';
import { randomFloats } from './folder.ts';

/** Positional encodings and `rotaryEmbedding`, here and in a worker: the same numbers, the same refusals. */

let engine: LocalEngine;
let away: WorkerEngine;
beforeAll(async () => {
  engine = (await init()) as LocalEngine;
  away = await init({ worker: true });
});
afterAll(() => away.dispose());

const size = (shape: readonly number[]) => shape.reduce((a, b) => a * b, 1);
const tensor = (shape: number[], seed: number): Tensor => ({ shape, data: randomFloats(size(shape), seed, 2) });
const kAllowed = 2 ** -23 * 64; // of the sums below: epsilon times the operations behind a number, which is about 1

function expectClose(found: ArrayLike<number>, expected: ArrayLike<number>): void {
  expect(found.length).toBe(expected.length);
  for (let i = 0; i < expected.length; ++i) {
    expect(Math.abs(found[i]! - expected[i]!)).toBeLessThan(kAllowed * Math.max(1, Math.abs(expected[i]!)));
  }
}

/** Columns [from, to) of a matrix. */
function columns({ shape, data }: Tensor, from: number, to: number): Tensor {
  const [rows, width] = shape as [number, number];
  const kept = Array.from({ length: rows }, (_, t) => [...data.subarray(t * width + from, t * width + to)]);
  return { shape: [rows, to - from], data: Float32Array.from(kept.flat()) };
}

/** What a page does that knows of an encoding its row alone: the scores of `x` with itself, (heads, tokens, tokens). */
function scoresWith(row: Encoding, x: Tensor): Float32Array {
  const [heads, tokens, width] = x.shape as [number, number, number];
  const lengths: Record<string, number> = { tokens, width, heads };
  for (const { name, standard } of row.params) lengths[name] = standard;
  const weight =
    row.tabulated || row.kind === 'none'
      ? undefined
      : tensor(
          row.weight.map((axis) => lengths[axis]!),
          7,
        );
  let [q, mask]: [Tensor, Tensor | undefined] = [x, undefined];
  if (row.kind !== 'none') {
    const table = engine.positions[row.name]!(tokens, row.kind === 'biased' ? heads : width, {}, weight);
    if (row.kind === 'biased') mask = table;
    if (row.kind === 'added') q = { shape: x.shape, data: x.data.map((v, i) => v + table.data[i % (tokens * width)]!) };
    if (row.kind === 'rotated') {
      const [cos, sin] = [columns(table, 0, width / 2), columns(table, width / 2, width)];
      q = engine.rotaryEmbedding(x, cos, sin, { interleaved: row.interleaved });
    }
  }
  const found = engine.attention(q, q, q, { ...(mask && { mask }), qk_matmul_output_mode: 2 });
  return found.qk_matmul_output!.data;
}

describe('encodings', () => {
  it('say how they enter attention', () => {
    const facts = engine.encodings().map(({ name, kind, tabulated, weight, interleaved }) => {
      return [name, kind, tabulated, weight.join(' '), interleaved];
    });
    expect(facts).toEqual([
      ['none', 'none', false, '', false],
      ['learned', 'added', false, 'tokens width', false],
      ['sinusoidal', 'added', true, '', false],
      ['sinusoidal_2d', 'added', true, '', false],
      ['rotary', 'rotated', true, '', false],
      ['rotary_interleaved', 'rotated', true, '', true],
      ['alibi', 'biased', true, '', false],
      ['t5_relative', 'biased', false, 'buckets heads', false],
    ]);
  });

  it('can be applied by their kind alone, and each changes the scores', () => {
    const x = tensor([3, 6, 8], 1);
    const plain = scoresWith(engine.encodings()[0]!, x);
    for (const row of engine.encodings().slice(1)) {
      const found = scoresWith(row, x);
      expect(found).toHaveLength(3 * 6 * 6);
      // ALiBi hides later keys with -Infinity.
      expect(
        found.every((score) => score < Infinity),
        row.name,
      ).toBe(true);
      expect(found, row.name).not.toEqual(plain);
    }
  });

  it('give the same tables in a worker', async () => {
    for (const row of engine.encodings().filter(({ kind }) => kind !== 'none')) {
      const weight = row.tabulated ? undefined : tensor(row.kind === 'biased' ? [32, 4] : [5, 4], 2);
      const found = engine.positions[row.name]!(5, 4, {}, weight);
      expect(found.shape).toEqual(row.kind === 'biased' ? [4, 5, 5] : [5, 4]);
      expect(await away.positions[row.name]!(5, 4, {}, weight)).toEqual(found);
      expect(engine.positions[row.name]!(1, 4, {}, weight).shape).toEqual(row.kind === 'biased' ? [4, 1, 1] : [1, 4]);
    }
  });

  it('take a held weight', () => {
    const weight = tensor([32, 2], 3);
    const held = engine.hold(weight);
    expect(engine.positions.t5_relative!(4, 2, {}, held)).toEqual(engine.positions.t5_relative!(4, 2, {}, weight));
  });

  it('t5_relative with numbered weights gives the bucket of every pair', () => {
    const weight = { shape: [32, 1], data: Float32Array.from({ length: 32 }, (_, bucket) => bucket) };
    const row = (params: Record<string, number>) => [
      ...engine.positions.t5_relative!(12, 1, params, weight).data.subarray(11 * 12),
    ];
    expect(row({})).toEqual([8, 8, 8, 8, 7, 6, 5, 4, 3, 2, 1, 0]);
    expect(row({ bidirectional: 0 })).toEqual([11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0]);
  });

  it('alibi is the causal bias of the paper, with a causal structure or without', () => {
    const q = tensor([8, 5, 4], 4);
    const mask = engine.positions.alibi!(5, 8);
    const { qk_matmul_output, pattern } = engine.attention(q, q, q, { causal: true, mask, qk_matmul_output_mode: 2 });
    const bare = engine.attention(q, q, q, { causal: true, qk_matmul_output_mode: 2 }).qk_matmul_output!;
    const alone = engine.attention(q, q, q, { mask }).pattern;
    for (let cell = 0; cell < 8 * 25; ++cell) {
      const [h, i, j] = [Math.floor(cell / 25), Math.floor(cell / 5) % 5, cell % 5];
      expect(alone.data[cell]).toBe(pattern!.data[cell]);
      if (j > i) expect(pattern!.data[cell]).toBe(0);
      else expectClose([qk_matmul_output!.data[cell]!], [bare.data[cell]! - 2 ** -(h + 1) * (i - j)]);
    }
  });

  const kRefusals: [what: string, code: string, names: RegExp, args: [string, ...unknown[]]][] = [
    ['an odd width', 'argument_range', /sinusoidal.*width 7/, ['sinusoidal', 4, 7]],
    ['a width that is no multiple of 4', 'argument_range', /sinusoidal_2d.*width 6/, ['sinusoidal_2d', 4, 6]],
    ['no width', 'argument_range', /rotary: width.*found 0/, ['rotary', 4, 0]],
    ['no heads', 'argument_range', /alibi: heads.*found 0/, ['alibi', 4, 0]],
    ['a negative width', 'argument_range', /rotary: width.*found -2/, ['rotary', 4, -2]],
    ['half a token', 'argument_range', /rotary: tokens.*found 2.5/, ['rotary', 2.5, 4]],
    ['tokens that are no number', 'argument_range', /alibi: tokens.*found NaN/, ['alibi', NaN, 4]],
    ['a text of tokens', 'argument_range', /alibi: tokens.*found 4/, ['alibi', '4', 4]],
    ['more cells than there may be', 'argument_range', /alibi.*100000 tokens/, ['alibi', 100_000, 4]],
    ['an unknown parameter', 'option_unknown', /rotary.*"bases"/, ['rotary', 4, 4, { bases: 10 }]],
    ['a parameter of another row', 'option_unknown', /alibi.*"base"/, ['alibi', 4, 4, { base: 10 }]],
    ['a parameter that is no number', 'argument_type', /rotary, scaling/, ['rotary', 4, 4, { scaling: '2' }]],
    ['params that are no object', 'argument_type', /rotary.*params/, ['rotary', 4, 4, 5]],
    ['a base below 1', 'argument_range', /rotary, base: found 0.5/, ['rotary', 4, 4, { base: 0.5 }]],
    ['a scaling below 1', 'argument_range', /scaling: found 0.5/, ['rotary_interleaved', 4, 4, { scaling: 0.5 }]],
    ['half a column', 'argument_range', /columns: found 1.5/, ['sinusoidal_2d', 4, 4, { columns: 1.5 }]],
    ['a missing weight', 'argument_range', /learned.*no weight/, ['learned', 4, 4]],
    ['a weight too many', 'argument_range', /sinusoidal.*found a weight/, ['sinusoidal', 4, 4, {}, tensor([4, 4], 1)]],
    ['a weight for fewer tokens', 'argument_shape', /weight.*\(3, 4\)/, ['learned', 4, 4, {}, tensor([3, 4], 1)]],
    ['a weight of other heads', 'argument_shape', /weight.*\(32, 3\)/, ['t5_relative', 4, 4, {}, tensor([32, 3], 1)]],
    ['a weight that is no tensor', 'argument_type', /weight/, ['learned', 4, 4, {}, [1, 2]]],
    [
      'buckets without a logarithm',
      'argument_range',
      /max_distance: found 8/,
      ['t5_relative', 4, 4, { max_distance: 8 }, tensor([32, 4], 1)],
    ],
  ];

  it.each(kRefusals)('refuse %s by name, here and in a worker', async (_, code, names, [row, ...args]) => {
    for (const positions of [engine.positions, away.positions]) {
      const call = positions[row] as (...args: unknown[]) => unknown;
      const failure = await failureOf(() => call(...args));
      expect([failure.code, failure.message]).toEqual([code, expect.stringMatching(names)]);
    }
  });
});

describe('rotaryEmbedding', () => {
  const [x, cos, sin] = [tensor([2, 3, 4, 6], 1), tensor([9, 3], 2), tensor([9, 3], 3)];
  const ids = [0, 1, 2, 3, 8, 0, 8, 4];

  /** Pair by pair in doubles, x as (batch, heads, tokens, d_head). */
  function turned(interleaved: boolean, width: number): number[] {
    const expected = [...x.data];
    for (let row = 0; row < 24; ++row) {
      const angles = ids[Math.floor(row / 12) * 4 + (row % 4)]! * 3;
      for (let pair = 0; pair < width / 2; ++pair) {
        const a = row * 6 + (interleaved ? 2 * pair : pair);
        const b = interleaved ? a + 1 : a + width / 2;
        const [c, s] = [cos.data[angles + pair]!, sin.data[angles + pair]!];
        expected[a] = x.data[a]! * c - x.data[b]! * s;
        expected[b] = x.data[a]! * s + x.data[b]! * c;
      }
    }
    return expected;
  }

  it('turns pairs of both layouts by the rows that position_ids name, here and in a worker', async () => {
    for (const interleaved of [false, true, 0, 1] as const) {
      const found = engine.rotaryEmbedding(x, cos, sin, { interleaved, position_ids: ids });
      expect(found.shape).toEqual(x.shape);
      expectClose(found.data, turned(Boolean(interleaved), 6));
      expect(await away.rotaryEmbedding(x, cos, sin, { interleaved, position_ids: ids })).toEqual(found);
    }
  });

  it('leaves the components past rotary_embedding_dim', () => {
    const [c, s] = [tensor([2, 4, 2], 4), tensor([2, 4, 2], 5)];
    const found = engine.rotaryEmbedding(x, c, s, { rotary_embedding_dim: 4 });
    for (let i = 0; i < x.data.length; ++i) {
      if (i % 6 >= 4) expect(found.data[i]).toBe(x.data[i]);
      else expect(found.data[i]).not.toBe(x.data[i]);
    }
  });

  it('reads heads side by side where they are given, and arrays without a batch', () => {
    const separate = tensor([1, 3, 4, 6], 6);
    const [c, s] = [tensor([4, 3], 2), tensor([4, 3], 3)];
    const beside = Float32Array.from(separate.data, (_, i) => {
      const [t, h, d] = [Math.floor(i / 18), Math.floor(i / 6) % 3, i % 6];
      return separate.data[(h * 4 + t) * 6 + d]!;
    });
    const found = engine.rotaryEmbedding({ shape: [1, 4, 18], data: beside }, c, s, { num_heads: 3 });
    const expected = engine.rotaryEmbedding(separate, c, s);
    expected.data.forEach((value, i) => {
      const [h, t, d] = [Math.floor(i / 24), Math.floor(i / 6) % 4, i % 6];
      expect(found.data[t * 18 + h * 6 + d]).toBe(value);
    });
    const alone = engine.rotaryEmbedding({ shape: [3, 4, 6], data: separate.data }, c, s);
    expect(alone).toEqual({ shape: [3, 4, 6], data: expected.data });
  });

  it('works in place on a held array', async () => {
    const held = engine.hold(x);
    expect(engine.rotaryEmbedding(held, cos, sin, { position_ids: ids, out: held })).toBe(held);
    expectClose(held.read().data, turned(false, 6));
    const cache = engine.hold(cos);
    const failure = await failureOf(() => engine.rotaryEmbedding(x, cache, sin, { position_ids: ids, out: cache }));
    expect(failure.code).toBe('argument_shape');
  });

  const kRefusals: [what: string, code: string, names: RegExp, options: object][] = [
    ['ids that are no list', 'argument_type', /position_ids/, { position_ids: 3 }],
    ['no ids', 'argument_shape', /position_ids: found none/, { position_ids: [] }],
    ['too few ids', 'argument_shape', /position_ids: found \(2\).*8/, { position_ids: [0, 1] }],
    ['an id beyond the caches', 'argument_range', /position_ids: found 9.*below 9/, { position_ids: ids.with(2, 9) }],
    ['half an id', 'argument_range', /position_ids: found 0.5/, { position_ids: ids.with(2, 0.5) }],
    ['a negative id', 'argument_range', /position_ids: found -1/, { position_ids: ids.with(2, -1) }],
    ['an id that is no number', 'argument_range', /position_ids: found NaN/, { position_ids: ids.with(2, NaN) }],
    ['caches of other tokens', 'argument_shape', /cos_cache: found \(9, 3\)/, {}],
    ['an odd dimension', 'argument_range', /rotary_embedding_dim: found 3/, { rotary_embedding_dim: 3 }],
    ['a dimension wider than a head', 'argument_range', /rotary_embedding_dim: found 8/, { rotary_embedding_dim: 8 }],
    ['half a head', 'argument_range', /num_heads: found 1.5/, { num_heads: 1.5 }],
    ['heads that x does not have', 'argument_shape', /x: found.*2 heads/, { num_heads: 2, position_ids: ids }],
    ['a third layout', 'argument_type', /interleaved: found 2/, { interleaved: 2 }],
    ['an unknown option', 'option_unknown', /"heads"/, { heads: 2 }],
  ];

  it.each(kRefusals)('refuses %s by name, here and in a worker', async (_, code, names, options) => {
    for (const one of [engine, away]) {
      const failure = await failureOf(() => one.rotaryEmbedding(x, cos, sin, options as RotaryEmbeddingOptions));
      expect([failure.code, failure.message]).toEqual([code, expect.stringMatching(names)]);
    }
  });
});
