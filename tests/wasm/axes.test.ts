import { beforeAll, describe, expect, it } from 'vitest';
import type { LocalEngine } from '../../web/src/engine/engine.ts';
import type { AttentionOptions, AttentionResult, Tensor, Variant, WorkerEngine } from '../../web/src/engine/types.ts';
import { init } from '../../web/src/index.node.ts';
import { failureOf } from './errors.ts';
import { randomFloats } from './folder.ts';

/** Scorings, normalisations and structures by name, and what ONNX's operator adds, from JavaScript. */

type Attend = (q: Tensor, k: Tensor, v: Tensor, options?: Omit<AttentionOptions, 'out'>) => Promise<AttentionResult>;

let engine: LocalEngine;
let away: WorkerEngine;
let rows: Variant[];
const attend: Record<'here' | 'away', Attend> = {
  here: async (q, k, v, options) => engine.attention(q, k, v, options as AttentionOptions & { out?: Tensor }),
  away: (q, k, v, options) => away.attention(q, k, v, options),
};

beforeAll(async () => {
  engine = (await init()) as LocalEngine;
  away = await init({ worker: true });
  rows = engine.variants();
});

const size = (shape: readonly number[]) => shape.reduce((a, b) => a * b, 1);
const tensor = (shape: number[], seed: number): Tensor => ({ shape, data: randomFloats(size(shape), seed, 1) });
const filled = (shape: number[], value: number): Tensor => ({ shape, data: new Float32Array(size(shape)).fill(value) });
const kNames = ['scoring', 'normalisation', 'structure'] as const;
const rowsOf = <Axis extends Variant['axis']>(axis: Axis) =>
  rows.filter((row): row is Extract<Variant, { axis: Axis }> => row.axis === axis);

const kEmbedded = 'non_local_embedded_gaussian';
const [kQueries, kKeys, kWidth] = [6, 7, 4];
const q = tensor([2, kQueries, kWidth], 1);
const k = tensor([2, kKeys, kWidth], 2);
const v = tensor([2, kKeys, 3], 3);

/** Weights for a scoring's row; lengths of their own are 5. */
function weightsFor(scoring: Extract<Variant, { axis: 'scoring' }>): Record<string, Tensor> {
  const own: Record<string, number> = { d_q: kWidth, d_k: kWidth, 1: 1 };
  return Object.fromEntries(
    scoring.weights.map(({ name, axes }, i) => [
      name,
      tensor(
        axes.map(({ length, times }) => times * (own[length] ?? 5)),
        10 + i,
      ),
    ]),
  );
}

/** Row i of head h. */
const row = ({ shape, data }: Tensor, h: number, i: number) =>
  data.subarray((h * shape[1]! + i) * shape[2]!, (h * shape[1]! + i + 1) * shape[2]!);
const dot = (a: ArrayLike<number>, b: ArrayLike<number>) => {
  let sum = 0;
  for (let n = 0; n < a.length; ++n) sum += a[n]! * b[n]!;
  return sum;
};
/** x W. */
const map = (x: Float32Array, w: Tensor) =>
  Array.from({ length: w.shape[1]! }, (_, c) => x.reduce((sum, one, d) => sum + one * w.data[d * w.shape[1]! + c]!, 0));

/** The pattern by plain loops: softmax over the keys that a query sees. */
function plainPattern(score: (a: Float32Array, b: Float32Array) => number, sees: (i: number, j: number) => boolean) {
  const out: number[] = [];
  for (let h = 0; h < 2; ++h) {
    for (let i = 0; i < kQueries; ++i) {
      const scores = Array.from({ length: kKeys }, (_, j) =>
        sees(i, j) ? score(row(q, h, i), row(k, h, j)) : -Infinity,
      );
      const e = scores.map((s) => Math.exp(s - Math.max(...scores)));
      out.push(...e.map((one) => one / e.reduce((a, b) => a + b, 0)));
    }
  }
  return out;
}

/** Scores of at most this size, and a few dozen roundings on the way. */
const kAllowed = 2 ** -23 * 16 * 64;

function expectClose(found: ArrayLike<number>, expected: ArrayLike<number>): void {
  expect(found.length).toBe(expected.length);
  for (let n = 0; n < expected.length; ++n) expect(Math.abs(found[n]! - expected[n]!)).toBeLessThan(kAllowed);
}

describe.each(['here', 'away'] as const)('attention %s', (place) => {
  it('takes a scoring with its weights by name, in any order', async () => {
    const [w_q, w_k, w_v] = [tensor([kWidth, 5], 4), tensor([kWidth, 5], 5), tensor([5], 6)];
    const found = await attend[place](q, k, v, { scoring: 'additive', weights: { w_v, w_k, w_q } });
    const score = (a: Float32Array, b: Float32Array) => {
      const keys = map(b, w_k);
      return dot(
        w_v.data,
        map(a, w_q).map((x, n) => Math.tanh(x + keys[n]!)),
      );
    };
    expectClose(
      found.pattern!.data,
      plainPattern(score, () => true),
    );
  });

  it('takes numbers for the three rows in one record', async () => {
    const params = { bandwidth: 0.75, temperature: 2, window: 3 };
    const options = { scoring: 'gaussian_kernel', structure: 'sliding_window', params };
    const found = await attend[place](q, k, v, { ...options, normalisation: 'softmax' });
    const score = (a: Float32Array, b: Float32Array) =>
      -a.reduce((sum, x, n) => sum + (x - b[n]!) ** 2, 0) / (2 * 0.75 ** 2) / 2;
    expectClose(
      found.pattern!.data,
      plainPattern(score, (i, j) => j <= i && i - j < 3),
    );
    expect((await attend[place](q, k, v, options)).pattern).toEqual(found.pattern);
  });

  it('pairs a scoring with its own normalisation unless another is named', async () => {
    const scoring = rowsOf('scoring').find(({ name }) => name === 'non_local_dot_product')!;
    const options = { scoring: scoring.name, weights: weightsFor(scoring), qk_matmul_output_mode: 0 as const };
    const own = await attend[place](q, k, v, options);
    expect(own.pattern!.data).toEqual(own.qk_matmul_output!.data.map((s) => s / kKeys));
    const soft = await attend[place](q, k, v, { ...options, normalisation: 'softmax' });
    for (let i = 0; i < 2 * kQueries; ++i) {
      const sum = soft.pattern!.data.subarray(i * kKeys, (i + 1) * kKeys).reduce((a, b) => a + b);
      expect(Math.abs(sum - 1)).toBeLessThan(kAllowed);
    }
  });

  it('combines every row with every other', async () => {
    const combinations = rowsOf('scoring').flatMap((scoring) =>
      rowsOf('normalisation').flatMap((normalisation) =>
        rowsOf('structure').map((structure) => ({ scoring, normalisation, structure })),
      ),
    );
    expect(combinations.length).toBeGreaterThan(500);
    for (const { scoring, normalisation, structure } of combinations) {
      const names = [scoring.name, normalisation.name, structure.name];
      const chosen = Object.fromEntries(kNames.map((axis, i) => [axis, names[i]!]));
      const found = await attend[place](q, k, v, { ...chosen, weights: weightsFor(scoring) });
      const { data } = found.pattern!;
      expect([found.output.shape, data.length], names.join()).toEqual([[2, kQueries, 3], 2 * kQueries * kKeys]);
      expect([...data, ...found.output.data].every(Number.isFinite), names.join()).toBe(true);
      const sums = Array.from({ length: 2 * kQueries }, (_, i) =>
        data.subarray(i * kKeys, (i + 1) * kKeys).reduce((a, b) => a + b),
      );
      if (!Number.isNaN(normalisation.sum)) {
        expect(Math.max(...sums.map((s) => Math.abs(s - normalisation.sum))), names.join()).toBeLessThan(kAllowed);
      }
    }
  });

  it('continues behind a past, which comes back joined', async () => {
    const [all, keys, values] = [tensor([1, 2, 7, 4], 4), tensor([1, 2, 7, 4], 5), tensor([1, 2, 7, 3], 6)];
    const part = ({ shape, data }: Tensor, begin: number, end: number): Tensor => {
      const sheet = shape[2]! * shape[3]!;
      const cut = [0, 1].flatMap((h) => [...data.subarray(h * sheet + begin * shape[3]!, h * sheet + end * shape[3]!)]);
      return { shape: [1, 2, end - begin, shape[3]!], data: Float32Array.from(cut) };
    };
    const whole = await attend[place](all, keys, values, { causal: true });
    const found = await attend[place](part(all, 5, 7), part(keys, 5, 7), part(values, 5, 7), {
      causal: true,
      past_key: part(keys, 0, 5),
      past_value: part(values, 0, 5),
    });
    expect([found.present_key, found.present_value]).toEqual([keys, values]);
    expect([found.output.shape, found.pattern!.shape]).toEqual([
      [1, 2, 2, 3],
      [1, 2, 2, 7],
    ]);
    expectClose(found.output.data, part(whole.output, 5, 7).data);
  });

  it('reads heads beside each other where their number is given', async () => {
    const beside = ({ shape, data }: Tensor): Tensor => {
      const [heads, tokens, width] = shape as [number, number, number];
      const out = new Float32Array(data.length);
      for (let n = 0; n < data.length; ++n) {
        const [h, t, c] = [Math.floor(n / width / tokens), Math.floor(n / width) % tokens, n % width];
        out[(t * heads + h) * width + c] = data[n]!;
      }
      return { shape: [1, tokens, heads * width], data: out };
    };
    const grouped = tensor([4, kQueries, kWidth], 7);
    const plain = await attend[place](grouped, k, v);
    const options = { q_num_heads: 4, kv_num_heads: 2 };
    const found = await attend[place](beside(grouped), beside(k), beside(v), options);
    expect(found.output).toEqual(beside(plain.output));
    expect(found.pattern).toEqual({ shape: [1, 4, kQueries, kKeys], data: plain.pattern!.data });
    const four = (x: Tensor): Tensor => ({ ...x, shape: [1, ...x.shape] });
    expect((await attend[place](four(grouped), four(k), four(v), options)).output.data).toEqual(plain.output.data);
  });

  it("hides padding, and puts the last query at its sequence's end", async () => {
    const [one, keys] = [tensor([2, 1, 1, 4], 8), tensor([2, 1, 5, 4], 9)];
    const lengths = { nonpad_kv_seqlen: [5, 3] };
    const seen = (found: AttentionResult) => Array.from(found.pattern!.data, (p) => (p > 0 ? 'x' : '.')).join('');
    expect(seen(await attend[place](one, keys, keys, { ...lengths, causal: true }))).toBe('xxxxxxxx..');
    expect(seen(await attend[place](one, keys, keys, lengths))).toBe('xxxxxxxx..');
    expect(seen(await attend[place](one, keys, keys, { nonpad_kv_seqlen: [1, 0] }))).toBe('x.........');
  });

  it('gives the scores after the step that is asked for', async () => {
    const options = { scale: 0.5, softcap: 0.4, causal: true };
    const step = async (qk_matmul_output_mode: 0 | 1 | 2 | 3) =>
      (await attend[place](q, k, v, { ...options, qk_matmul_output_mode })).qk_matmul_output!;
    const [scaled, capped, masked, normalised] = await Promise.all(([0, 1, 2, 3] as const).map(step));
    expect(scaled!.shape).toEqual([2, kQueries, kKeys]);
    const products = Array.from(scaled!.data, (_, n) => {
      const [h, i, j] = [Math.floor(n / kKeys / kQueries), Math.floor(n / kKeys) % kQueries, n % kKeys];
      return 0.5 * dot(row(q, h, i), row(k, h, j));
    });
    const hidden = (n: number) => n % kKeys > Math.floor(n / kKeys) % kQueries;
    expectClose(scaled!.data, products);
    expectClose(
      capped!.data,
      products.map((s) => 0.4 * Math.tanh(s / 0.4)),
    );
    expect(Array.from(masked!.data)).toEqual(Array.from(capped!.data, (s, n) => (hidden(n) ? -Infinity : s)));
    expect(normalised).toEqual((await attend[place](q, k, v, options)).pattern);
  });

  it('gives what is asked for and nothing else', async () => {
    const past = { past_key: tensor([1, 2, 2, kWidth], 4), past_value: tensor([1, 2, 2, 3], 5) };
    const expected = await attend[place](q, k, v, past);
    for (const scoring of ['scaled_dot_product', 'cosine']) {
      const plain = await attend[place](q, k, v, { scoring });
      const alone = await attend[place](q, k, v, { scoring, pattern: false });
      expect(Object.keys(alone)).toEqual(['output']);
      expectClose(alone.output.data, plain.output.data);
      const scores = await attend[place](q, k, v, { scoring, pattern: false, qk_matmul_output_mode: 3 });
      expect(Object.keys(scores)).toEqual(['output', 'qk_matmul_output']);
      expect(scores.qk_matmul_output).toEqual(plain.pattern);
    }
    const joined = await attend[place](q, k, v, { ...past, pattern: false });
    expect(Object.keys(joined).sort()).toEqual(['output', 'present_key', 'present_value']);
    expect([joined.present_key, joined.present_value]).toEqual([expected.present_key, expected.present_value]);
    expectClose(joined.output.data, expected.output.data);
  });

  it('makes a row NaN by an added NaN, and even where all is hidden by a low number', async () => {
    for (const pattern of [true, false]) {
      const data = new Float32Array(kQueries * kKeys);
      data[2 * kKeys + 1] = NaN;
      data.fill(-1e20, 4 * kKeys, 5 * kKeys);
      data.fill(-3.4028235e38, 5 * kKeys, 6 * kKeys);
      const { output } = await attend[place](q, k, v, { mask: { shape: [kQueries, kKeys], data }, pattern });
      const mean = Array.from({ length: 3 }, (_, c) => {
        const column = Array.from({ length: kKeys }, (__, j) => row(v, 0, j)[c]!);
        return column.reduce((a, b) => a + b) / kKeys;
      });
      expect(Array.from({ length: 2 * kQueries }, (_, n) => Number.isNaN(output.data[n * 3]!))).toEqual(
        Array.from({ length: 2 * kQueries }, (_, n) => n % kQueries === 2),
      );
      for (const i of [4, 5]) expectClose(row(output, 0, i), mean);
    }
  });
});

describe('held arrays and out', () => {
  const scoring = kEmbedded;
  const [w_theta, w_phi] = [tensor([kWidth, 5], 4), tensor([kWidth, 5], 5)];

  it('stand in for weights and the past', () => {
    const weights = { w_theta: engine.hold(w_theta), w_phi: engine.hold(w_phi) };
    expect(engine.attention(q, k, v, { scoring, weights })).toEqual(
      engine.attention(q, k, v, { scoring, weights: { w_theta, w_phi } }),
    );
    const [past_key, past_value] = [tensor([1, 2, 2, kWidth], 6), tensor([1, 2, 2, 3], 7)];
    const held = { past_key: engine.hold(past_key), past_value: engine.hold(past_value) };
    expect(engine.attention(q, k, v, held)).toEqual(engine.attention(q, k, v, { past_key, past_value }));
  });

  it('out takes the output of any combination, the other results beside it', () => {
    const options = { scoring, weights: { w_theta, w_phi }, normalisation: 'sparsemax', causal: true };
    const expected = engine.attention(q, k, v, { ...options, qk_matmul_output_mode: 1 });
    const out = filled([2, kQueries, 3], 0);
    const found = engine.attention(q, k, v, { ...options, qk_matmul_output_mode: 1, out });
    expect(found.output.data).toBe(out.data);
    expect(found).toEqual(expected);
    const held = engine.hold(filled([1], 0));
    expect(engine.attention(q, k, v, { ...options, out: held, pattern: false })).toEqual({ output: held });
    expect(held.read()).toEqual(expected.output);
  });

  it('out may not be a weight or the past, which are read while it is written', async () => {
    const held = engine.hold(tensor([kWidth, kWidth], 4));
    const calls = [
      { scoring, weights: { w_theta: held, w_phi: held }, out: held },
      { past_key: engine.hold(tensor([1, 2, 2, kWidth], 6)), past_value: engine.hold(tensor([1, 2, 2, 3], 7)) },
    ] as const;
    for (const options of [
      calls[0],
      { ...calls[1], out: calls[1].past_key },
      { ...calls[1], out: calls[1].past_value },
    ]) {
      expect(await failureOf(() => engine.attention(q, k, v, options))).toEqual({
        code: 'argument_shape',
        message: expect.stringContaining('out: found'),
      });
    }
    expect(held.read()).toEqual(tensor([kWidth, kWidth], 4));
  });
});

const kNone = { shape: [0], data: new Float32Array(0) };
const kEmpty = { shape: [1, 0, 4], data: new Float32Array(0) };
/** The square of its length wraps around to 0 in the module. */
const kLong = filled([1, 65536, 1], 1);
const kOne = filled([1, 1, 1], 1);
const kWide = { w_theta: filled([1, 65536], 1), w_phi: filled([1, 65536], 1) };
const kEverything = { shape: [65536], data: new Uint8Array(65536).fill(1) };
const kFour = tensor([1, 2, 4], 2);
const past = (shape: number[]) => ({ past_key: tensor(shape, 1), past_value: tensor([1, 2, 2, 3], 2) });

/** What a call is refused for: the code, what the message names, the options, and other operands. */
const kRefusals: [code: string, names: RegExp, options: object, operands?: [Tensor, Tensor, Tensor]][] = [
  ['variant_unknown', /scoring "psychic".*cosine/, { scoring: 'psychic' }],
  ['variant_unknown', /scoring "psychic"/, { scoring: 'psychic', params: { window: 1 } }],
  ['variant_unknown', /normalisation "psychic".*sparsemax/, { normalisation: 'psychic' }],
  ['variant_unknown', /structure "psychic".*causal/, { structure: 'psychic' }],
  ['option_unknown', /additive.*"w_x".*w_q, w_k, w_v/, { scoring: 'additive', weights: { w_x: q } }],
  ['option_unknown', /"w_q"/, { weights: { w_q: q } }],
  ['argument_type', /weights.*"w_q"/, { scoring: 'additive' }],
  ['argument_type', /weights.*"w_phi"/, { scoring: 'non_local_dot_product', weights: { w_theta: tensor([4, 5], 1) } }],
  ['argument_type', /weights/, { scoring: 'additive', weights: 5 }],
  ['argument_type', /weights/, { scoring: 'additive', weights: null }],
  ['argument_type', /^w: /, { scoring: 'gaussian_width', weights: { w: [1] } }],
  ['argument_shape', /^w: found \(2\), expected \(1\)/, { scoring: 'gaussian_width', weights: { w: tensor([2], 1) } }],
  ['argument_shape', /^w_a: found \(0\)/, { scoring: 'general', weights: { w_a: kNone } }],
  ['option_unknown', /"bandwidth"/, { params: { bandwidth: 1 } }],
  ['option_unknown', /"temperature"/, { normalisation: 'sparsemax', params: { temperature: 1 } }],
  ['option_unknown', /"window"/, { scoring: 'gaussian_kernel', params: { bandwidth: 1, window: 2 } }],
  ['argument_range', /temperature: found -1/, { params: { temperature: -1 } }],
  ['argument_range', /valid_length: found 1\.5/, { normalisation: 'masked_softmax', params: { valid_length: 1.5 } }],
  ['argument_type', /temperature/, { params: { temperature: '1' } }],
  ['argument_type', /params/, { params: 5 }],
  ['argument_type', /^scoring/, { scoring: 5 }],
  ['argument_type', /^scale/, { scale: '2' }],
  ['argument_type', /^softcap/, { softcap: null }],
  ['argument_type', /^mask/, { mask: null }],
  ['argument_type', /^attention/, null as never],
  ['argument_type', /^normalisation/, { normalisation: {} }],
  ['argument_type', /^structure/, { structure: 7 }],
  ['option_unknown', /"scorings"/, { scorings: 'cosine' }],
  ['argument_shape', /mask/, { mask: { shape: [1, 1, 1, 6, 7], data: new Uint8Array(42) } }],
  ['argument_shape', /mask/, { mask: { shape: [6, 8], data: new Uint8Array(48) } }],
  ['argument_shape', /mask/, { mask: { shape: [6, 7], data: new Uint8Array(41) } }],
  ['argument_shape', /mask/, { mask: { shape: [6, 0], data: new Uint8Array(0) } }],
  ['argument_shape', /mask/, { mask: { shape: [], data: new Uint8Array(1) } }],
  ['argument_type', /mask/, { mask: { shape: [6, 7], data: new Float64Array(42) } }],
  ['argument_type', /mask/, { mask: 5 }],
  ['argument_type', /past_key, past_value/, { past_key: tensor([1, 2, 2, 4], 1) }],
  ['argument_shape', /past_key: found \(1, 2, 2, 5\)/, past([1, 2, 2, 5])],
  ['argument_shape', /past_key: found \(2, 2, 4\)/, past([2, 2, 4])],
  ['argument_shape', /past_value: found \(1, 2, 2, 3\)/, past([1, 2, 3, 4])],
  ['argument_range', /q_num_heads: found 1\.5/, { q_num_heads: 1.5 }],
  ['argument_range', /kv_num_heads: found -1/, { kv_num_heads: -1 }],
  ['argument_range', /q_num_heads: found 2/, { q_num_heads: '2' }],
  ['argument_shape', /^q: .*5 heads/, { q_num_heads: 5 }],
  ['argument_shape', /^k: .*divide q's 3/, { q_num_heads: 3, kv_num_heads: 2 }, [tensor([1, 2, 6], 1), kFour, kFour]],
  ['argument_shape', /nonpad_kv_seqlen/, { nonpad_kv_seqlen: [1, 2] }],
  ['argument_range', /nonpad_kv_seqlen: found 8/, { nonpad_kv_seqlen: [8] }],
  ['argument_range', /nonpad_kv_seqlen: found -1/, { nonpad_kv_seqlen: [-1] }],
  ['argument_type', /nonpad_kv_seqlen/, { nonpad_kv_seqlen: 7 }],
  ['argument_range', /qk_matmul_output_mode: found 4/, { qk_matmul_output_mode: 4 }],
  ['argument_range', /qk_matmul_output_mode: found 1/, { qk_matmul_output_mode: '1' }],
  ['argument_range', /scale/, { scale: NaN }],
  ['argument_range', /softcap/, { softcap: -1 }],
  [
    'memory_limit',
    /mask for all queries: found 4294967296/,
    { mask: kEverything, pattern: false },
    [kLong, kLong, kLong],
  ],
  ['memory_limit', /q, mapped: found 4294967296/, { scoring: kEmbedded, weights: kWide }, [kLong, kOne, kOne]],
  ['argument_shape', /^q: found \(1, 0, 4\)/, {}, [kEmpty, k, v]],
  ['argument_shape', /^k: found \(1, 0, 4\)/, {}, [q, kEmpty, v]],
  ['argument_shape', /^q, k: found \(4, 3\).*dot_product/, { scoring: 'dot_product' }, [q, v, v]],
];

describe.each(['here', 'away'] as const)('refused %s', (place) => {
  it.each(kRefusals)('%s %s', async (code, names, options, operands = [q, k, v]) => {
    const failure = await failureOf(() => attend[place](...operands, options));
    expect(failure).toEqual({ code, message: expect.stringMatching(names) });
  });

  it('and still at work', async () => {
    const { output } = await attend[place](q, k, v);
    expect(output.shape).toEqual([2, kQueries, 3]);
  });
});
