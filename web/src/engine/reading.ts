import { AttentionError, checkOptions } from './error.ts';
import type { Notes } from './info.ts';
import type { NativeInfo, NativeInput } from './native.ts';
import { prepareImage, type Preprocessor } from './picture.ts';
import type { Tokenizer } from './text/tokenizer.ts';
import type { Encoded, ImageInput, ModelInput, SourceTokens, Tensor, TextInput } from './types.ts';

/** What a model needs to read an input. */
export interface Reader {
  info: NativeInfo;
  notes: Notes;
  /** Of models that read text. */
  tokenizer: Tokenizer | null;
  /** Of models that read images. */
  preprocessor: Preprocessor | null;
}

/** An input as the visitor sees it, and as the core reads it. */
export interface Reading {
  text: string;
  encoded: Encoded;
  native: NativeInput;
}

/** Fresh each time: a worker gives its results away, and what is given away cannot be read again. */
const noIds = (): Int32Array => new Int32Array(0);
const kTextKeys = ['text', 'pair', 'target', 'padTo'] as const;

/** Throws `argument_type`, `argument_range`, `option_unknown`, and what tokenizers and images throw. */
export function readInput(reader: Reader, input: ModelInput): Reading {
  if (reader.info.image) return readImage(reader, input);
  const given = typeof input === 'string' ? { text: input } : input;
  if (typeof given !== 'object' || given === null || 'image' in given) {
    throw new AttentionError('argument_type', `input: found ${describe(input)}, expected a text`);
  }
  checkOptions('input', given, kTextKeys);
  checkParts(reader.info, given);
  const first = { segments: noIds(), source: noIds(), padding: 0, image: undefined };
  const { text } = given;
  const read = padded(reader, readText(reader, given), given.padTo);
  if (reader.info.n_encoder_layers === 0) {
    const { segments = noIds(), padding = 0 } = read;
    return { text, encoded: read, native: { ...first, ids: read.ids, segments, padding } };
  }
  const { padding, ...source } = read;
  const target = readTarget(reader, given.target ?? '');
  const encoded: Encoded = { ...target, source, ...(padding ? { padding } : {}) };
  return { text, encoded, native: { ...first, ids: target.ids, source: source.ids, padding: padding ?? 0 } };
}

function describe(input: unknown): string {
  return input === null || typeof input !== 'object' ? String(input) : 'image' in input ? 'an image' : 'an object';
}

/** Refuses what a family does not read, in words of the options that were given. */
function checkParts({ n_segments, n_encoder_layers, causal, family }: NativeInfo, given: TextInput): void {
  const refuse = (what: string): never => {
    throw new AttentionError('argument_range', `${what}: found one, expected none for a model of the family ${family}`);
  };
  if (given.pair !== undefined && n_segments < 2) refuse('pair');
  if (given.target !== undefined && n_encoder_layers === 0) refuse('target');
  if (given.padTo !== undefined && causal && n_encoder_layers === 0) refuse('padTo');
}

function readText({ info, tokenizer }: Reader, { text, pair }: TextInput): Encoded {
  if (pair === undefined) return tokenizer!.encode(text, info.n_ctx);
  return tokenizer!.encodePair(text, pair, info.n_ctx);
}

/** The decoder's tokens: its start token, and what it has written. */
function readTarget({ info, notes, tokenizer }: Reader, target: string): SourceTokens {
  const { startId } = notes;
  if (startId < 0) {
    throw new AttentionError(
      'config_invalid',
      'config.json: found neither decoder_start_token_id nor bos_token_id, expected the token that a decoder starts with',
    );
  }
  const written =
    target === ''
      ? { ids: noIds(), tokens: [], unknown: [], total: 0 }
      : tokenizer!.encode(target, info.n_ctx - 1, { framed: false });
  return {
    ids: Int32Array.of(startId, ...written.ids),
    tokens: [info.vocab_size > startId ? tokenizer!.vocabulary[startId]! : '', ...written.tokens],
    unknown: written.unknown.map((index) => index + 1),
    total: written.total + 1,
  };
}

function padded({ info, notes, tokenizer }: Reader, read: Encoded, padTo: number | undefined): Encoded {
  if (padTo === undefined) return read;
  const { length } = read.ids;
  if (!Number.isInteger(padTo) || padTo < length || padTo > info.n_ctx) {
    throw new AttentionError(
      'argument_range',
      `padTo: found ${padTo}, expected a whole number from ${length} (the tokens of the text) to ${info.n_ctx}`,
    );
  }
  const count = padTo - length;
  if (count > 0 && notes.paddingId < 0) {
    throw new AttentionError('config_invalid', 'config.json: found no pad_token_id, expected one to fill up with');
  }
  const ids = new Int32Array(padTo).fill(notes.paddingId);
  ids.set(read.ids);
  const filler = new Array<string>(count).fill(tokenizer!.vocabulary[notes.paddingId] ?? '');
  const segments = read.segments && new Int32Array(padTo);
  segments?.set(read.segments!);
  return { ...read, ids, tokens: [...read.tokens, ...filler], ...(segments ? { segments } : {}), padding: count };
}

function readImage({ info, preprocessor }: Reader, input: ModelInput): Reading {
  const { side, patch } = info.image!;
  const image = (input as Partial<ImageInput> | null)?.image;
  if (typeof image !== 'object' || image === null) {
    throw new AttentionError('argument_type', `input: found ${describe(input)}, expected {image}`);
  }
  const tensor = 'width' in image ? prepareImage(image, info.image!, preprocessor!) : image;
  checkTensor(tensor);
  const across = side / patch;
  const patches = Array.from({ length: across * across }, (_, n) => `${Math.floor(n / across)},${n % across}`);
  const first = ['[CLS]', '[DIST]'].slice(0, info.n_ctx - patches.length);
  const encoded = { ids: noIds(), tokens: [...first, ...patches], unknown: [], total: info.n_ctx };
  const native = { ids: noIds(), segments: noIds(), source: noIds(), padding: 0, image: tensor };
  return { text: '', encoded, native };
}

function checkTensor(tensor: Tensor): void {
  if (Array.isArray(tensor.shape) && tensor.data instanceof Float32Array) return;
  throw new AttentionError('argument_type', 'image: expected {shape, data: Float32Array} or {width, height, data}');
}
