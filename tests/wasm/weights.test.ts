import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  convertWeights,
  editWeights,
  readArrays,
  readWeights,
  writeArrays,
  type NamedArrays,
  type WeightEdit,
} from '../../web/src/arrays/index.ts';
import { fromBfloat16, fromFloat16, toBfloat16, toFloat16 } from '../../web/src/arrays/float16.ts';
import type { Tensor } from '../../web/src/engine/types.ts';
import { init } from '../../web/src/index.node.ts';
import { codeOf, failureOf } from './errors.ts';
import { f32, gpt2Tensors, kTiny, safetensors, tinyFolder, type FileOptions, type TestTensors } from './folder.ts';
import { characterTokenizer } from './tokenizers.ts';

/** Weights as arrays, and changed: against the bytes of the file itself. */

const kLetters = Array.from({ length: 31 }, (_, i) => String.fromCodePoint(0x61 + i)).join('');
const golden = (name: string) => ({
  config: readFileSync(new URL(`../golden/${name}/config.json`, import.meta.url), 'utf8'),
  weights: new Uint8Array(readFileSync(new URL(`../golden/${name}/model.safetensors`, import.meta.url))),
  tokenizer: characterTokenizer(kLetters, { unknown: null }),
});

const bytesOf = async (blob: Blob): Promise<Uint8Array<ArrayBuffer>> => new Uint8Array(await blob.arrayBuffer());

/** Where a tensor lies in a file, found without the code under test. */
function placeOf(file: Uint8Array, name: string) {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const length = Number(view.getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(file.subarray(8, 8 + length)));
  const { dtype, shape, data_offsets } = header[name] as { dtype: string; shape: number[]; data_offsets: number[] };
  return { view, dtype, shape, begin: 8 + length + data_offsets[0]!, end: 8 + length + data_offsets[1]! };
}

/** Bytes outside [begin, end) are equal, and some inside are not. */
function expectOnlyWithin(found: Uint8Array, given: Uint8Array, begin: number, end: number): void {
  expect(found.length).toBe(given.length);
  const moved = [...found.keys()].filter((place) => found[place] !== given[place]);
  expect(moved.length).toBeGreaterThan(0);
  expect(moved.every((place) => place >= begin && place < end)).toBe(true);
}

describe('numbers of 16 bits', () => {
  const all = Array.from({ length: 2 ** 16 }, (_, bits) => bits);
  const formats = [
    ['F16', fromFloat16, toFloat16, 0x7c00],
    ['BF16', fromBfloat16, toBfloat16, 0x7f80],
  ] as const;

  it.each(formats)('%s: what was read is written as it was', (_, from, to) => {
    const wrong = all.filter((bits) => !Number.isNaN(from(bits)) && to(from(bits)) !== bits);
    expect(wrong).toEqual([]);
    expect(Number.isNaN(from(to(NaN)))).toBe(true);
  });

  it.each(formats)('%s: between two of them the nearer one, in the middle the even one', (_, from, to, infinity) => {
    for (let bits = 0; bits < infinity - 1; ++bits) {
      const [low, high] = [from(bits), from(bits + 1)];
      const middle = (low + high) / 2;
      const even = bits % 2 === 0 ? bits : bits + 1;
      const found = [middle, middle - (high - low) / 64, middle + (high - low) / 64, -middle].map(to);
      expect(found).toEqual([even, bits, bits + 1, 0x8000 | even]);
    }
    expect([Infinity, 1e300, -1e300].map(to)).toEqual([infinity, infinity, 0x8000 | infinity]);
  });

  it('F16 ends where NumPy says', () => {
    expect([65504, 65519.99, 65520].map(toFloat16)).toEqual([0x7bff, 0x7bff, 0x7c00]);
    expect([2 ** -25, 2 ** -25 * 1.001, -0].map(toFloat16)).toEqual([0, 1, 0x8000]);
  });
});

describe('a checkpoint', () => {
  it.each(['gpt2_f32', 'gpt2_f16', 'gpt2_bf16', 'llama_bf16'])('%s: tensors as the file has them', async (name) => {
    const { weights } = golden(name);
    const { tensors, read } = await readWeights(new Blob([weights]));
    const header = JSON.parse(new TextDecoder().decode(weights.subarray(8, placeOf(weights, tensors[0]!.name).begin)));
    const names = Object.keys(header).filter((key) => key !== '__metadata__');
    expect(tensors.map((tensor) => tensor.name).sort()).toEqual(names.sort());
    for (const { name, dtype, shape } of tensors) {
      const place = placeOf(weights, name);
      expect([dtype, shape]).toEqual([place.dtype, place.shape]);
      const { data, ...rest } = await read(name);
      expect(rest).toEqual({ shape });
      const from = dtype === 'F16' ? fromFloat16 : fromBfloat16;
      const expected = Array.from(data, (_, i) =>
        dtype === 'F32'
          ? place.view.getFloat32(place.begin + 4 * i, true)
          : from(place.view.getUint16(place.begin + 2 * i, true)),
      );
      expect([...data]).toEqual(expected);
    }
    expect(await codeOf(() => read('nothing'))).toBe('tensor_missing');
  });

  it('integers and floats of 64 bits become numbers, floats of eight bits are refused', async () => {
    const of = (dtype: string, numbers: ArrayBufferView): TestTensors[string] => ({
      dtype,
      shape: [2],
      data: new Uint8Array(numbers.buffer as ArrayBuffer),
    });
    const { read } = await readWeights(
      safetensors({
        a: of('I64', BigInt64Array.of(-3n, 9n)),
        b: of('F64', Float64Array.of(0.5, -2)),
        c: of('I8', Int8Array.of(-128, 127)),
        d: of('F8_E4M3', Uint8Array.of(1, 2)),
      }),
    );
    expect((await read('a')).data).toEqual(Float32Array.of(-3, 9));
    expect((await read('b')).data).toEqual(Float32Array.of(0.5, -2));
    expect((await read('c')).data).toEqual(Float32Array.of(-128, 127));
    expect(await codeOf(() => read('d'))).toBe('tensor_dtype');
  });

  it.each([
    ['file_truncated', {}, (file) => file.subarray(0, 7), 'found 7 bytes'],
    ['file_truncated', {}, (file) => file.subarray(0, file.length - 1), 'expected at most the'],
    ['file_truncated', {}, (file) => Uint8Array.of(...file, 0), 'bytes of data, expected'],
    ['file_truncated', { claimedLength: 90_000_000n }, undefined, 'a length of 90000000'],
    ['file_header', { claimedLength: 2n ** 63n }, undefined, 'expected at most 100000000'],
    ['file_header', { headerText: '{' }, undefined, 'expected JSON'],
    ['file_header', { headerText: '[1]' }, undefined, 'no object'],
    ['file_header', { headerText: 'null' }, undefined, 'no object'],
    ['file_header', { headerText: '{"a":null}' }, undefined, '"a"'],
    ['file_header', { headerText: '{"a":{"dtype":1,"shape":[],"data_offsets":[0,4]}}' }, undefined, 'dtype 1'],
    ['file_header', { bendHeader: ({ a }) => (a!.shape = [-1]) }, undefined, '[-1]'],
    ['file_header', { bendHeader: ({ a }) => (a!.shape = [1.5]) }, undefined, '[1.5]'],
    ['file_header', { bendHeader: ({ a }) => (a!.shape = 'x' as never) }, undefined, '"x"'],
    ['file_header', { bendHeader: ({ a }) => (a!.shape = new Array(9).fill(1)) }, undefined, '9 axes'],
    ['file_header', { bendHeader: ({ a }) => (a!.data_offsets = [0]) }, undefined, '[0]'],
    ['file_header', { bendHeader: ({ a }) => (a!.data_offsets = [0, 2 ** 60]) }, undefined, 'two whole numbers'],
    ['tensor_dtype', { bendHeader: ({ a }) => (a!.dtype = 'F7') }, undefined, 'F7'],
    ['tensor_dtype', { bendHeader: ({ a }) => (a!.dtype = 'constructor') }, undefined, 'constructor'],
    ['tensor_range', { bendHeader: ({ a }) => (a!.data_offsets = [8, 0]) }, undefined, 'bytes 8 to 0'],
    ['tensor_range', { bendHeader: ({ a }) => (a!.shape = [3]) }, undefined, 'expected 12 bytes of F32 for shape (3)'],
    ['tensor_range', { bendHeader: ({ a }) => (a!.shape = [2 ** 50, 2 ** 50]) }, undefined, 'expected'],
    ['tensor_overlap', { bendHeader: ({ b }) => (b!.data_offsets = [4, 12]) }, undefined, 'overlaps'],
    ['tensor_overlap', { bendHeader: (all) => delete all['a'] }, undefined, 'a hole'],
    ['file_truncated', { bendHeader: ({ b }) => (b!.data_offsets = [8, 2 ** 40]) }, undefined, '1099511627776'],
  ] as [string, FileOptions, ((file: Uint8Array) => Uint8Array) | undefined, string][])(
    '%s: a header that breaks the format, %#',
    async (code, options, bend, words) => {
      const plain = { a: f32([2], Float32Array.of(1, 2)), b: f32([2], Float32Array.of(3, 4)) };
      const file = safetensors(plain, options);
      const given = bend ? bend(file) : file;
      for (const call of [() => readWeights(given), () => editWeights(given, []), () => convertWeights(given, 'npz')]) {
        const failure = await failureOf(call);
        expect(failure.message).toContain(words);
        expect(failure.code).toBe(code);
      }
    },
  );

  it('with any byte of its header changed is read or refused by code', async () => {
    const whole = safetensors({ a: f32([2], Float32Array.of(1, 2)), b: f32([1, 1], Float32Array.of(3)) });
    const codes = new Set<string>();
    for (let place = 0; place < whole.length; ++place) {
      for (const mask of [0xff, 0x01, 0x10]) {
        const changed = whole.slice();
        changed[place]! ^= mask;
        codes.add(await codeOf(() => readWeights(changed)));
      }
    }
    const known = ['none', 'file_header', 'file_truncated', 'tensor_dtype', 'tensor_range', 'tensor_overlap'];
    expect([...codes].filter((code) => !known.includes(code))).toEqual([]);
    expect(codes.size).toBeGreaterThan(3);
  });

  it('that cannot be read any more, or is no file, is refused', async () => {
    class Gone extends Blob {
      override slice(): Blob {
        return new Gone([]);
      }
      override arrayBuffer(): Promise<ArrayBuffer> {
        return Promise.reject(new DOMException('The file was moved', 'NotReadableError'));
      }
    }
    const gone = await failureOf(() => readWeights(new Gone([new Uint8Array(16)])));
    expect(gone).toEqual({ code: 'file_fetch', message: 'file: could not be read (The file was moved)' });
    expect(await codeOf(() => readWeights('model.safetensors' as never))).toBe('argument_type');
  });
});

describe('edited weights', () => {
  const types = [
    ['gpt2_f32', 4, (view: DataView, at: number) => view.getFloat32(at, true), Math.fround],
    [
      'gpt2_f16',
      2,
      (view: DataView, at: number) => fromFloat16(view.getUint16(at, true)),
      (x: number) => fromFloat16(toFloat16(x)),
    ],
    [
      'gpt2_bf16',
      2,
      (view: DataView, at: number) => fromBfloat16(view.getUint16(at, true)),
      (x: number) => fromBfloat16(toBfloat16(x)),
    ],
  ] as const;

  it.each(types)('%s: only what was meant changes, and to the nearest number', async (name, width, read, round) => {
    const { weights } = golden(name);
    const at = 'h.1.attn.c_attn.weight';
    const { view, shape, begin, end } = placeOf(weights, at);
    const [rows, columns] = shape as [number, number];
    const cases: [Partial<WeightEdit>, (row: number, column: number) => boolean, (x: number) => number][] = [
      [{ set: 0.1 }, () => true, () => 0.1],
      [{ index: [3], scale: 1.7 }, (row) => row === 3, (x) => x * 1.7],
      [{ index: [null, 5], add: -0.3 }, (_, column) => column === 5, (x) => x - 0.3],
      [
        { index: [rows - 1, columns - 1], set: -2 },
        (row, column) => row === rows - 1 && column === columns - 1,
        () => -2,
      ],
    ];
    for (const [edit, meant, change] of cases) {
      const edited = await bytesOf(await editWeights(weights, [{ at, ...edit }]));
      expectOnlyWithin(edited, weights, begin, end);
      const after = new DataView(edited.buffer);
      for (let i = 0; i < rows * columns; ++i) {
        const place = begin + i * width;
        const before = read(view, place);
        const expected = meant(Math.floor(i / columns), i % columns) ? round(change(before)) : before;
        expect(read(after, place)).toBe(expected);
      }
    }
  });

  it('no edits, and edits that change nothing, leave every byte as it was', async () => {
    for (const [name] of types) {
      const { weights } = golden(name);
      const same = [
        { at: 'wte.weight', scale: 1 },
        { at: 'ln_f.bias', add: 0 },
        { at: 'wpe.weight', index: [2], scale: 1 },
      ];
      for (const edits of [[], same])
        expect(await bytesOf(await editWeights(new Blob([weights]), edits))).toEqual(weights);
    }
  });

  it('a tensor takes the place of another, or of a row of it, and edits follow one another', async () => {
    const file = safetensors({ a: f32([2, 3, 2], new Float32Array(12).fill(1)), b: f32([], Float32Array.of(4)) });
    const edited = await editWeights(file, [
      { at: 'a', index: [1, null, 0], tensor: { shape: [3], data: Float32Array.of(5, 6, 7) } },
      { at: 'a', index: [null, 2], scale: 10 },
      { at: 'b', tensor: { shape: [], data: Float32Array.of(8) } },
      { at: 'b', add: 1 },
    ]);
    const { read } = await readWeights(edited);
    expect([...(await read('a')).data]).toEqual([1, 1, 1, 1, 10, 10, 5, 1, 6, 1, 70, 10]);
    expect([...(await read('b')).data]).toEqual([9]);
  });

  it('give the logits of a model whose bytes were changed by hand', async () => {
    const engine = await init();
    const logitsOf = async (files: ReturnType<typeof golden>) => (await engine.loadModel(files)).run('abcde').logits;
    for (const [name, width] of types) {
      const files = golden(name);
      const before = await logitsOf(files);
      const byHand = files.weights.slice();
      const { view, shape, begin, end } = placeOf(byHand, 'h.1.attn.c_proj.weight');
      byHand.fill(0, begin, end);
      const embedding = placeOf(byHand, 'wte.weight');
      const rowBytes = embedding.shape[1]! * width;
      // Twice a float: one more in its exponent.
      for (let at = embedding.begin + 2 * rowBytes; at < embedding.begin + 3 * rowBytes; at += width) {
        if (width === 4) view.setFloat32(at, 2 * view.getFloat32(at, true), true);
        else view.setUint16(at, view.getUint16(at, true) + (name === 'gpt2_f16' ? 0x400 : 0x80), true);
      }
      expect(shape).toEqual([12, 12]);
      const weights = await editWeights(files.weights, [
        { at: 'h.1.attn.c_proj.weight', set: 0 },
        { at: 'wte.weight', index: [2, null], scale: 2 },
      ]);
      expect(await bytesOf(weights)).toEqual(byHand);
      const after = await logitsOf({ ...files, weights: weights as never });
      expect(after).toEqual(await logitsOf({ ...files, weights: byHand }));
      expect(after.data).not.toEqual(before.data);
    }
    engine.dispose();
  });

  it('of a large file read only the rows in question', async () => {
    const read: [number, number][] = [];
    class Watched extends Blob {
      override slice(begin = 0, end = this.size): Blob {
        const part = super.slice(begin, end);
        part.arrayBuffer = () => {
          read.push([begin, end]);
          return Blob.prototype.arrayBuffer.call(part);
        };
        return part;
      }
    }
    const file = safetensors(gpt2Tensors({ ...kTiny, n_embd: 64 }));
    const { begin } = placeOf(file, 'wte.weight');
    await editWeights(new Watched([file]), [{ at: 'wte.weight', index: [3], set: 0 }]);
    expect(read).toEqual([
      [0, 8],
      [8, placeOf(file, 'wte.weight').begin],
      [begin + 3 * 256, begin + 4 * 256],
    ]);
  });

  const one: Tensor = { shape: [2], data: Float32Array.of(1, 2) };
  it.each([
    ['tensor_missing', { at: 'c', set: 0 }, 'tensor "c": not in the file, expected one of a, b'],
    ['argument_type', null, 'edits[0]'],
    ['argument_type', { set: 0 }, 'the name of a tensor'],
    ['argument_type', { at: 'a', index: 1, set: 0 }, 'a list of places'],
    ['argument_type', { at: 'a', set: '0' }, 'expected a number'],
    ['argument_type', { at: 'a', tensor: [1, 2] }, 'Float32Array'],
    ['option_unknown', { at: 'a', head: 1, set: 0 }, 'head'],
    ['edit_invalid', { at: 'a' }, 'found none'],
    ['edit_invalid', { at: 'a', set: 0, add: 1 }, 'found set and add'],
    ['argument_range', { at: 'a', set: NaN }, 'found set NaN'],
    ['argument_range', { at: 'a', scale: Infinity }, 'found scale Infinity'],
    ['argument_range', { at: 'a', index: [2], set: 0 }, 'from 0 to 1'],
    ['argument_range', { at: 'a', index: [-1], set: 0 }, 'place -1 on axis 0'],
    ['argument_range', { at: 'a', index: [0.5], set: 0 }, 'place 0.5'],
    ['argument_range', { at: 'a', index: ['0'], set: 0 }, 'place 0 on axis 0'],
    ['argument_range', { at: 'a', index: [0, 0], set: 0 }, 'at most 1 for shape (2)'],
    ['tensor_shape', { at: 'a', tensor: { shape: [1, 2], data: one.data } }, 'found (1, 2)'],
    ['tensor_shape', { at: 'a', tensor: { shape: [2], data: new Float32Array(3) } }, '3 numbers'],
    ['tensor_shape', { at: 'a', index: [1], tensor: one }, 'expected ()'],
    ['tensor_not_finite', { at: 'a', scale: 1e39 }, 'what F32 can hold'],
    ['tensor_not_finite', { at: 'b', index: [1], set: 65520 }, 'found 65520 at (1), expected what F16 can hold'],
    ['tensor_not_finite', { at: 'a', tensor: { shape: [2], data: Float32Array.of(0, NaN) } }, 'found NaN at (1)'],
    ['tensor_dtype', { at: 'd', scale: 2 }, 'SCB'],
    ['tensor_dtype', { at: 'e', set: 1 }, 'found I64, expected F16, BF16, F32 or F64'],
  ] as [string, WeightEdit, string][])('%s: %j', async (code, edit, words) => {
    const bytes = (dtype: string, shape: number[], data: Uint8Array) => ({ dtype, shape, data });
    const file = safetensors({
      a: f32([2], Float32Array.of(1, 2)),
      b: bytes('F16', [2], new Uint8Array(4)),
      d: bytes('I8', [2], new Uint8Array(2)),
      e: bytes('I64', [1], new Uint8Array(8)),
    });
    const failure = await failureOf(() => editWeights(file, [edit]));
    expect(failure.message).toContain(words);
    expect(failure.code).toBe(code);
  });
});

describe('weights in another format', () => {
  it.each(['gpt2_f32', 'gpt2_f16', 'gpt2_bf16'])('%s: all three formats hold the same numbers', async (name) => {
    const edits: WeightEdit[] = [{ at: 'h.0.mlp.c_fc.weight', index: [null, 1], set: 0.5 }];
    const edited = await editWeights(golden(name).weights, edits);
    const { tensors, read } = await readWeights(edited);
    const arrays: NamedArrays = {};
    for (const tensor of tensors) arrays[tensor.name] = await read(tensor.name);
    for (const format of ['npz', 'json'] as const) {
      expect(readArrays(await bytesOf(await convertWeights(edited, format)), format)).toEqual(arrays);
    }
    const again = await readWeights(writeArrays(arrays, 'safetensors'));
    for (const tensor of again.tensors) {
      expect(tensor.dtype).toBe('F32');
      expect(await again.read(tensor.name)).toEqual(arrays[tensor.name]);
    }
    expect(again.tensors).toHaveLength(tensors.length);
  });

  it('JSON refuses what would be too long, and what it cannot say', async () => {
    const many = safetensors({ a: f32([2 ** 22 + 1], new Float32Array(2 ** 22 + 1)) });
    const failure = await failureOf(() => convertWeights(many, 'json'));
    expect(failure).toEqual({
      code: 'array_size',
      message: 'weights: found 4194305 numbers, expected at most 4194304 in a .json file',
    });
    const npz = readArrays(await bytesOf(await convertWeights(many, 'npz')), 'npz');
    expect(npz['a']!.shape).toEqual([2 ** 22 + 1]);
    const infinite = safetensors({ a: f32([1], Float32Array.of(Infinity)) });
    expect(await codeOf(() => convertWeights(infinite, 'json'))).toBe('array_invalid');
  });

  it('opens as the model that it was', async () => {
    const { config, weights, tokenizer } = tinyFolder();
    const engine = await init();
    const before = (await engine.loadModel({ config, weights, tokenizer })).run('a b').logits;
    const arrays = readArrays(await bytesOf(await convertWeights(weights, 'npz')), 'npz');
    const loaded = await engine.loadModel({ config, weights: writeArrays(arrays, 'safetensors'), tokenizer });
    expect(loaded.run('a b').logits).toEqual(before);
    engine.dispose();
  });
});
