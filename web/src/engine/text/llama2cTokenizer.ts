import { AttentionError } from '../error.ts';

/** A token of tokenizer.bin: its text, and how early a pair that makes it is merged. */
interface Piece {
  text: string;
  score: number;
}

/** The first tokens, which like those of single bytes no merge makes. */
const kNames = ['<unk>', '<s>', '</s>'];
const kByteToken = /^<0x[0-9A-F]{2}>$/;
/** run.c merges nothing that scores less. */
const kLeastScore = -1e10;

/**
 * llama2.c's tokenizer.bin as a tokenizer.json: int32 `max_token_length`, then for each of `size` tokens float32 score, int32
 * length, UTF-8 bytes, all little-endian. run.c's `encode` merges the best-scoring pair of neighbours first, the leftmost
 * of equals; byte pair encoding does the same by rank, if tokens of different texts differ in their scores, as those that
 * sentencepiece trained do. Throws `file_header`, `file_truncated`, `tokenizer_invalid`; `name` is for messages.
 */
export function pieceTokenizer(name: string, bytes: Uint8Array<ArrayBuffer>, size: number): string {
  const pieces = readPieces(name, bytes, size);
  const vocab = new Map<string, number>();
  pieces.forEach(({ text }, id) => {
    const known = kNames[id] ?? text;
    if (!vocab.has(known)) vocab.set(known, id);
  });
  const merges = pieces
    .map(({ text, score }, id) => ({ text, score, id }))
    .filter(({ text, score, id }) => vocab.get(text) === id && score > kLeastScore && !kByteToken.test(text))
    .sort((a, b) => b.score - a.score)
    .flatMap(({ text }) => splitsOf(text, vocab));
  return JSON.stringify({
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: [],
    normalizer: { type: 'Prepend', prepend: ' ' },
    pre_tokenizer: null,
    post_processor: {
      type: 'TemplateProcessing',
      single: [{ SpecialToken: { id: '<s>', type_id: 0 } }, { Sequence: { id: 'A', type_id: 0 } }],
      pair: [],
      special_tokens: { '<s>': { id: '<s>', ids: [1], tokens: ['<s>'] } },
    },
    // What follows `<s>` loses its first space.
    decoder: {
      type: 'Sequence',
      decoders: [{ type: 'ByteFallback' }, { type: 'Fuse' }, { type: 'Strip', content: ' ', start: 1, stop: 0 }],
    },
    model: { type: 'BPE', unk_token: '<unk>', byte_fallback: true, vocab: Object.fromEntries(vocab), merges },
  });
}

function readPieces(name: string, bytes: Uint8Array<ArrayBuffer>, size: number): Piece[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  const pieces: Piece[] = [];
  let at = 4;
  for (let id = 0; id < size; ++id) {
    if (at + 8 > bytes.length) throw truncated(name, bytes.length, `${id} tokens`, `the ${size} of the checkpoint`);
    const score = view.getFloat32(at, true);
    const length = view.getInt32(at + 4, true);
    at += 8;
    if (length < 0) throw new AttentionError('file_header', `${name}: token ${id}: found length ${length}`);
    if (at + length > bytes.length) throw truncated(name, bytes.length, `token ${id} of length ${length}`, 'fewer');
    try {
      pieces.push({ text: decoder.decode(bytes.subarray(at, at + length)), score });
    } catch (error) {
      throw new AttentionError('tokenizer_invalid', `${name}: token ${id} is not UTF-8`, { cause: error });
    }
    at += length;
  }
  if (at !== bytes.length) {
    throw truncated(
      name,
      bytes.length,
      `${bytes.length - at} more after ${size} tokens`,
      'the vocabulary of the checkpoint',
    );
  }
  return pieces;
}

function truncated(name: string, bytes: number, found: string, expected: string): AttentionError {
  return new AttentionError('file_truncated', `${name}: found ${bytes} bytes: ${found}, expected ${expected}`);
}

/** The pairs of tokens that make `text`. */
function splitsOf(text: string, vocab: ReadonlyMap<string, number>): [string, string][] {
  const pairs: [string, string][] = [];
  let at = 0;
  for (const character of text) {
    at += character.length;
    const [left, right] = [text.slice(0, at), text.slice(at)];
    if (vocab.has(left) && vocab.has(right)) pairs.push([left, right]);
  }
  return pairs;
}
