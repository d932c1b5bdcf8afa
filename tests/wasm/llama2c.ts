/** Checkpoints and tokenizers of llama2.c for the tests, and what its run.c computes with them, in plain loops. */
import { randomFloats } from './folder.ts';

export interface Sizes {
  dim: number;
  hidden: number;
  layers: number;
  heads: number;
  kvHeads: number;
  vocab: number;
  context: number;
  tied: boolean;
}

export const kSizes: Sizes = {
  dim: 24,
  hidden: 40,
  layers: 2,
  heads: 4,
  kvHeads: 2,
  vocab: 300,
  context: 32,
  tied: true,
};

export type Header = [
  dim: number,
  hidden: number,
  layers: number,
  heads: number,
  kvHeads: number,
  vocab: number,
  context: number,
];

/** The weights of a checkpoint by run.c's names, in the order of the file. */
export function randomWeights(s: Sizes, seed = 1): Record<string, Float32Array> {
  const keys = (s.dim / s.heads) * s.kvHeads;
  const counts = {
    embed: s.vocab * s.dim,
    rms_att: s.layers * s.dim,
    wq: s.layers * s.dim * s.dim,
    wk: s.layers * keys * s.dim,
    wv: s.layers * keys * s.dim,
    wo: s.layers * s.dim * s.dim,
    rms_ffn: s.layers * s.dim,
    w1: s.layers * s.hidden * s.dim,
    w2: s.layers * s.dim * s.hidden,
    w3: s.layers * s.hidden * s.dim,
    rms_final: s.dim,
    freq: s.context * (s.dim / s.heads),
    ...(s.tied ? {} : { wcls: s.vocab * s.dim }),
  };
  return Object.fromEntries(
    Object.entries(counts).map(([name, count], index) => [name, randomFloats(count, 100 * seed + index)]),
  );
}

export function checkpointBytes(
  s: Sizes,
  weights = randomWeights(s),
  header?: Partial<Header>,
): Uint8Array<ArrayBuffer> {
  const vocab = s.tied ? s.vocab : -s.vocab;
  const numbers = [s.dim, s.hidden, s.layers, s.heads, s.kvHeads, vocab, s.context];
  Object.assign(numbers, header);
  const all = Object.values(weights);
  const bytes = new Uint8Array(28 + 4 * all.reduce((sum, { length }) => sum + length, 0));
  bytes.set(new Uint8Array(Int32Array.from(numbers).buffer));
  let at = 28;
  for (const part of all) {
    bytes.set(new Uint8Array(part.buffer), at);
    at += part.byteLength;
  }
  return bytes;
}

export interface Vocabulary {
  texts: string[];
  scores: number[];
}

/** Special tokens, bytes, the characters of `alphabet`, then pieces that two earlier ones make, in a drawn order of scores. */
export function randomVocabulary(size: number, alphabet: string, seed: number): Vocabulary {
  const bytes = Array.from({ length: 256 }, (_, byte) => `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`);
  const texts = ['<unk>', '\n<s>\n', '\n</s>\n', ...bytes, ' ', ...alphabet];
  const first = 259;
  const draws = randomFloats(100_000, seed, 1).values();
  const draw = (count: number): number => Math.floor(((draws.next().value! + 1) / 2) * count);
  while (texts.length < size) {
    const text = texts[first + draw(texts.length - first)]! + texts[first + draw(texts.length - first)]!;
    if (Array.from(text).length <= 6 && !texts.includes(text)) texts.push(text);
  }
  // sentencepiece gives every piece a score of its own.
  const order = texts.map((_, id) => id).sort((a, b) => hash(a * 31 + seed) - hash(b * 31 + seed));
  return { texts, scores: texts.map((_, id) => (id < 259 ? 0 : -1 - order.indexOf(id))) };
}

const hash = (x: number): number => Math.imul(x ^ (x >>> 7), 0x9e3779b1) >>> 0;

export function tokenizerBytes({ texts, scores }: Vocabulary): Uint8Array<ArrayBuffer> {
  const encoder = new TextEncoder();
  const parts = texts.map((text) => encoder.encode(text));
  const bytes = new Uint8Array(4 + parts.reduce((sum, part) => sum + 8 + part.length, 0));
  const view = new DataView(bytes.buffer);
  view.setInt32(0, Math.max(...parts.map(({ length }) => length)), true);
  let at = 4;
  parts.forEach((part, id) => {
    view.setFloat32(at, scores[id]!, true);
    view.setInt32(at + 4, part.length, true);
    bytes.set(part, at + 8);
    at += 8 + part.length;
  });
  return bytes;
}

/** run.c's `encode` with BOS and without EOS. */
export function encodeAsRunC({ texts, scores }: Vocabulary, text: string): number[] {
  const lookUp = (piece: string): number => texts.indexOf(piece);
  const tokens = [1];
  if (text !== '') tokens.push(lookUp(' '));
  for (const character of text) {
    const id = lookUp(character);
    if (id !== -1) tokens.push(id);
    else for (const byte of new TextEncoder().encode(character)) tokens.push(byte + 3);
  }
  for (;;) {
    let best = { score: -1e10, id: -1, at: -1 };
    for (let at = 0; at + 1 < tokens.length; ++at) {
      const id = lookUp(texts[tokens[at]!]! + texts[tokens[at + 1]!]!);
      if (id !== -1 && scores[id]! > best.score) best = { score: scores[id]!, id, at };
    }
    if (best.at === -1) return tokens;
    tokens.splice(best.at, 2, best.id);
  }
}

/** run.c's `forward` for each of `ids`: the logits after the last, in doubles. */
export function forwardAsRunC(s: Sizes, w: Record<string, Float32Array>, ids: readonly number[]): number[] {
  const headSize = s.dim / s.heads;
  const keys = headSize * s.kvHeads;
  const caches = Array.from({ length: s.layers }, () => ({ k: [] as number[][], v: [] as number[][] }));
  const norm = (x: number[], gain: Float32Array, at: number): number[] => {
    const scale = 1 / Math.sqrt(x.reduce((sum, value) => sum + value * value, 0) / x.length + 1e-5);
    return x.map((value, i) => gain[at + i]! * value * scale);
  };
  const matmul = (x: number[], weights: Float32Array, at: number, rows: number): number[] =>
    Array.from({ length: rows }, (_, row) =>
      x.reduce((sum, value, i) => sum + value * weights[at + row * x.length + i]!, 0),
    );
  const rotate = (x: number[], position: number): void => {
    for (let i = 0; i < x.length; i += 2) {
      const angle = position / 10000 ** ((i % headSize) / headSize);
      const [a, b] = [x[i]!, x[i + 1]!];
      x[i] = a * Math.cos(angle) - b * Math.sin(angle);
      x[i + 1] = a * Math.sin(angle) + b * Math.cos(angle);
    }
  };
  let logits: number[] = [];
  ids.forEach((id, position) => {
    let x = Array.from(w['embed']!.subarray(id * s.dim, (id + 1) * s.dim));
    for (let l = 0; l < s.layers; ++l) {
      const input = norm(x, w['rms_att']!, l * s.dim);
      const q = matmul(input, w['wq']!, l * s.dim * s.dim, s.dim);
      const k = matmul(input, w['wk']!, l * keys * s.dim, keys);
      rotate(q, position);
      rotate(k, position);
      const cache = caches[l]!;
      cache.k.push(k);
      cache.v.push(matmul(input, w['wv']!, l * keys * s.dim, keys));
      const z = Array.from({ length: s.dim }, () => 0);
      for (let head = 0; head < s.heads; ++head) {
        const shared = Math.floor(head / (s.heads / s.kvHeads)) * headSize;
        const scores = cache.k.map((key) => {
          let sum = 0;
          for (let i = 0; i < headSize; ++i) sum += q[head * headSize + i]! * key[shared + i]!;
          return Math.exp(sum / Math.sqrt(headSize));
        });
        const total = scores.reduce((sum, score) => sum + score, 0);
        scores.forEach((score, t) => {
          for (let i = 0; i < headSize; ++i) z[head * headSize + i]! += (score / total) * cache.v[t]![shared + i]!;
        });
      }
      x = matmul(z, w['wo']!, l * s.dim * s.dim, s.dim).map((value, i) => value + x[i]!);
      const middle = norm(x, w['rms_ffn']!, l * s.dim);
      const gate = matmul(middle, w['w1']!, l * s.hidden * s.dim, s.hidden);
      const up = matmul(middle, w['w3']!, l * s.hidden * s.dim, s.hidden);
      const inner = gate.map((value, i) => (value / (1 + Math.exp(-value))) * up[i]!);
      x = matmul(inner, w['w2']!, l * s.dim * s.hidden, s.dim).map((value, i) => value + x[i]!);
    }
    logits = matmul(norm(x, w['rms_final']!, 0), w[s.tied ? 'embed' : 'wcls']!, 0, s.vocab);
  });
  return logits;
}
