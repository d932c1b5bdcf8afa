import type { Tokenizer as Library } from '@huggingface/tokenizers';
import { AttentionError } from '../error.ts';
import type { Encoded } from '../types.ts';
import { characterCodec } from './characters.ts';
import type { Codec } from './codec.ts';
import { generalCodec } from './general.ts';
import { maxTextLength } from './limits.ts';
import type { Pieces } from './pieces.ts';
import { checkVocabulary, takeParts, type Parts, type Stage, type TokenizerFile } from './parts.ts';
import { checkPatterns } from './patterns.ts';
import { wordCodec } from './words.ts';

/** A tokenizer.json at work: text to ids with the visitor's own pieces beside them, and back. */
export interface Tokenizer {
  readonly vocabulary: string[];
  /**
   * Tokens of `text`, the last `limit` of them, within the special tokens that the tokenizer puts around every text
   * unless `framed` is false. Throws `text_empty`, `text_too_long`, `text_unknown`.
   */
  encode(text: string, limit: number, options?: { framed?: boolean }): Encoded;
  /** Two texts in one, with `segments`; of the longer one, what does not fit is left out. Throws the same. */
  encodePair(first: string, second: string, limit: number): Encoded;
  /** A function that tells what each further id adds to a text that ends in `before`. */
  writer(before: string): (id: number) => string;
}

/** The library that knows Hugging Face's format; only models need it. */
export const loadLibrary = () => import('@huggingface/tokenizers');

/**
 * Does what a hostile tokenizer.json may make take for ever, within so many milliseconds: the worker's page replaces a worker
 * that takes longer. An engine on the page's own thread cannot, and just does it.
 */
export type Watch = <T>(milliseconds: number, work: () => T) => T;

const unwatched: Watch = (_, work) => work();
/** A vocabulary of a quarter of a million tokens, on a phone. */
const kOpenMilliseconds = 30_000;
const kEncodeMilliseconds = 5_000;

/** Reads a tokenizer.json for a model of `vocabSize` ids. Throws `tokenizer_invalid`. */
export async function openTokenizer(json: string, vocabSize: number, watch = unwatched): Promise<Tokenizer> {
  const library = await loadLibrary();
  const { codec, frameOf } = watch(kOpenMilliseconds, () => makeCodec(library, json, vocabSize));
  const frame = frameOf(1);
  const bare: Frame = [0];
  const encode = (used: Frame, texts: string[], limit: number): Encoded =>
    watch(kEncodeMilliseconds, () => encodeTexts(codec, used, texts, limit));
  return {
    vocabulary: codec.vocabulary,
    encode: (text, limit, { framed = true } = {}) => encode(framed ? frame : bare, [text], limit),
    encodePair: (first, second, limit) => encode(frameOf(2), [first, second], limit),
    writer(before) {
      const write = watch(kEncodeMilliseconds, () => build(() => codec.writer(before)));
      return (id) => build(() => write(id));
    },
  };
}

function makeCodec(
  { Tokenizer: LibraryTokenizer }: Awaited<ReturnType<typeof loadLibrary>>,
  json: string,
  vocabSize: number,
): { codec: Codec; frameOf: (texts: 1 | 2) => Frame } {
  const file = parseFile(json);
  checkVocabulary(file, vocabSize);
  const library = build(() => new LibraryTokenizer(file, {}));
  const parts = build(() => takeParts(library, file, vocabSize));
  const codec = build(() => withAddedTokens(chooseCodec(library, file, parts), library, parts));
  return { codec, frameOf: (texts) => build(() => specialFrame(library, parts, texts)) };
}

function parseFile(json: string): TokenizerFile {
  const file: unknown = build(() => JSON.parse(json));
  const model = (file as TokenizerFile | null)?.model;
  if (typeof model !== 'object' || model === null || typeof model.vocab !== 'object' || model.vocab === null) {
    throw new AttentionError(
      'tokenizer_invalid',
      'tokenizer.json: found no model.vocab, expected the format of Hugging Face tokenizers',
    );
  }
  checkPatterns(file);
  const absent = { normalizer: null, pre_tokenizer: null, post_processor: null, decoder: null, added_tokens: [] };
  return { ...absent, ...(file as TokenizerFile) };
}

function build<T>(make: () => T): T {
  try {
    return make();
  } catch (error) {
    throw invalid(error);
  }
}

/** What a part of the file of another type than the library expects ends in. */
function invalid(error: unknown): AttentionError {
  if (error instanceof AttentionError) return error;
  return new AttentionError('tokenizer_invalid', `tokenizer.json: ${(error as Error).message}`, { cause: error });
}

const kCuttingStages = ['Whitespace', 'WhitespaceSplit', 'BertPreTokenizer', 'Punctuation', 'Digits', 'Split'];

/** True if the pre-tokenizer only cuts, so that its words stand in the text as they are. */
function onlyCuts(stage: Stage | null): boolean {
  if (!stage || kCuttingStages.includes(stage.type)) return true;
  return stage.type === 'Sequence' && (stage.pretokenizers ?? []).every(onlyCuts);
}

function keepsEverything(stage: Stage | null): boolean {
  return !stage || (stage.type === 'Split' && !stage.invert && stage.behavior?.toLowerCase() !== 'removed');
}

function chooseCodec(library: Library, file: TokenizerFile, parts: Parts): Codec {
  const { type, merges, byte_fallback: byteFallback } = file.model;
  if (type === 'BPE' && merges?.length === 0 && !byteFallback && keepsEverything(file.pre_tokenizer)) {
    return characterCodec(parts);
  }
  if (type === 'WordPiece' && onlyCuts(file.pre_tokenizer)) {
    const decoder = file.decoder as ({ cleanup?: boolean } & Stage) | null;
    return wordCodec(parts, {
      prefix: String(file.model.continuing_subword_prefix ?? '##'),
      longestWord: Math.min(100, Number(file.model.max_input_chars_per_word ?? 100)),
      cleanup: decoder?.cleanup ?? false,
    });
  }
  return generalCodec(library, file, parts);
}

/** Tokens like `<bos>` are taken out of the text before anything else happens to it. */
function withAddedTokens(codec: Codec, library: Library, parts: Parts): Codec {
  const added = [...library.get_added_tokens_decoder().values()].map((token) => token.content).filter(Boolean);
  if (added.length === 0) return codec;
  const escaped = added
    .sort((a, b) => b.length - a.length)
    .map((content) => content.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&'));
  const pattern = new RegExp(`(${escaped.join('|')})`, 'u');
  return {
    ...codec,
    encode(text) {
      const ids: number[] = [];
      const tokens: string[] = [];
      text.split(pattern).forEach((section, index) => {
        if (section === '') return;
        const pieces =
          index % 2 === 1 ? { ids: [parts.vocab.get(section) ?? -1], tokens: [section] } : codec.encode(section);
        for (const id of pieces.ids) ids.push(id);
        for (const token of pieces.tokens) tokens.push(token);
      });
      return { ids, tokens };
    },
  };
}

/** What is read, from left to right: special tokens with their type, and the places of the texts by their numbers. */
type Frame = ({ id: number; token: string; type: number } | number)[];

function specialFrame(library: Library, { vocab }: Parts, texts: 1 | 2): Frame {
  const processor = library.post_processor;
  const markers = ['\u0000text', '\u0000pair'].slice(0, texts);
  if (!processor) return markers.map((_, place) => place);
  const { tokens, token_type_ids: types = [] } = processor.post_process(
    [markers[0]!],
    markers[1] ? [markers[1]] : null,
    true,
  );
  return tokens.map((token, index) => {
    const place = markers.indexOf(token);
    return place >= 0 ? place : { id: vocab.get(token) ?? -1, token, type: types[index] ?? 0 };
  });
}

/** Patterns fill the stack in some browsers, and the library hands lists on as arguments, of which there is a limit. */
function cut(codec: Codec, text: string): Pieces {
  try {
    return codec.encode(text);
  } catch (error) {
    const { name, message } = error as Error;
    if (!(error instanceof RangeError) && name !== 'InternalError') throw invalid(error);
    const problem = `text: found ${text.length} characters, more than this tokenizer takes at once (${message})`;
    throw new AttentionError('text_too_long', problem, { cause: error });
  }
}

function encodeTexts(codec: Codec, frame: Frame, texts: string[], limit: number): Encoded {
  for (const text of texts) checkText(text);
  const pieces = texts.map((text) => cut(codec, text));
  const specials = frame.length - texts.length;
  const total = pieces.reduce((sum, { ids }) => sum + ids.length, specials);
  if (total === 0) throw new AttentionError('text_empty', 'text: found nothing to read, expected at least one token');
  // A model that was trained with a start token keeps it however long the text is.
  const used = lastOnes(pieces, Math.max(texts.length, limit - specials));
  const read = frame.flatMap((slot) => {
    if (typeof slot !== 'number') return [slot];
    const { ids, tokens } = used[slot]!;
    return ids.map((id, index) => ({ id, token: tokens[index]!, type: slot }));
  });
  const kept = read.slice(-limit);
  const checked = checkIds(
    codec,
    kept.map(({ id }) => id),
    kept.map(({ token }) => token),
    total,
  );
  return texts.length > 1 ? { ...checked, segments: Int32Array.from(kept, ({ type }) => type) } : checked;
}

function checkText(text: string): void {
  if (typeof text !== 'string') {
    throw new AttentionError('argument_type', `text: found ${typeof text}, expected a string`);
  }
  if (text.length > maxTextLength) {
    throw new AttentionError(
      'text_too_long',
      `text: found ${text.length} characters, expected at most ${maxTextLength}`,
    );
  }
}

/** The last tokens of one text, or of two: the shorter one keeps up to half of the room. */
function lastOnes(pieces: Pieces[], room: number): Pieces[] {
  const [first = 0, second = 0] = pieces.map(({ ids }) => ids.length);
  const forSecond = Math.min(second, Math.max(room - first, Math.ceil(room / 2)));
  const rooms = [Math.min(first, room - forSecond), forSecond];
  return pieces.map(({ ids, tokens }, n) => ({
    ids: ids.slice(ids.length - rooms[n]!),
    tokens: tokens.slice(tokens.length - rooms[n]!),
  }));
}

function checkIds({ unknownId, vocabulary }: Codec, ids: number[], tokens: string[], total: number): Encoded {
  const unknown: number[] = [];
  const checked = Int32Array.from(ids, (id, index) => {
    if (id !== unknownId && Number.isInteger(id) && id >= 0 && id < vocabulary.length) return id;
    unknown.push(index);
    if (unknownId === undefined) {
      throw new AttentionError(
        'text_unknown',
        `text: found ${JSON.stringify(tokens[index])}, which this vocabulary lacks, and it has no unknown token`,
      );
    }
    return unknownId;
  });
  return { ids: checked, tokens, unknown, total };
}
