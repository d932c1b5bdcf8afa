import { describe, expect, it } from 'vitest';
import type { ModelInput } from '../../web/src/engine/types.ts';
import { init } from '../../web/src/index.node.ts';
import { failureOf } from './errors.ts';
import { apart, caseOf, familyCases, folderOf, roundingOf } from './familyCases.ts';

/** Every family through the whole engine; values from the papers' formulas. */

const engine = await init();
const away = await init({ worker: true });

describe.each(familyCases)('the model of tests/golden/%s', (name) => {
  const { files, input, stations } = caseOf(name);

  it('has the golden numbers at every station, here and in a worker', async () => {
    const [here, there] = [await engine.loadModel(files), await away.loadModel(files)];
    expect(new Set(here.info.stations)).toEqual(new Set(Object.keys(stations)));
    const allowed = roundingOf(here.info);
    const run = here.run(input, { record: here.info.stations });
    for (const [station, expected] of Object.entries(stations)) {
      expect([station, apart(run.activations[station]!, expected) <= allowed]).toEqual([station, true]);
    }
    // Unwatched, attention goes another way, equal to rounding; here and there, it goes the same.
    const remote = await there.run(input);
    expect(remote.logits).toEqual(here.run(input).logits);
    expect(there.info).toEqual(here.info);
    expect(run.logits.shape[1]).toBe(here.info.outputs);
    const sum = run.probs.data.reduce((total, p) => total + p, 0);
    expect(sum).toBeCloseTo(here.info.outputs > 0 ? 1 : 0, 5);
    here.dispose();
    there.dispose();
  });
});

describe('what a model of each family is', () => {
  it.each([
    ['bert_f32', { head: 'masked_token', causal: false, outputs: 31, n_segments: 2, image: null, labels: [] }],
    ['bert_bf16', { head: 'sequence', outputs: 4, labels: ['label 0', 'label 1', 'label 2', 'label 3'] }],
    ['bert_tokens', { head: 'token', outputs: 4 }],
    ['bert_base', { head: 'none', outputs: 0 }],
    ['distilbert_f16', { head: 'sequence', n_segments: 0 }],
    ['vit_f32', { head: 'sequence', image: { side: 8, patch: 4, channels: 3 }, n_ctx: 5, vocabulary: [] }],
    ['deit_f32', { n_ctx: 6 }],
    ['transformer_f32', { head: 'next_token', causal: true, n_layers: 1, n_encoder_layers: 2 }],
  ])('%s', async (name, expected) => {
    const model = await engine.loadModel(caseOf(name).files);
    expect(model.info).toMatchObject(expected);
    model.dispose();
  });

  it('patches are named by row and column behind the class tokens', async () => {
    const { files, input } = caseOf('deit_f32');
    const run = (await engine.loadModel(files)).run(input);
    expect(run.tokens).toEqual(['[CLS]', '[DIST]', '0,0', '0,1', '1,0', '1,1']);
    expect(run.ids).toEqual(new Int32Array());
  });
});

describe('padding', () => {
  it.each([
    ['bert_f32', { padTo: 9 }, 6],
    ['distilbert_f32', { padTo: 9 }, 6],
    ['transformer_f32', { padTo: 9 }, 7],
  ] as const)('%s: changes nothing for the tokens that are there', async (name, more, length) => {
    const { files, input } = caseOf(name);
    const model = await engine.loadModel(files);
    const text =
      typeof input === 'string' ? input : 'text' in input ? input.text + ('pair' in input ? input.pair : '') : '';
    const target = typeof input === 'object' && 'target' in input ? { target: input.target! } : {};
    const given = { text: text.slice(0, length), ...target };
    const station = target.target ? 'decoder.blocks.0.cross.pattern' : 'blocks.0.attn.pattern';
    const [plain, padded] = [given, { ...given, ...more }].map((each) => model.run(each, { record: [station] }));
    expect(padded!.padding).toBe(9 - length);
    const read = padded!.source ?? padded!;
    expect([...read.ids.slice(length)]).toEqual(new Array(9 - length).fill(0));
    const [wide, narrow] = [padded!.activations[station]!, plain!.activations[station]!];
    for (let row = 0; row < wide.shape[0]! * narrow.shape[1]!; ++row) {
      const head = Math.floor(row / narrow.shape[1]!);
      const query = row % narrow.shape[1]!;
      const at = (head * wide.shape[1]! + query) * 9;
      const shown = wide.data.slice(at, at + 9);
      expect([...shown.slice(length)]).toEqual(new Array(9 - length).fill(0));
      narrow.data.slice(row * length, (row + 1) * length).forEach((p, k) => expect(shown[k]).toBeCloseTo(p, 5));
    }
    const rows = Math.min(plain!.logits.data.length, padded!.logits.data.length);
    plain!.logits.data.slice(0, rows).forEach((x, k) => expect(padded!.logits.data[k]).toBeCloseTo(x, 4));
    model.dispose();
  });
});

describe('an encoder and a decoder', () => {
  it('write what runs foretell, here and in a worker', async () => {
    const { files } = caseOf('transformer_f32');
    const [here, there] = [await engine.loadModel(files), await away.loadModel(files)];
    const steps: string[] = [];
    for await (const step of here.generate('abcdefg', { maxTokens: 6, temperature: 0 })) {
      const { probs, source, tokens } = here.run({ text: 'abcdefg', target: steps.join('') }, { logits: 'last' });
      expect(source!.tokens).toEqual([...'abcdefg']);
      expect(tokens.length).toBe(1 + steps.length);
      expect(step.id).toBe(probs.data.indexOf(Math.max(...probs.data)));
      steps.push(step.token);
      expect(step.text).toBe(steps.join(''));
    }
    expect(steps.length).toBe(6);
    const remote: string[] = [];
    for await (const step of there.generate({ text: 'abcdefg' }, { maxTokens: 6, temperature: 0 }))
      remote.push(step.token);
    expect(remote).toEqual(steps);
    here.dispose();
    there.dispose();
  });

  it('end at the end of the context', async () => {
    const model = await engine.loadModel(caseOf('transformer_f32').files);
    let count = 0;
    for await (const step of model.generate({ text: 'abc', target: 'ab' }, { maxTokens: 99, seed: 3 })) {
      expect(step.id).toBeGreaterThanOrEqual(0);
      ++count;
    }
    expect(count).toBe(model.info.n_ctx - 3 + 1);
    model.dispose();
  });
});

describe('pixels', () => {
  const pixels = (width: number, height: number, colour: [number, number, number, number]) => ({
    width,
    height,
    data: Uint8ClampedArray.from({ length: 4 * width * height }, (_, n) => colour[n % 4]!),
  });

  it.each([
    ['in grey', 'vit_f16', undefined, [77, 77, 77, 255], 77 / 255],
    ['transparent, as white paper', 'vit_f16', undefined, [0, 0, 0, 0], 1],
    ['in colour', 'vit_f32', undefined, [255, 255, 255, 255], 1],
    [
      'by preprocessor_config.json',
      'vit_f32',
      JSON.stringify({ image_mean: [0.2, 0.2, 0.2], image_std: [2, 2, 2], rescale_factor: 1 / 255 }),
      [51, 51, 51, 255],
      0,
    ],
  ] as const)('%s, of any size', async (_, name, preprocessor, colour, expected) => {
    const { files } = caseOf(name);
    const model = await engine.loadModel(preprocessor ? { ...files, preprocessor } : files);
    const { side, channels } = model.info.image!;
    const even = { shape: [channels, side, side], data: new Float32Array(channels * side * side).fill(expected) };
    const wanted = model.run({ image: even }).logits.data;
    for (const [width, height] of [
      [side, side],
      [5 * side + 3, 4 * side],
      [3, 2],
    ] as const) {
      const found = model.run({ image: pixels(width, height, [...colour]) }).logits.data;
      wanted.forEach((x, k) => expect(found[k]).toBeCloseTo(x, 4));
    }
    model.dispose();
  });
});

describe('what a family does not read', () => {
  it.each([
    [
      'argument_type',
      'bert_f32',
      { image: { shape: [1], data: new Float32Array(1) } },
      /found an image, expected a text/,
    ],
    ['argument_type', 'vit_f32', 'abc', /found abc, expected \{image\}/],
    ['argument_shape', 'vit_f32', { image: { shape: [1, 8, 8], data: new Float32Array(64) } }, /expected \(3, 8, 8\)/],
    ['argument_shape', 'vit_f32', { image: { width: 2, height: 2, data: new Uint8ClampedArray(3) } }, /2 by 2 pixels/],
    ['argument_range', 'distilbert_f32', { text: 'a', pair: 'b' }, /pair: found one, expected none/],
    ['argument_range', 'bert_f32', { text: 'a', target: 'b' }, /target: found one/],
    ['argument_range', 'bert_f32', { text: 'abc', padTo: 2 }, /padTo: found 2, expected a whole number from 3/],
    ['argument_range', 'bert_f32', { text: 'abc', padTo: 17 }, /to 16/],
    ['option_unknown', 'bert_f32', { text: 'abc', paired: 'x' }, /paired/],
    ['text_empty', 'transformer_f32', { text: '' }, /nothing to read/],
  ] as const)('%s: %s', async (code, name, input, message) => {
    const model = await engine.loadModel(caseOf(name).files);
    const failure = await failureOf(() => model.run(input as ModelInput));
    expect(failure).toEqual({ code, message: expect.stringMatching(message) as string });
    model.dispose();
  });

  it('is continued by none that foretells no token', async () => {
    const model = await engine.loadModel(caseOf('bert_f32').files);
    const failure = await failureOf(async () => {
      for await (const step of model.generate('abc')) expect(step).toBeUndefined();
    });
    expect(failure.code).toBe('argument_range');
    model.dispose();
  });

  it('needs the token that a decoder starts with', async () => {
    const model = await engine.loadModel(folderOf('transformer_f32'));
    const failure = await failureOf(() => model.run('abc'));
    expect(failure).toMatchObject({ code: 'config_invalid' });
    expect(failure.message).toMatch(/decoder_start_token_id/);
    model.dispose();
  });
});
