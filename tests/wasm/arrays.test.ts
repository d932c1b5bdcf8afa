import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { attentionIn, readArrays, writeArrays, type NamedArrays } from '../../web/src/arrays/index.ts';
import { init } from '../../web/src/index.node.ts';
import { codeOf, failureOf } from './errors.ts';
import { tinyFolder } from './folder.ts';

/** Files of arrays against NumPy's, and against what may be wrong with a file. */

const folder = join(import.meta.dirname, '../golden/arrays');
const bytesOf = (name: string): Uint8Array => new Uint8Array(readFileSync(join(folder, name)));
type Described = { shape: number[]; data?: number[]; texts?: string[] };
const expected = JSON.parse(readFileSync(join(folder, 'expected.json'), 'utf8')) as Record<string, Described> & {
  archive: Record<string, Described>;
};

function expectArray(found: NamedArrays[string] | undefined, { shape, data, texts }: Described): void {
  expect(found?.shape).toEqual(shape);
  if (texts) expect(found).toHaveProperty('texts', texts);
  else expect([...(found as { data: Float32Array }).data]).toEqual(data!.map(Math.fround));
}

describe('an .npy file of NumPy', () => {
  const names = Object.keys(expected).filter((name) => name !== 'archive');
  it.each(names)('%s holds what NumPy put into it', (name) => {
    expectArray(readArrays(bytesOf(`${name}.npy`), name)['array'], expected[name]!);
  });
});

describe('an .npz file of NumPy', () => {
  it.each(['stored', 'compressed'])('%s: arrays by name, and attention with its tokens', (name) => {
    const arrays = readArrays(bytesOf(`${name}.npz`), name);
    expect(Object.keys(arrays)).toEqual(Object.keys(expected.archive));
    for (const [key, value] of Object.entries(expected.archive)) expectArray(arrays[key], value);
    const { attention, queryTokens, keyTokens } = attentionIn(arrays, name);
    expect(attention.shape).toEqual([2, 3, 4, 5]);
    expect(queryTokens).toEqual(expected.archive['query_tokens']!.texts);
    expect(keyTokens).toEqual(expected.archive['key_tokens']!.texts);
  });
});

describe('what is written', () => {
  const arrays: NamedArrays = {
    attention: { shape: [1, 2, 2], data: Float32Array.of(1, 0, 0.25, 0.75) },
    nothing: { shape: [0, 3], data: new Float32Array(0) },
    tokens: { shape: [2], texts: ['我爱', '🙂'] },
  };

  it.each(['npz', 'json'] as const)('%s is read as it was', (format) => {
    const found = readArrays(writeArrays(arrays, format), format);
    expect(found['attention']).toEqual(arrays['attention']);
    expect(found['tokens']).toEqual(arrays['tokens']);
  });

  it('as safetensors opens as a model with the same logits', async () => {
    const { config, weights, tokenizer } = tinyFolder();
    const engine = await init();
    const before = (await engine.loadModel({ config, weights, tokenizer })).run('a b');
    const view = new DataView(weights.buffer, weights.byteOffset, weights.byteLength);
    const length = Number(view.getBigUint64(0, true));
    const header = JSON.parse(new TextDecoder().decode(weights.subarray(8, 8 + length)));
    const tensors = Object.entries(header as Record<string, { shape: number[]; data_offsets: [number, number] }>)
      .filter(([name]) => name !== '__metadata__')
      .map(([name, { shape, data_offsets }]) => {
        const [start, end] = data_offsets.map((offset) => 8 + length + offset) as [number, number];
        return [name, { shape, data: new Float32Array(weights.slice(start, end).buffer) }] as const;
      });
    const written = writeArrays({ ...Object.fromEntries(tensors), note: arrays['tokens']! }, 'safetensors');
    const after = (await engine.loadModel({ config, weights: written, tokenizer })).run('a b');
    expect(after.logits).toEqual(before.logits);
    engine.dispose();
  });

  it('JSON refuses what it cannot say', async () => {
    const infinite = { x: { shape: [1], data: Float32Array.of(Infinity) } };
    expect(await codeOf(() => writeArrays(infinite, 'json'))).toBe('array_invalid');
  });
});

describe('recorded attention', () => {
  const pattern = (shape: number[], value = 0.5): NamedArrays => ({
    attention: { shape, data: new Float32Array(shape.reduce((a, b) => a * b, 1)).fill(value) },
  });

  it('may lack layers, heads, tokens and its name', () => {
    const alone = { weights: pattern([2, 2])['attention']! };
    expect(attentionIn(alone, 'a.npz')).toEqual({
      attention: { shape: [1, 1, 2, 2], data: alone.weights['data' as never] },
      queryTokens: ['1', '2'],
      keyTokens: ['1', '2'],
    });
  });

  it.each([
    ['array_missing', {}, 'found nothing'],
    ['array_missing', { a: pattern([2, 2])['attention']!, b: pattern([2, 2])['attention']! }, 'a, b'],
    ['array_invalid', pattern([2]), '(2)'],
    ['array_invalid', pattern([1, 1, 1, 2, 2]), '(1, 1, 1, 2, 2)'],
    ['array_invalid', pattern([0, 2]), '(0, 2)'],
    ['array_invalid', pattern([2, 2], -1), '-1 at place 0'],
    ['array_invalid', pattern([2, 2], NaN), 'NaN'],
    ['array_invalid', pattern([2, 2], 0.75), 'sums to 1.5'],
    ['array_invalid', { ...pattern([2, 2]), tokens: { shape: [3], texts: ['a', 'b', 'c'] } }, '3 texts'],
    ['array_invalid', { ...pattern([2, 2]), key_tokens: pattern([2])['attention']! }, 'key_tokens'],
  ] as [string, NamedArrays, string][])('%s', async (code, arrays, words) => {
    const failure = await failureOf(() => attentionIn(arrays, 'a.npz'));
    expect(failure.code).toBe(code);
    expect(failure.message).toContain(words);
  });
});

describe('a broken file', () => {
  const text = (words: string): Uint8Array => new TextEncoder().encode(words);
  const withHeader = (fields: string, elements = 4): Uint8Array => {
    const head = text(`\x00NUMPY\x01\x00\x00\x00${fields}\n`);
    head[0] = 0x93;
    new DataView(head.buffer).setUint16(8, fields.length + 1, true);
    const bytes = new Uint8Array(head.length + elements);
    bytes.set(head);
    return bytes;
  };

  it.each([
    ['array_invalid', text(''), 'JSON'],
    ['array_invalid', text('[1, 2]'), 'no object'],
    ['array_invalid', text('{"a": [[1, 2], [3]]}'), '1 entries'],
    ['array_invalid', text('{"a": [1, "x"]}'), '"x" at place 1'],
    ['array_invalid', withHeader(`{'descr': '<f4', 'shape': (1,)}`), 'fortran_order'],
    ['array_invalid', withHeader(`{'descr': '<f4', 'fortran_order': False, 'shape': (2,)}`), '4 bytes'],
    ['array_dtype', withHeader(`{'descr': '|O', 'fortran_order': False, 'shape': (1,)}`), '|O'],
    ['array_dtype', withHeader(`{'descr': '<f3', 'fortran_order': False, 'shape': (1,)}`, 3), 'f3'],
    ['array_dtype', withHeader(`{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,)}`), "[('a'"],
    ['array_size', withHeader(`{'descr': '<f4', 'fortran_order': False, 'shape': (99999, 99999)}`), '2^28'],
    ['array_invalid', text('PK\x03\x04 and nothing else'), '.npz'],
  ] as [string, Uint8Array, string][])('%s: %#', async (code, bytes, words) => {
    const failure = await failureOf(() => readArrays(bytes, 'a file'));
    expect(failure.message).toContain(words);
    expect(failure.code).toBe(code);
  });

  it('that would unfold to more than memory is refused before it does', async () => {
    const bytes = bytesOf('compressed.npz');
    const view = new DataView(bytes.buffer);
    // The unfolded size in the central directory, behind its signature.
    for (let at = 0; at + 28 < bytes.length; ++at) {
      if (view.getUint32(at, true) === 0x02014b50) view.setUint32(at + 24, 0x7fffffff, true);
    }
    expect(await codeOf(() => readArrays(bytes, 'a bomb'))).toBe('array_size');
  });

  it('with any byte changed or any end missing is read or refused by code, and nothing else happens', async () => {
    const codes = new Set(['none', 'array_invalid', 'array_dtype', 'array_size']);
    const seen = new Set<string>();
    for (const name of ['compressed.npz', 'f4.npy', 'texts.npy']) {
      const whole = bytesOf(name);
      for (let place = 0; place < whole.length; ++place) {
        const changed = whole.slice();
        changed[place]! ^= 0xff;
        for (const bytes of [changed, whole.subarray(0, place)]) {
          const code = await codeOf(() => readArrays(bytes, name));
          seen.add(code);
          expect(codes.has(code), `${name}, byte ${place}: ${code}`).toBe(true);
        }
      }
    }
    expect(seen).toEqual(codes);
  });
});
