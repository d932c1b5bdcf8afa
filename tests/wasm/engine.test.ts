import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { beforeAll, describe, expect, it } from 'vitest';
import type { LocalEngine } from '../../web/src/engine/engine.ts';
import type { Model, StationView, Tensor } from '../../web/src/engine/types.ts';
import { init } from '../../web/src/index.node.ts';
import { codeOf } from './errors.ts';
import { kTiny, randomFloats, tinyFolder } from './folder.ts';

let engine: LocalEngine;
let model: Model;

beforeAll(async () => {
  engine = (await init()) as LocalEngine;
  model = await engine.loadModel(tinyFolder());
});

const tensor = (shape: number[], seed: number): Tensor => ({
  shape,
  data: randomFloats(
    shape.reduce((a, b) => a * b, 1),
    seed,
    2,
  ),
});

/** Attention in doubles, one batch: the plain loops of the formula. */
function naive(
  q: Tensor,
  k: Tensor,
  v: Tensor,
  causal: boolean,
  scale = 1 / Math.sqrt(q.shape[2]!),
): { output: number[]; pattern: number[] } {
  const [heads, queries, width] = q.shape as [number, number, number];
  const keys = k.shape[1]!;
  const output: number[] = [];
  const pattern: number[] = [];
  const at = (x: Tensor, h: number, i: number, d: number) => x.data[(h * x.shape[1]! + i) * width + d]!;
  for (let h = 0; h < heads; ++h) {
    for (let i = 0; i < queries; ++i) {
      const scores = Array.from({ length: keys }, (_, j) => {
        let dot = 0;
        for (let d = 0; d < width; ++d) dot += at(q, h, i, d) * at(k, h, j, d);
        return causal && j > i ? -Infinity : dot * scale;
      });
      const largest = Math.max(...scores);
      const weights = scores.map((score) => Math.exp(score - largest));
      const sum = weights.reduce((a, b) => a + b, 0);
      pattern.push(...weights.map((weight) => weight / sum));
      for (let d = 0; d < width; ++d)
        output.push(weights.reduce((total, weight, j) => total + (weight / sum) * at(v, h, j, d), 0));
    }
  }
  return { output, pattern };
}

/** Every element within epsilon times a few operations of sums of this length. */
function expectClose(found: Float32Array, expected: number[], terms: number): void {
  const tolerance = 2 ** -23 * 8 * terms;
  expect(found).toHaveLength(expected.length);
  found.forEach((x, i) =>
    expect(Math.abs(x - expected[i]!)).toBeLessThan(tolerance * Math.max(1, Math.abs(expected[i]!))),
  );
}

describe('attention', () => {
  const q = tensor([2, 5, 7], 1);
  const k = tensor([2, 5, 7], 2);
  const v = tensor([2, 5, 7], 3);

  it.each([false, true])('equals the plain loops, causal: %s', (causal) => {
    const { output, pattern } = engine.attention(q, k, v, { causal });
    const expected = naive(q, k, v, causal);
    expect([output.shape, pattern.shape]).toEqual([
      [2, 5, 7],
      [2, 5, 5],
    ]);
    expectClose(output.data, expected.output, 64);
    expectClose(pattern.data, expected.pattern, 64);
  });

  it('takes a scale, and a batch in front', () => {
    const { output } = engine.attention(q, k, v, { scale: 0.1 });
    expectClose(output.data, naive(q, k, v, false, 0.1).output, 64);
    const batched = engine.attention(
      { shape: [1, 2, 5, 7], data: q.data },
      { shape: [1, 2, 5, 7], data: k.data },
      { shape: [1, 2, 5, 7], data: v.data },
      { scale: 0.1 },
    );
    expect(batched.output.shape).toEqual([1, 2, 5, 7]);
    expect(batched.output.data).toEqual(output.data);
  });

  it('takes boolean and additive masks; a row without keys gives zeros', () => {
    const allowed = Uint8Array.from({ length: 25 }, (_, cell) => (cell % 5 <= Math.floor(cell / 5) ? 1 : 0));
    const causal = engine.attention(q, k, v, { causal: true });
    expect(engine.attention(q, k, v, { mask: { shape: [5, 5], data: allowed } }).pattern.data).toEqual(
      causal.pattern.data,
    );
    const added = Float32Array.from(allowed, (may) => (may ? 0 : -Infinity));
    expect(engine.attention(q, k, v, { mask: { shape: [5, 5], data: added } }).pattern.data).toEqual(
      causal.pattern.data,
    );
    const none = engine.attention(q, k, v, { mask: { shape: [5, 5], data: new Uint8Array(25) } });
    expect(none.output.data).toEqual(new Float32Array(70));
  });

  it('takes numbers for a variant by name, and refuses others', async () => {
    const seen = (variant: string, params?: Record<string, number>) => {
      const { pattern } = engine.attention(q, k, v, { structure: variant, ...(params && { params }) });
      return Array.from({ length: 5 }, (_, i) =>
        Array.from(pattern.data.subarray(i * 5, i * 5 + 5), (share) => (share > 0 ? 'x' : '.')).join(''),
      ).join('/');
    };
    expect(seen('sliding_window')).toBe('x..../xx.../xxx../xxxx./.xxxx');
    expect(seen('sliding_window', { window: 2 })).toBe('x..../xx.../.xx../..xx./...xx');
    expect(seen('global_tokens', { window: 1 })).toBe('xxxxx/xx.../x.x../x..x./x...x');
    expect(seen('causal', { offset: -1 })).toBe('...../x..../xx.../xxx../xxxx.');
    const codeWith = (params: Record<string, number>) =>
      codeOf(() => engine.attention(q, k, v, { structure: 'sliding_window', params }));
    expect(await codeWith({ windows: 2 })).toBe('option_unknown');
    expect(await codeWith({ window: 0 })).toBe('argument_range');
    expect(await codeWith({ window: 1.5 })).toBe('argument_range');
    expect(await codeWith({ window: NaN })).toBe('argument_range');
    for (const params of [{ window: '2' }, 5, null, 'window']) {
      expect(['argument_type', 'option_unknown']).toContain(await codeWith(params as never));
    }
    expect(await codeOf(() => engine.positions.sinusoidal!(4, 4, null as never))).toBe('argument_type');
    expect(await codeOf(() => engine.positions.sinusoidal!(4, 4, { bases: 10 }))).toBe('option_unknown');
  });

  it('lists its variants and encodings as C++ has them', () => {
    expect(engine.variants().map((row) => row.name)).toEqual(expect.arrayContaining(['bidirectional', 'causal']));
    for (const row of [...engine.variants(), ...engine.encodings()]) {
      for (const text of [row.name, row.label, row.formula, row.reference]) expect(text).toMatch(/\S/);
      for (const param of row.params) expect(param.minimum).toBeLessThanOrEqual(param.standard);
    }
  });
});

describe('positions', () => {
  it('has a function for each row with a table', () => {
    expect(Object.keys(engine.positions)).toEqual(
      engine
        .encodings()
        .filter((row) => row.kind !== 'none')
        .map((row) => row.name),
    );
  });

  it('sinusoidal is the table of "Attention is all you need", section 3.5', () => {
    const { shape, data } = engine.positions.sinusoidal!(10, 6);
    expect(shape).toEqual([10, 6]);
    const expected = Array.from({ length: 60 }, (_, cell) => {
      const [position, i] = [Math.floor(cell / 6), cell % 6];
      const angle = position / 10000 ** ((i - (i % 2)) / 6);
      return i % 2 === 0 ? Math.sin(angle) : Math.cos(angle);
    });
    expectClose(data, expected, 4);
  });
});

describe('a run', () => {
  it('gives tokens, logits, probabilities and what was to be recorded', () => {
    const run = model.run('abcx', { record: ['embed', 'blocks.*.attn.pattern'] });
    expect([run.text, run.tokens, run.unknown, run.total]).toEqual(['abcx', ['a', 'b', 'c', 'x'], [3], 4]);
    expect([run.logits.shape, run.probs.shape]).toEqual([[4, 12], [12]]);
    expect(Object.keys(run.activations)).toEqual(['embed', 'blocks.0.attn.pattern', 'blocks.1.attn.pattern']);
    expect(run.probs.data.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 5);
    expect(run.milliseconds).toBeGreaterThan(0);
  });

  it('records every station, in shapes that go with the model, and the same bits twice', () => {
    const record = model.info.stations;
    const [first, second] = [model.run('abcdef', { record }), model.run('abcdef', { record })];
    expect(Object.keys(first.activations)).toEqual(record);
    for (const name of record) {
      const { shape, data } = first.activations[name]!;
      expect(data).toHaveLength(shape.reduce((a, b) => a * b, 1));
      expect(shape).toContain(6);
      expect(second.activations[name]!.data).toEqual(data);
    }
    expectClose(first.logits.data, [...model.run('abcdef').logits.data], 64);
  });

  it('gives the last logits alone when asked', () => {
    const all = model.run('abcdef').logits;
    const last = model.run('abcdef', { logits: 'last' }).logits;
    expect(last.shape).toEqual([1, 12]);
    expectClose(last.data, [...all.data.slice(-12)], 64);
  });

  it('reads the last tokens of a text that is longer than the context, and says so', () => {
    const long = model.run('abcdefghijk'.repeat(3));
    const used = 'abcdefghijk'.repeat(3).slice(-kTiny.n_positions);
    expect([long.tokens.join(''), long.total, long.logits.shape[0]]).toEqual([used, 33, 16]);
    expect(long.logits.data).toEqual(model.run(used).logits.data);
  });

  it('is not disturbed by tokens to come', () => {
    const [short, long] = [model.run('abcd').logits.data, model.run('abcdef').logits.data];
    expectClose(long.slice(0, short.length), [...short], 64);
  });
});

describe('edits', () => {
  const pattern = (layer: number) => `blocks.${layer}.attn.pattern`;

  it('as data and as callback do the same', () => {
    const data = model.run('abcdef', {
      edits: [
        { at: pattern(0), head: 1, set: 0 },
        { at: 'blocks.*.attn.scores', scale: 0.5 },
      ],
    });
    const edit = {
      [pattern(0)]: (view: StationView) => void view.head(1).fill(0),
      'blocks.*.attn.scores': (view: StationView) => view.data.forEach((score, i) => (view.data[i] = score * 0.5)),
    };
    const callback = model.run('abcdef', { edit });
    expect(callback.logits.data).toEqual(data.logits.data);
    expect(data.logits.data).not.toEqual(model.run('abcdef').logits.data);
  });

  it('knock out one head and leave the other', () => {
    const edited = model.run('abcdef', { record: [pattern(0)], edits: [{ at: pattern(0), head: 1, set: 0 }] })
      .activations[pattern(0)]!;
    const before = model.run('abcdef', { record: [pattern(0)] }).activations[pattern(0)]!;
    expect(edited.data.slice(0, 36)).toEqual(before.data.slice(0, 36));
    expect(edited.data.slice(36)).toEqual(new Float32Array(36));
  });

  it('replace the mask cell by cell', () => {
    const data = new Uint8Array(36).fill(1);
    const open = model.run('abcdef', {
      record: [pattern(0)],
      edits: [{ at: 'blocks.*.attn.scores', mask: { shape: [6, 6], data } }],
    });
    expect(open.activations[pattern(0)]!.data.every((share) => share > 0)).toBe(true);
    const causal = Uint8Array.from({ length: 36 }, (_, cell) => (cell % 6 <= Math.floor(cell / 6) ? 1 : 0));
    const same = model.run('abcdef', {
      edits: [{ at: 'blocks.*.attn.scores', mask: { shape: [6, 6], data: causal } }],
    });
    expectClose(same.logits.data, [...model.run('abcdef').logits.data], 64);
  });

  it('see each station in its own shape', () => {
    const shapes: Record<string, readonly number[]> = {};
    const note = (name: string) => (view: StationView) => (shapes[name] = view.shape);
    const names = ['embed', 'blocks.0.attn.q', 'blocks.0.attn.scores', 'blocks.0.mlp.pre', 'logits'];
    const run = model.run('abc', { record: names, edit: Object.fromEntries(names.map((name) => [name, note(name)])) });
    for (const name of names) expect(shapes[name]).toEqual(run.activations[name]!.shape);
  });

  it('lend views that die with the callback', async () => {
    const kept: StationView[] = [];
    model.run('abc', {
      edit: { embed: (view) => void kept.push(view), [pattern(0)]: (view) => void kept.push(view.head(0)) },
    });
    expect(kept).toHaveLength(2);
    for (const view of kept) {
      expect(await codeOf(() => view.data)).toBe('view_expired');
      expect(await codeOf(() => view.fill(0))).toBe('view_expired');
    }
    expect(await codeOf(() => kept[0]!.head(0))).toBe('argument_range');
  });

  it('may throw: the error comes out, the model goes on', async () => {
    const before = model.run('abc').logits.data;
    const fail = () => {
      throw new RangeError('mine');
    };
    expect(() => model.run('abc', { edit: { embed: fail } })).toThrow(new RangeError('mine'));
    expect(await codeOf(() => model.run('abc', { edit: { embed: () => void model.run('a') } }))).toBe('engine_busy');
    expect(await codeOf(() => model.run('abc', { edit: { embed: () => model.dispose() } }))).toBe('engine_busy');
    model = await engine.loadModel(tinyFolder());
    expect(model.run('abc').logits.data).toEqual(before);
  });
});

describe('memory', () => {
  const heap = () =>
    engine.core.call((module) => (module as unknown as { HEAPU8: Uint8Array }).HEAPU8.buffer.byteLength);
  const live = () => engine.core.call((module) => module.liveModels());

  it('may grow: results and models from before stay what they were', async () => {
    const small = await engine.loadModel(tinyFolder({ seed: 7 }));
    const run = small.run('abcdef', { record: small.info.stations });
    const { pattern } = engine.attention(tensor([1, 8, 4], 1), tensor([1, 8, 4], 2), tensor([1, 8, 4], 3));
    const copies = [run.logits, run.probs, pattern, ...Object.values(run.activations)].map(
      ({ data }) => [data, data.slice()] as const,
    );
    const bytes = heap();
    const large = await engine.loadModel(tinyFolder({ sizes: { ...kTiny, n_embd: 512, n_positions: 64 } }));
    expect(heap()).toBeGreaterThan(bytes);
    for (const [result, copy] of copies) expect(result).toEqual(copy);
    expect(small.run('abcdef', { record: small.info.stations }).logits.data).toEqual(run.logits.data);
    small.dispose();
    large.dispose();
  });

  it("grows during a callback's run without cutting its view off", async () => {
    const fresh = (await init()) as LocalEngine;
    const wide = await fresh.loadModel(
      tinyFolder({ sizes: { ...kTiny, n_embd: 256, n_positions: 512, vocab_size: 12 } }),
    );
    const lengths: number[] = [];
    wide.run('abcdefghijk'.repeat(46), {
      record: wide.info.stations,
      edit: { 'blocks.*.attn.pattern': (view) => void lengths.push(view.data.length) },
    });
    expect(lengths).toEqual([2 * 506 * 506, 2 * 506 * 506]);
    fresh.dispose();
  });

  it('is given back by dispose, once, and by `using`', async () => {
    const before = live();
    const [one, two] = [await engine.loadModel(tinyFolder()), await engine.loadModel(tinyFolder())];
    expect(live()).toBe(before + 2);
    one.dispose();
    one.dispose();
    two[Symbol.dispose]();
    expect(live()).toBe(before);
    for (const call of [() => one.run('a'), () => one.encode('a'), () => one.generate('a').next()])
      expect(await codeOf(call)).toBe('disposed');
  });

  it('does not grow over a thousand models and runs', async () => {
    const cycle = async () => {
      const passing = await engine.loadModel(tinyFolder());
      passing.run('abc', { record: passing.info.stations });
      for await (const _ of passing.generate('abc', { maxTokens: 3 })) break;
      passing.dispose();
    };
    for (let i = 0; i < 100; ++i) await cycle();
    const bytes = heap();
    for (let i = 0; i < 1000; ++i) await cycle();
    expect(heap()).toBe(bytes);
  });

  it('of a forgotten model is given back by the collector', async () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const fresh = (await init()) as LocalEngine;
    const left = () => fresh.core.call((module) => module.liveModels());
    for (let i = 0; i < 10; ++i) await fresh.loadModel(tinyFolder());
    expect(left()).toBeGreaterThan(0);
    for (let i = 0; i < 200 && left() > 2; ++i) {
      collect();
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    // The collector may keep the last of them for reasons of its own.
    expect(left()).toBeLessThan(3);
  });

  it('of a disposed engine can no longer be entered', async () => {
    const passing = (await init()) as LocalEngine;
    const its = await passing.loadModel(tinyFolder());
    passing.dispose();
    passing.dispose();
    for (const call of [
      () => passing.variants(),
      () => its.run('a'),
      () => passing.loadModel(tinyFolder()),
      () => passing.positions.sinusoidal!(2, 2),
    ]) {
      expect(await codeOf(call)).toBe('disposed');
    }
    its.dispose();
  });
});

describe('the facts of a model', () => {
  it("are the core's, the tokenizer's and the folder's", async () => {
    const notes = {
      title: { en: 'Tiny', zh: '小', bad: 3 },
      examples: [{ text: 'abc', lang: 'en' }, 'no example', { text: 7, lang: 'en' }],
    };
    const titled = await engine.loadModel(tinyFolder({ config: { attention_playground: notes } }));
    expect(titled.info).toMatchObject({
      family: 'gpt2',
      n_layers: 2,
      n_heads: 2,
      n_kv_heads: 2,
      d_model: 8,
      d_head: 4,
      d_mlp: 32,
      n_ctx: 16,
      vocab_size: 12,
    });
    expect(titled.info.vocabulary).toEqual(['<unk>', ...'abcdefghijk']);
    expect(titled.info.title).toEqual({ en: 'Tiny', zh: '小' });
    expect(titled.info.examples).toEqual([{ text: 'abc', lang: 'en' }]);
    titled.dispose();
    expect([model.info.title, model.info.examples]).toEqual([{}, []]);
  });
});
