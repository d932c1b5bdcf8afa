import { readdirSync, readFileSync } from 'node:fs';
import { attentionIn, readArrays, readWeights } from '../../../web/src/arrays/index.ts';
import { readNotes } from '../../../web/src/engine/info.ts';
import { readLlama2c } from '../../../web/src/engine/llama2c.ts';
import { readPreprocessor } from '../../../web/src/engine/picture.ts';
import { checkReference } from '../../../web/src/engine/reference.ts';
import { openTokenizer } from '../../../web/src/engine/text/tokenizer.ts';
import { readVocabulary } from '../../../web/src/engine/text/vocabularyFiles.ts';
import type { Model } from '../../../web/src/engine/types.ts';
import { safetensors } from '../../wasm/folder.ts';
import { checkpointBytes, randomVocabulary, tokenizerBytes } from '../../wasm/llama2c.ts';
import {
  bytePairFiles,
  byteTokenizer,
  characterTokenizer,
  fallbackTokenizer,
  unigramTokenizer,
  wordPieceFile,
  wordTokenizer,
} from '../../wasm/tokenizers.ts';

/** A parser of foreign files in TypeScript, fed with any bytes: it may refuse them by an AttentionError and nothing else. */
export interface Target {
  feed(bytes: Uint8Array<ArrayBuffer>): unknown;
  seeds(): Uint8Array<ArrayBuffer>[];
}

const golden = process.env['ATTN_GOLDEN']!;
const bytesOf = (text: string) => new TextEncoder().encode(text);
const textOf = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
const filesOf = (folder: string, ending: RegExp) =>
  readdirSync(`${golden}/${folder}`)
    .filter((name) => ending.test(name))
    .map((name) => new Uint8Array(readFileSync(`${golden}/${folder}/${name}`)));

const kSizes = { dim: 4, hidden: 4, layers: 1, heads: 2, kvHeads: 1, vocab: 262, context: 2, tied: true };

/** Two files as one input: four bytes with the length of the first, least significant first. */
function pair(first: Uint8Array, second: Uint8Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(4 + first.length + second.length);
  new DataView(bytes.buffer).setUint32(0, first.length, true);
  bytes.set(first, 4);
  bytes.set(second, 4 + first.length);
  return bytes;
}

/** A model that gives what was asked for, so that a reference is read and compared. */
const model = {
  run: () => ({
    ids: Int32Array.of(1, 2),
    logits: { shape: [1, 2], data: Float32Array.of(0.5, -0.5) },
    activations: new Proxy({}, { get: () => ({ shape: [2], data: Float32Array.of(1, 2) }) }),
  }),
} as unknown as Model;

export const targets: Record<string, Target> = {
  arrays: {
    feed: (bytes) => attentionIn(readArrays(bytes, 'file'), 'file'),
    seeds: () => [
      ...filesOf('arrays', /\.np[yz]$/),
      bytesOf('{"attention": [[[[1, 0], [0.5, 0.5]]]], "tokens": ["a", "b"]}'),
      bytesOf('{"attention": {"shape": [1, 1, 1, 2], "data": [0.25, 0.75]}, "key_tokens": ["a", "b"]}'),
    ],
  },
  weights: {
    async feed(bytes) {
      const { tensors, read } = await readWeights(bytes);
      for (const { name } of tensors.slice(0, 3)) await read(name);
    },
    seeds: () => [
      safetensors(
        Object.fromEntries(
          Object.entries({ F32: 4, F16: 2, BF16: 2, I8: 1, I64: 8, BOOL: 1 }).map(([dtype, width]) => [
            `of ${dtype}`,
            { dtype, shape: [2, 3], data: new Uint8Array(6 * width).fill(60) },
          ]),
        ),
      ),
      safetensors({ scalar: { dtype: 'F32', shape: [], data: new Uint8Array(4) } }),
    ],
  },
  checkpoint: {
    feed(bytes) {
      const length = bytes.length < 4 ? 0 : new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
      const file = (name: string, from: number, to?: number) => new File([bytes.subarray(from, to)], name);
      return readLlama2c({ checkpoint: file('a.bin', 4, 4 + length), tokenizer: file('tokenizer.bin', 4 + length) });
    },
    seeds: () => [pair(checkpointBytes(kSizes), tokenizerBytes(randomVocabulary(kSizes.vocab, 'ab', 1)))],
  },
  vocabulary: {
    async feed(bytes) {
      const [first = '', merges = '', settings = ''] = textOf(bytes).split('\0');
      const files: Record<string, string> = first.startsWith('{')
        ? { 'vocab.json': first, 'merges.txt': merges, 'tokenizer_config.json': settings }
        : { 'vocab.txt': first, 'tokenizer_config.json': merges };
      const json = await readVocabulary(async (name) => files[name] || undefined);
      if (json) (await openTokenizer(json, 300)).encode('the cat 你🙂!', 50);
    },
    seeds: () => {
      const { 'vocab.json': vocabulary, 'merges.txt': merges } = bytePairFiles();
      const settings = '{"do_lower_case": false, "add_bos_token": true, "bos_token": "<|endoftext|>"}';
      return [`${vocabulary}\0${merges}\0${settings}`, `${wordPieceFile()}\0${settings}`].map(bytesOf);
    },
  },
  tokenizer: {
    async feed(bytes) {
      const tokenizer = await openTokenizer(textOf(bytes), 300);
      const { ids } = tokenizer.encode('the cat 你🙂!', 50);
      const write = tokenizer.writer('');
      for (const id of ids) write(id);
    },
    seeds: () =>
      [
        byteTokenizer(),
        characterTokenizer('ab 你c'),
        fallbackTokenizer(),
        unigramTokenizer(),
        wordTokenizer(['the', 'cat', '##s', '你']),
      ].map(bytesOf),
  },
  settings: {
    feed(bytes) {
      const text = textOf(bytes);
      readPreprocessor(text, { side: 8, patch: 4, channels: 3 });
      // What reaches these notes is JSON already.
      if (isObject(text)) readNotes(text);
    },
    seeds: () =>
      [
        '{"image_mean": [0.5, 0.5, 0.5], "image_std": [0.5, 0.5, 0.5], "do_normalize": true, "rescale_factor": 0.0039}',
        '{"eos_token_id": [1, 2], "id2label": {"0": "a"}, "attention_playground": {"title": {"en": "a"}, "examples": []}}',
      ].map(bytesOf),
  },
  reference: {
    feed: (bytes) => checkReference(model, textOf(bytes)),
    seeds: () => [
      bytesOf('{"inputs": [{"text": "a", "ids": [1, 2], "stations": {"embed": {"shape": [2], "data": [1, null]}}}]}'),
      bytesOf(
        '{"inputs": [{"image": {"shape": [1], "data": [1]}, "logits": {"shape": [1, 2], "data": [0.5, 1], "stride": 1}}]}',
      ),
    ],
  },
};

function isObject(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null;
  } catch {
    return false;
  }
}
