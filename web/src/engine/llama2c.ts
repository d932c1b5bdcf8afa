/**
 * Checkpoints of llama2.c (https://github.com/karpathy/llama2.c, `legacy_export` of export.py, read by run.c) as a model of
 * the family `llama`: seven int32, then float32 weights without names, everything little-endian.
 */
import { AttentionError } from './error.ts';
import { mayBeLlama2c } from './folder.ts';
import { safetensorsHeader } from './safetensorsHeader.ts';
import { pieceTokenizer } from './text/llama2cTokenizer.ts';
import type { ModelFiles } from './types.ts';

/** A checkpoint and the tokenizer that its model was trained with. */
export interface Llama2cFiles {
  checkpoint: File;
  tokenizer: File;
}

/** The sizes that a checkpoint begins with. */
interface Sizes {
  dim: number;
  hidden: number;
  layers: number;
  heads: number;
  kvHeads: number;
  vocab: number;
  /** The embedding is the classifier too. */
  tied: boolean;
  context: number;
}

const kHeaderBytes = 28;
/** "ak42": export.py's later versions, which begin with it. */
const kLaterMagic = 0x616b3432;

/**
 * The checkpoint among chosen files, and `tokenizer.bin` or another `tok….bin` beside it. Null without a checkpoint;
 * `file_missing` for one without a tokenizer.
 */
export function findLlama2c(files: readonly File[]): Llama2cFiles | null {
  const bins = files.filter(({ name }) => mayBeLlama2c(name));
  const isTokenizer = ({ name }: File): boolean => /(^|\/)tok[^/]*\.bin$/i.test(name);
  const checkpoint = bins.find((file) => !isTokenizer(file));
  const tokenizer = bins.find(isTokenizer);
  if (!checkpoint) return null;
  if (!tokenizer) {
    const found = files.map(({ name }) => name).join(', ');
    throw new AttentionError('file_missing', `tokenizer.bin: found ${found}, expected it beside ${checkpoint.name}`);
  }
  return { checkpoint, tokenizer };
}

/**
 * The files of a model of the family `llama`. The weights are a Blob over the checkpoint's own bytes; only queries and keys
 * are copied: llama2.c turns neighbouring numbers of a head together, the family `llama` those half a head apart. Throws
 * `file_header`, `file_truncated`, `tokenizer_invalid`, `file_fetch`, and the signal's reason.
 */
export async function readLlama2c({ checkpoint, tokenizer }: Llama2cFiles, signal?: AbortSignal): Promise<ModelFiles> {
  const { name } = checkpoint;
  const sizes = await sizesOf(checkpoint);
  const places = placesOf(sizes);
  const expected = kHeaderBytes + 4 * places.reduce((sum, { count }) => sum + count, 0);
  if (checkpoint.size !== expected) {
    throw new AttentionError(
      'file_truncated',
      `${name}: found ${checkpoint.size} bytes, expected ${expected} for the sizes in its header`,
    );
  }
  const vocabulary = pieceTokenizer(tokenizer.name, await read(tokenizer, 0, tokenizer.size), sizes.vocab);
  const tensors: { name: string; shape: number[]; data: BlobPart }[] = [];
  let at = kHeaderBytes;
  for (const { count, parts } of places) {
    for (const { name, shape, turned } of parts) {
      const bytes = shape.reduce((product, length) => product * length, 4);
      const data = turned
        ? halvesOfPairs(await read(checkpoint, at, bytes), turned, sizes)
        : checkpoint.slice(at, at + bytes);
      signal?.throwIfAborted();
      tensors.push({ name, shape, data });
      at += bytes;
    }
    if (parts.length === 0) at += 4 * count;
  }
  const header = safetensorsHeader(Object.fromEntries(tensors.map(({ name, shape }) => [name, shape])));
  return {
    config: configOf(sizes, name.replace(/^.*\/|\.bin$/gi, '')),
    weights: new Blob([header, ...tensors.map(({ data }) => data)]),
    tokenizer: vocabulary,
  };
}

const sizesOf = async (checkpoint: File): Promise<Sizes> =>
  readSizes(checkpoint.name, await read(checkpoint, 0, kHeaderBytes));

/** Tokens that a checkpoint knows. Throws `file_header`, `file_truncated`, `file_fetch`. */
export const readVocabularySize = async (checkpoint: File): Promise<number> => (await sizesOf(checkpoint)).vocab;

async function read(file: File, at: number, bytes: number): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return new Uint8Array(await file.slice(at, at + bytes).arrayBuffer());
  } catch (error) {
    throw new AttentionError('file_fetch', `${file.name}: could not be read (${(error as Error).message})`, {
      cause: error,
    });
  }
}

function readSizes(name: string, bytes: Uint8Array<ArrayBuffer>): Sizes {
  const refuse = (problem: string): AttentionError => new AttentionError('file_header', `${name}: ${problem}`);
  if (bytes.length < kHeaderBytes) {
    throw new AttentionError('file_truncated', `${name}: found ${bytes.length} bytes, expected a header of 28`);
  }
  const view = new DataView(bytes.buffer);
  if (view.getInt32(0, true) === kLaterMagic) {
    throw refuse(`found version ${view.getInt32(4, true)} of the format, expected the first (export.py --version 0)`);
  }
  const number = (index: number, key: string, most: number): number => {
    // The vocabulary's sign says whether the classifier has weights of its own.
    const found = view.getInt32(4 * index, true);
    const size = key === 'vocab_size' ? Math.abs(found) : found;
    if (size < 1 || size > most) throw refuse(`${key}: found ${found}, expected 1 to ${most}`);
    return size;
  };
  const sizes = {
    dim: number(0, 'dim', 16_384),
    hidden: number(1, 'hidden_dim', 2 ** 17),
    layers: number(2, 'n_layers', 256),
    heads: number(3, 'n_heads', 1024),
    kvHeads: number(4, 'n_kv_heads', 1024),
    vocab: number(5, 'vocab_size', 2 ** 20),
    tied: view.getInt32(20, true) > 0,
    context: number(6, 'seq_len', 2 ** 17),
  };
  const { dim, heads, kvHeads } = sizes;
  if (dim % (2 * heads) !== 0) throw refuse(`n_heads: found ${heads}, expected heads of an even size in dim = ${dim}`);
  if (heads % kvHeads !== 0) throw refuse(`n_kv_heads: found ${kvHeads}, expected a divisor of n_heads = ${heads}`);
  return sizes;
}

/** A tensor in the file's order; `turned` counts the heads whose rows stand in pairs. */
interface Part {
  name: string;
  shape: number[];
  turned?: number;
}

/** Numbers that follow one another: a tensor of every layer, or such as are passed over. */
interface Place {
  count: number;
  parts: Part[];
}

/** The order of run.c's `memory_map_weights`. */
function placesOf({ dim, hidden, layers, heads, kvHeads, vocab, tied, context }: Sizes): Place[] {
  const headSize = dim / heads;
  const keys = kvHeads * headSize;
  const one = (name: string, ...shape: number[]): Place => place([{ name, shape }]);
  const all = (name: string, shape: number[], turned?: number): Place =>
    place(
      Array.from({ length: layers }, (_, l) => ({
        name: `model.layers.${l}.${name}.weight`,
        shape,
        ...(turned ? { turned } : {}),
      })),
    );
  return [
    one('model.embed_tokens.weight', vocab, dim),
    all('input_layernorm', [dim]),
    all('self_attn.q_proj', [dim, dim], heads),
    all('self_attn.k_proj', [keys, dim], kvHeads),
    all('self_attn.v_proj', [keys, dim]),
    all('self_attn.o_proj', [dim, dim]),
    all('post_attention_layernorm', [dim]),
    all('mlp.gate_proj', [hidden, dim]),
    all('mlp.down_proj', [dim, hidden]),
    all('mlp.up_proj', [hidden, dim]),
    one('model.norm.weight', dim),
    // Cosines and sines of the rotation, which run.c passes over too.
    { count: context * headSize, parts: [] },
    ...(tied ? [] : [one('lm_head.weight', vocab, dim)]),
  ];
}

function place(parts: Part[]): Place {
  const sizes = parts.map(({ shape }) => shape.reduce((product, length) => product * length, 1));
  return { count: sizes.reduce((sum, size) => sum + size, 0), parts };
}

/**
 * Rows `(heads, d_head / 2, 2)` as rows `(heads, 2, d_head / 2)`: the first of every pair, then the second, as
 * transformers' convert_llama_weights_to_hf.py permutes them.
 */
function halvesOfPairs(rows: Uint8Array<ArrayBuffer>, heads: number, { dim }: Sizes): Uint8Array<ArrayBuffer> {
  const rowBytes = 4 * dim;
  const headSize = rows.length / rowBytes / heads;
  const half = headSize / 2;
  const permuted = new Uint8Array(rows.length);
  for (let head = 0; head < heads; ++head) {
    for (let i = 0; i < headSize; ++i) {
      const from = (head * headSize + i) * rowBytes;
      const to = head * headSize + (i % 2) * half + Math.floor(i / 2);
      permuted.set(rows.subarray(from, from + rowBytes), to * rowBytes);
    }
  }
  return permuted;
}

/** run.c's constants; it ends a text at the token that begins the next one. */
function configOf(sizes: Sizes, title: string): string {
  const { dim, hidden, layers, heads, kvHeads, vocab, tied, context } = sizes;
  return JSON.stringify({
    model_type: 'llama',
    hidden_size: dim,
    intermediate_size: hidden,
    num_hidden_layers: layers,
    num_attention_heads: heads,
    num_key_value_heads: kvHeads,
    vocab_size: vocab,
    max_position_embeddings: context,
    hidden_act: 'silu',
    rms_norm_eps: 1e-5,
    rope_theta: 10_000,
    tie_word_embeddings: tied,
    bos_token_id: 1,
    eos_token_id: 1,
    attention_playground: { title: { en: title } },
  });
}
