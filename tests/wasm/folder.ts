import type { ModelFiles } from '../../web/src/engine/types.ts';
import { fillRandom } from '../bench/random.mjs';
import { characterTokenizer } from './tokenizers.ts';

/** A tensor of a safetensors file under construction. */
export interface TestTensor {
  dtype: string;
  shape: number[];
  data: Uint8Array;
}

export type TestTensors = Record<string, TestTensor>;

export const kTiny = { n_layer: 2, n_head: 2, n_embd: 8, n_positions: 16, vocab_size: 12 };
export type Sizes = typeof kTiny;

/** Numbers in [-scale, scale), the same for the same seed. */
export const randomFloats = (count: number, seed: number, scale = 0.5): Float32Array =>
  fillRandom(new Float32Array(count), seed, scale);

export const f32 = (shape: number[], values: Float32Array): TestTensor => ({
  dtype: 'F32',
  shape,
  data: new Uint8Array(values.slice().buffer),
});

/** The tensors of a GPT-2 by Hugging Face's names. */
export function gpt2Shapes(sizes: Sizes): Record<string, number[]> {
  const { n_layer, n_embd: d, n_positions, vocab_size } = sizes;
  const shapes: Record<string, number[]> = { 'wte.weight': [vocab_size, d], 'wpe.weight': [n_positions, d] };
  for (let l = 0; l < n_layer; ++l) {
    const block = {
      'ln_1.weight': [d],
      'ln_1.bias': [d],
      'attn.c_attn.weight': [d, 3 * d],
      'attn.c_attn.bias': [3 * d],
      'attn.c_proj.weight': [d, d],
      'attn.c_proj.bias': [d],
      'ln_2.weight': [d],
      'ln_2.bias': [d],
      'mlp.c_fc.weight': [d, 4 * d],
      'mlp.c_fc.bias': [4 * d],
      'mlp.c_proj.weight': [4 * d, d],
      'mlp.c_proj.bias': [d],
    };
    for (const [name, shape] of Object.entries(block)) shapes[`h.${l}.${name}`] = shape;
  }
  return Object.assign(shapes, { 'ln_f.weight': [d], 'ln_f.bias': [d] });
}

const sizeOf = (shape: number[]): number => shape.reduce((product, length) => product * length, 1);

/** The tensors of a GPT-2 with random weights. */
export function gpt2Tensors(sizes: Sizes = kTiny, seed = 1): TestTensors {
  const entries = Object.entries(gpt2Shapes(sizes)).map(
    ([name, shape], index) => [name, f32(shape, randomFloats(sizeOf(shape), seed * 1000 + index))] as const,
  );
  return Object.fromEntries(entries);
}

/** The beginning of a file of such tensors, all of one type, and the size of the whole. */
export function safetensorsHeader(shapes: Record<string, number[]>, dtype: string, width: number) {
  let end = 0;
  const entries = Object.entries(shapes).map(([name, shape]) => {
    const begin = end;
    end += width * sizeOf(shape);
    return [name, { dtype, shape, data_offsets: [begin, end] }];
  });
  const json = new TextEncoder().encode(JSON.stringify(Object.fromEntries(entries)));
  const bytes = new Uint8Array(8 + Math.ceil(json.length / 8) * 8).fill(0x20);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(bytes.length - 8), true);
  bytes.set(json, 8);
  return { bytes, size: bytes.length + end };
}

/** What a test may bend in the header of a safetensors file. */
export interface FileOptions {
  /** Changes the header's entries after the offsets have been set. */
  bendHeader?: (header: Record<string, { dtype: string; shape: number[]; data_offsets: number[] }>) => void;
  /** What the first eight bytes claim in place of the header's length. */
  claimedLength?: bigint;
  /** The header's text in place of the JSON. */
  headerText?: string;
}

/** https://github.com/huggingface/safetensors: eight bytes of length, a JSON header, the bytes. */
export function safetensors(
  tensors: TestTensors,
  { bendHeader, claimedLength, headerText }: FileOptions = {},
): Uint8Array<ArrayBuffer> {
  let offset = 0;
  const header = Object.fromEntries(
    Object.entries(tensors).map(([name, { dtype, shape, data }]) => {
      const entry = { dtype, shape, data_offsets: [offset, offset + data.length] };
      offset += data.length;
      return [name, entry];
    }),
  );
  bendHeader?.(header);
  const json = new TextEncoder().encode(headerText ?? JSON.stringify(header));
  const padded = Math.ceil(json.length / 8) * 8;
  const file = new Uint8Array(8 + padded + offset).fill(0x20, 8, 8 + padded);
  new DataView(file.buffer).setBigUint64(0, claimedLength ?? BigInt(padded), true);
  file.set(json, 8);
  let at = 8 + padded;
  for (const { data } of Object.values(tensors)) {
    file.set(data, at);
    at += data.length;
  }
  return file;
}

export function configText(sizes: object = kTiny, more: object = {}): string {
  return JSON.stringify({
    model_type: 'gpt2',
    layer_norm_epsilon: 1e-5,
    activation_function: 'gelu_new',
    ...sizes,
    ...more,
  });
}

/** The files of a folder, in memory. */
export interface ReadFolder extends ModelFiles {
  weights: Uint8Array<ArrayBuffer>;
  tokenizer: string;
}

/** A whole folder: a tiny character model with random weights. Its alphabet is `a` to `k` beside the unknown token. */
export function tinyFolder({ sizes = kTiny, seed = 1, config = {} as object } = {}): ReadFolder {
  const letters = Array.from({ length: sizes.vocab_size - 1 }, (_, i) => String.fromCodePoint(0x61 + i)).join('');
  return {
    config: configText(sizes, config),
    weights: safetensors(gpt2Tensors(sizes, seed)),
    tokenizer: characterTokenizer(letters),
  };
}
