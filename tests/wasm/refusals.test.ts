import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { LocalEngine } from '../../web/src/engine/engine.ts';
import type { NativeModel } from '../../web/src/engine/native.ts';
import type { Model, ModelFiles } from '../../web/src/engine/types.ts';
import { openWeights } from '../../web/src/engine/weightSource.ts';
import { init } from '../../web/src/index.node.ts';
import { failureOf } from './errors.ts';
import {
  configText,
  f32,
  gpt2Tensors,
  kTiny,
  safetensors,
  tinyFolder,
  type FileOptions,
  type TestTensors,
} from './folder.ts';

/** A folder with its tensors or its file bent. */
function bent(change: (tensors: TestTensors) => void, options: FileOptions = {}): ModelFiles {
  const tensors = gpt2Tensors();
  change(tensors);
  return { ...tinyFolder(), weights: safetensors(tensors, options) };
}

const unchanged = (): void => {};
const withHeader = (bendHeader: NonNullable<FileOptions['bendHeader']>): ModelFiles => bent(unchanged, { bendHeader });
const withBytes = (change: (file: Uint8Array) => Uint8Array): ModelFiles => ({
  ...tinyFolder(),
  weights: change(tinyFolder().weights),
});
const withConfig = (more: object): ModelFiles => ({ ...tinyFolder(), config: configText(kTiny, more) });

const kQkv = 'h.0.attn.c_attn.weight';
const lastName = Object.keys(gpt2Tensors()).at(-1)!;

/** Each broken folder, the code it must give, and what the message must name: culprit, found, expected. */
const kBrokenFolders: [what: string, code: string, names: RegExp, folder: () => ModelFiles][] = [
  ['a missing tensor', 'tensor_missing', /h\.0\.attn\.c_attn\.weight.*\(8, 24\)/, () => bent((t) => delete t[kQkv])],
  [
    'an extra tensor',
    'tensor_unexpected',
    /h\.9\.mystery/,
    () => bent((t) => (t['h.9.mystery'] = f32([1], Float32Array.of(1)))),
  ],
  [
    'a mis-shaped tensor',
    'tensor_shape',
    /c_attn\.weight.*\(24, 8\).*\(8, 24\)/,
    () => bent((t) => (t[kQkv]!.shape = [24, 8])),
  ],
  [
    'a tensor of another rank',
    'tensor_shape',
    /c_attn\.weight.*\(192\).*\(8, 24\)/,
    () => bent((t) => (t[kQkv]!.shape = [192])),
  ],
  [
    'a wrong type',
    'tensor_dtype',
    /c_attn\.weight.*I64.*F32, F16, BF16 or I8/,
    () => bent((t) => (t[kQkv] = { dtype: 'I64', shape: [8, 24], data: new Uint8Array(8 * 8 * 24) })),
  ],
  [
    'overlapping tensors',
    'tensor_overlap',
    /overlaps/,
    () => withHeader((h) => (h[kQkv]!.data_offsets = h['wte.weight']!.data_offsets.map((_, i) => i * 768))),
  ],
  ['a hole between tensors', 'tensor_overlap', /hole/, () => bent(unchanged, { bendHeader: (h) => delete h[kQkv] })],
  [
    'offsets that do not match the shape',
    'tensor_range',
    /c_attn\.weight.*768/,
    () => withHeader((h) => (h[kQkv]!.data_offsets[1]! -= 4)),
  ],
  [
    'offsets that run backwards',
    'tensor_range',
    /c_attn\.weight/,
    () => withHeader((h) => h[kQkv]!.data_offsets.reverse()),
  ],
  [
    'offsets beyond the file',
    'file_truncated',
    new RegExp(lastName),
    () => withHeader((h) => (h[lastName]!.data_offsets[1]! += 4096)),
  ],
  [
    'a shape of absurd size',
    'tensor_range',
    /c_attn\.weight/,
    () => withHeader((h) => (h[kQkv]!.shape = [2 ** 40, 2 ** 40])),
  ],
  ['negative offsets', 'file_header', /c_attn\.weight/, () => withHeader((h) => (h[kQkv]!.data_offsets[0] = -1))],
  ['fractions as a shape', 'file_header', /c_attn\.weight/, () => withHeader((h) => (h[kQkv]!.shape = [8.5, 24]))],
  [
    'a truncated file',
    'file_truncated',
    /found.*bytes.*expected/,
    () => withBytes((file) => file.subarray(0, file.length - 100)),
  ],
  [
    'bytes after the end',
    'file_truncated',
    /found.*expected/,
    () => withBytes((file) => Uint8Array.from([...file, 0, 0, 0, 0])),
  ],
  ['an empty file', 'file_truncated', /found 0 bytes/, () => withBytes(() => new Uint8Array())],
  ['a file of seven bytes', 'file_truncated', /found 7 bytes/, () => withBytes(() => new Uint8Array(7))],
  [
    'a header that claims more than the file',
    'file_truncated',
    /length/,
    () => bent(unchanged, { claimedLength: 90_000_000n }),
  ],
  [
    'a header that claims 2^63 bytes',
    'file_header',
    /9223372036854775808/,
    () => bent(unchanged, { claimedLength: 2n ** 63n }),
  ],
  ['a header that claims too little', 'file_header', /header/, () => bent(unchanged, { claimedLength: 16n })],
  ['a header that is no JSON', 'file_header', /header/, () => bent(unchanged, { headerText: '{"wte.weight": oops}' })],
  ['a header without an object', 'file_header', /header/, () => bent(unchanged, { headerText: '[]' })],
  [
    'a header nested without end',
    'file_header',
    /header/,
    () => bent(unchanged, { headerText: `{"a":${'['.repeat(50_000)}` }),
  ],
  [
    'not a number',
    'tensor_not_finite',
    /wpe\.weight.*NaN.*element 3/,
    () => bent((t) => new DataView(t['wpe.weight']!.data.buffer).setFloat32(12, NaN, true)),
  ],
  [
    'an infinite weight',
    'tensor_not_finite',
    /wpe\.weight.*infinity.*element 0/,
    () => bent((t) => new DataView(t['wpe.weight']!.data.buffer).setFloat32(0, -Infinity, true)),
  ],
  [
    'a config that is no JSON',
    'config_invalid',
    /config\.json/,
    () => ({ ...tinyFolder(), config: '<!doctype html>' }),
  ],
  ['an empty config', 'config_invalid', /config\.json/, () => ({ ...tinyFolder(), config: '' })],
  ['a config without sizes', 'config_invalid', /n_/, () => ({ ...tinyFolder(), config: '{"model_type":"gpt2"}' })],
  ['another family', 'family_unknown', /mamba.*gpt2, llama/, () => withConfig({ model_type: 'mamba' })],
  ['absurdly many layers', 'config_invalid', /n_layer.*1000000/, () => withConfig({ n_layer: 1_000_000 })],
  ['an absurd width', 'config_invalid', /n_embd/, () => withConfig({ n_embd: 1e15 })],
  ['a negative size', 'config_invalid', /n_head.*-2/, () => withConfig({ n_head: -2 })],
  ['a fractional size', 'config_invalid', /n_layer.*1\.5/, () => withConfig({ n_layer: 1.5 })],
  ['heads that do not divide the width', 'config_invalid', /n_head.*3.*8/, () => withConfig({ n_head: 3 })],
  [
    'an unknown activation',
    'config_invalid',
    /activation_function.*sine/,
    () => withConfig({ activation_function: 'sine' }),
  ],
  ['sizes beyond the weights', 'tensor_missing', /h\.2\./, () => withConfig({ n_layer: 250 })],
  ['a tokenizer that is none', 'tokenizer_invalid', /tokenizer\.json/, () => ({ ...tinyFolder(), tokenizer: '{}' })],
];

let engine: LocalEngine;
let inUse: Model;
let before: Float32Array;

beforeAll(async () => {
  engine = (await init()) as LocalEngine;
  inUse = await engine.loadModel(tinyFolder());
  before = inUse.run('abcabc').logits.data;
});

describe('a broken folder', () => {
  afterEach(() => {
    expect(inUse.run('abcabc').logits.data).toEqual(before);
    expect(engine.core.call((module) => module.liveModels())).toBe(1);
  });

  it.each(kBrokenFolders)('with %s is refused as %s, by name', async (_, code, names, folder) => {
    const failure = await failureOf(() => engine.loadModel(folder()));
    expect(failure).toEqual({ code, message: expect.stringMatching(names) });
  });

  it('that asks for more memory than there is, is refused before it is allocated', async () => {
    // 2^34 weights by its config, 8 KB of file.
    const sizes = { ...kTiny, n_embd: 16384, vocab_size: 1 << 20 };
    const bytes = memoryBytes();
    const failure = await failureOf(() => engine.loadModel({ ...tinyFolder(), config: configText(sizes) }));
    expect(failure.code).toBe('tensor_shape');
    expect(bytes).toBeGreaterThan(0);
    expect(memoryBytes()).toBe(bytes);
  });
});

/** Bytes of the module's memory. */
function memoryBytes(): number {
  return engine.core.call((module) => (module as unknown as { HEAPU8: Uint8Array }).HEAPU8.buffer.byteLength);
}

describe('every code of the core', () => {
  const q = { shape: [1, 2, 4], data: new Float32Array(8) };
  const native = (work: (model: NativeModel) => unknown) => async () => {
    const { config, weights } = tinyFolder();
    const source = await openWeights(weights);
    return engine.core.call((module) => {
      const model = module.Model.load(config, source, false)!;
      try {
        return work(model);
      } finally {
        model.delete();
      }
    });
  };
  const sampling = { temperature: 1, topK: 0, topP: 1, seed: 0 };
  const none = new Int32Array();
  const plainly = {
    record: [],
    edits: [],
    lastOnly: false,
    segments: none,
    source: none,
    padding: 0,
    image: undefined,
  };
  /** What the folders above do not reach. Ids and handles are checked before they get to the core, so those go in directly. */
  const kOtherCodes: [code: string, action: () => unknown][] = [
    [
      'memory_limit',
      () =>
        engine.attention(
          { shape: [1, 40_000, 1], data: new Float32Array(40_000) },
          { shape: [1, 40_000, 1], data: new Float32Array(40_000) },
          { shape: [1, 40_000, 1], data: new Float32Array(40_000) },
        ),
    ],
    ['token_range', native((model) => model.run(Int32Array.of(1, 99), plainly))],
    ['context_length', native((model) => model.run(new Int32Array(kTiny.n_positions + 1), plainly))],
    [
      'station_unknown',
      native((model) => model.run(Int32Array.of(1), { ...plainly, record: ['blocks.7.attn.pattern'] })),
    ],
    ['edit_invalid', () => inUse.run('abc', { edits: [{ at: 'blocks.0.attn.pattern', head: 5, set: 0 }] })],
    [
      'edit_invalid',
      () =>
        inUse.run('abc', { edits: [{ at: 'blocks.0.attn.pattern', mask: { shape: [1, 1], data: Uint8Array.of(1) } }] }),
    ],
    ['variant_unknown', () => engine.attention(q, q, q, { structure: 'telepathic' })],
    [
      'encoding_unknown',
      () => engine.core.call((module) => module.encodingTable('nowhere', 4, 4, {}, [], module.Array.make()!)),
    ],
    ['argument_shape', () => engine.attention(q, { shape: [1, 2, 3], data: new Float32Array(6) }, q)],
    ['argument_shape', () => engine.attention({ shape: [8], data: q.data }, q, q)],
    ['argument_range', () => engine.attention(q, q, q, { softcap: -1 })],
    ['argument_range', native((model) => model.begin(Int32Array.of(1), none, { ...sampling, temperature: -1 }, []))],
    ['generation_unknown', native((model) => model.step(12345))],
  ];

  it.each(kOtherCodes)('%s comes out by name, and the engine lives on', async (code, action) => {
    expect((await failureOf(action)).code).toBe(code);
    expect(inUse.run('abcabc').logits.data).toEqual(before);
  });

  it('is reached by these tests', () => {
    const reached = new Set([...kBrokenFolders.map(([, code]) => code), ...kOtherCodes.map(([code]) => code)]);
    const missing = engine.core.call((module) => module.errorCodes()).filter((code) => !reached.has(code));
    expect(missing).toEqual([]);
  });
});

describe('arguments that are none', () => {
  const q = { shape: [1, 2, 4], data: new Float32Array(8) };
  const kWrong: [code: string, action: () => unknown][] = [
    ['argument_type', () => engine.attention(null as never, q, q)],
    ['argument_type', () => engine.attention({ shape: [8], data: [1, 2] } as never, q, q)],
    ['argument_shape', () => engine.attention({ shape: [1, 3, 4], data: q.data }, q, q)],
    ['option_unknown', () => engine.attention(q, q, q, { casual: true } as never)],
    ['option_unknown', () => inUse.run('a', { recrod: [] } as never)],
    ['option_unknown', () => inUse.run('a', { edits: [{ at: 'embed', sett: 0 } as never] })],
    ['argument_range', () => inUse.run('a', { logits: 'some' as never })],
    ['argument_type', () => inUse.run(5 as never)],
    ['argument_type', () => inUse.run('a', { record: [5 as never] })],
    ['text_empty', () => inUse.run('')],
    ['text_too_long', () => inUse.run('a'.repeat(200_001))],
    ['station_unknown', () => inUse.run('a', { record: ['blocks.*.attn.patern'] })],
    ['station_unknown', () => inUse.run('a', { edits: [{ at: 'blocks.2.attn.scores', scale: 2 }] })],
    ['edit_invalid', () => inUse.run('a', { edits: [{ at: 'embed' }] })],
    ['edit_invalid', () => inUse.run('a', { edits: [{ at: 'embed', set: 0, scale: 1 }] })],
    ['edit_invalid', () => inUse.run('a', { edits: [{ at: 'embed', set: NaN }] })],
    [
      'edit_invalid',
      () =>
        inUse.run('a', { edits: [{ at: 'blocks.0.attn.scores', mask: { shape: [2, 2], data: new Uint8Array(3) } }] }),
    ],
    ['edit_invalid', () => inUse.run('a', { edit: { embed: 'no function' as never } })],
    ['argument_type', () => engine.loadModel(7 as never)],
    ['argument_type', () => engine.loadModel('no address')],
    ['option_unknown', () => init({ wroker: true } as never)],
    ['argument_range', () => init({ build: 'fast' as never })],
    ['engine_unsupported', () => init({ wasmBinary: Uint8Array.of(1, 2, 3, 4) })],
  ];

  it.each(kWrong)('give %s', async (code, action) => {
    expect((await failureOf(action)).code).toBe(code);
    expect(inUse.run('abcabc').logits.data).toEqual(before);
  });

  it('name the nearest station', async () => {
    const { message } = await failureOf(() => inUse.run('a', { record: ['blocks.0.atn.paterns'] }));
    expect(message).toContain('"blocks.0.attn.pattern"');
    const wildcard = await failureOf(() => inUse.run('a', { record: ['block.*.mlp.out'] }));
    expect(wildcard.message).toContain('"blocks.*.mlp_out"');
  });
});
