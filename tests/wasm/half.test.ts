import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { LocalEngine } from '../../web/src/engine/engine.ts';
import { openModel } from '../../web/src/engine/model.ts';
import type { LoadOptions } from '../../web/src/engine/types.ts';
import { init } from '../../web/src/index.node.ts';
import { failureOf } from './errors.ts';
import { configText, gpt2Shapes, kTiny, safetensorsHeader, tinyFolder } from './folder.ts';
import { characterTokenizer } from './tokenizers.ts';

/** Weights that stay in a file until they are asked for, and of 16 bits in memory. */

/** A file whose bytes are made when they are read. */
class MadeFile extends Blob {
  readonly begin: number;
  readonly end: number;
  readonly make: (begin: number, end: number) => Uint8Array<ArrayBuffer>;

  constructor(begin: number, end: number, make: (begin: number, end: number) => Uint8Array<ArrayBuffer>) {
    super();
    [this.begin, this.end, this.make] = [begin, end, make];
  }

  override get size(): number {
    return this.end - this.begin;
  }

  override slice(begin = 0, end = this.size): Blob {
    return new MadeFile(this.begin + begin, this.begin + end, this.make);
  }

  override async arrayBuffer(): Promise<ArrayBuffer> {
    return this.make(this.begin, this.end).buffer;
  }
}

/** The pieces that were read at once: Node lacks what workers of browsers read files with. */
let pieces: number[] = [];
const scope = globalThis as { FileReaderSync?: unknown };
beforeEach(() => {
  pieces = [];
  scope.FileReaderSync = class {
    readAsArrayBuffer(file: MadeFile): ArrayBuffer {
      pieces.push(file.size);
      return file.make(file.begin, file.end).buffer;
    }
  };
});
afterEach(() => {
  delete scope.FileReaderSync;
});

const fileOf = (bytes: Uint8Array, make = (begin: number, end: number) => bytes.slice(begin, end)): Blob =>
  new MadeFile(0, bytes.length, make as MadeFile['make']);
const memory = (engine: LocalEngine): number => engine.core.call((module) => module.HEAPF32.buffer.byteLength);

describe('a file of weights', () => {
  const { config, weights, tokenizer } = tinyFolder();

  it('gives the same model as its bytes, here and where threads cannot wait for files', async () => {
    const engine = (await init()) as LocalEngine;
    const logits = async (given: Uint8Array | Blob) => {
      const model = await openModel(engine.core, { config, weights: given, tokenizer });
      return model.run('abcabc').logits.data;
    };
    const expected = await logits(weights);
    expect(await logits(fileOf(weights))).toEqual(expected);
    expect(pieces).toEqual([weights.length]);
    delete scope.FileReaderSync;
    expect(await logits(fileOf(weights))).toEqual(expected);
    expect(await logits(new Blob([weights as BlobPart]))).toEqual(expected);
  });

  it('that cannot be read any more is refused as file_fetch, and leaves nothing behind', async () => {
    const engine = (await init()) as LocalEngine;
    const large = tinyFolder({ sizes: { ...kTiny, n_embd: 512, n_positions: 64 } });
    const load = (make: MadeFile['make']) =>
      failureOf(() => openModel(engine.core, { ...large, weights: fileOf(large.weights, make) }));
    const whole: MadeFile['make'] = (begin, end) => large.weights.slice(begin, end) as Uint8Array<ArrayBuffer>;
    const gone =
      (from: number): MadeFile['make'] =>
      (begin, end) => {
        if (end > from) throw new DOMException('The file was moved', 'NotReadableError');
        return whole(begin, end);
      };
    const cut: MadeFile['make'] = (begin, end) => whole(begin, end - 1);
    const used = await openModel(engine.core, tinyFolder());
    const before = used.run('abc').logits.data;
    let bytes = 0;
    for (let round = 0; round < 6; ++round) {
      for (const from of [0, 2 << 20, large.weights.length - 1]) {
        expect(await load(gone(from))).toEqual({
          code: 'file_fetch',
          message: 'model.safetensors: could not be read (The file was moved)',
        });
      }
      expect((await load(cut)).code).toBe('file_fetch');
      if (round === 1) bytes = memory(engine);
    }
    expect(memory(engine)).toBe(bytes);
    expect(engine.core.call((module) => module.liveModels())).toBe(1);
    expect(used.run('abc').logits.data).toEqual(before);
    delete scope.FileReaderSync;
    expect(await load(gone(0))).toMatchObject({ code: 'file_fetch' });
  });
});

describe('GPT-2 small, 124 million weights in F16', () => {
  const kSmall = { n_layer: 12, n_head: 12, n_embd: 768, n_positions: 1024, vocab_size: 50257 };
  const letters = Array.from({ length: kSmall.vocab_size - 1 }, (_, i) => String.fromCodePoint(0x100 + i));
  const header = safetensorsHeader(gpt2Shapes(kSmall), 'F16', 2);
  /** Sizes from 2^-7 to 2^-4 and both signs, by place alone. */
  const numbers = Uint16Array.from({ length: 1 << 16 }, (_, i) => {
    const mixed = Math.imul(i + 1, 0x9e3779b1) >>> 16;
    return (mixed & 0x8000) | (0x2000 + ((mixed & 0x7fff) % 0xc00));
  });
  const table = new Uint8Array(numbers.buffer);
  const made = new MadeFile(0, header.size, (begin, end) => {
    const out = new Uint8Array(end - begin);
    for (let at = begin; at < end;) {
      const from = at < header.bytes.length ? header.bytes : table;
      const first = at < header.bytes.length ? at : (at - header.bytes.length) % table.length;
      const some = from.subarray(first, first + end - at);
      out.set(some, at - begin);
      at += some.length;
    }
    return out;
  });
  const open = async (quantize?: LoadOptions['quantize']) => {
    const engine = (await init()) as LocalEngine;
    const files = { config: configText(kSmall), weights: made, tokenizer: characterTokenizer(letters.join('')) };
    return { engine, model: await openModel(engine.core, files, quantize) };
  };
  const text = letters.slice(100, 116).join('');

  it('is loaded and run in less than 500 MB, its file counted', async () => {
    const { engine, model } = await open();
    expect(made.size).toBeGreaterThan(248e6);
    const held = Math.max(...pieces);
    expect(memory(engine) + held).toBeLessThan(300e6);
    const { logits, ids } = model.run(text, { logits: 'last' });
    expect(ids.length).toBe(16);
    expect(logits.data.every(Number.isFinite)).toBe(true);
    expect(memory(engine) + held).toBeLessThan(300e6);
    expect(model.info.weight_bytes).toBeLessThan(252e6);
    engine.dispose();
  });

  it('takes less than 250 MB with int8 weights', async () => {
    const { engine, model } = await open('int8');
    expect(model.run(text, { logits: 'last' }).logits.data.every(Number.isFinite)).toBe(true);
    expect(memory(engine) + Math.max(...pieces)).toBeLessThan(200e6);
    expect(model.info.weight_bytes).toBeLessThan(130e6);
    engine.dispose();
  });
});
