import { normaliseAligned } from './align.ts';
import type { Codec } from './codec.ts';
import { spansToPieces, type Span } from './pieces.ts';
import type { Parts } from './parts.ts';

/** What `model` of a WordPiece tokenizer says, with Hugging Face's defaults. */
export interface WordRules {
  prefix: string;
  longestWord: number;
  /** The decoder takes the space before punctuation away. */
  cleanup: boolean;
}

const kHan = /[\p{Script=Han}\u3000-\u303f\uff00-\uff65]/u;
const kHanOrOther = /[\p{Script=Han}]+|[^\p{Script=Han}]+/gu;

/** WordPiece: each word is cut into the longest pieces of the vocabulary, from the left. */
export function wordCodec(parts: Parts, rules: WordRules): Codec {
  const { vocab, vocabulary, unknownId, normalise, preTokenise } = parts;
  const cut = wordCutter(vocab, rules);
  const spans = function* (text: string): Generator<Span> {
    let cursor = 0;
    for (const word of preTokenise(text)) {
      const found = text.indexOf(word, cursor);
      const start = found < 0 ? cursor : found;
      yield* cut(word, start);
      cursor = start + word.length;
    }
  };
  return {
    vocabulary: vocabulary.map((token) => withoutPrefix(token, rules.prefix)),
    unknownId,
    encode(text) {
      const normalised = normaliseAligned(text, normalise);
      return spansToPieces(text, normalised, spans(normalised.text));
    },
    writer: (before) => wordWriter(vocabulary, rules, before),
  };
}

type Cut = (word: string, offset: number) => Span[];

function wordCutter(vocab: Map<string, number>, rules: WordRules): Cut {
  let longest = 1;
  for (const token of vocab.keys()) longest = Math.max(longest, token.length);
  const context: CutContext = { vocab, rules, longest };
  return (word, offset) => {
    const tooLong = word.length > rules.longestWord && Array.from(word).length > rules.longestWord;
    const spans = tooLong ? null : greedy(context, word, offset);
    return spans ?? unknownWord(context, word, offset);
  };
}

interface CutContext {
  vocab: Map<string, number>;
  rules: WordRules;
  /** Length of the longest token: no longer piece needs a look-up. */
  longest: number;
}

/** The longest piece that begins at `start`, or undefined. */
function longestPiece(
  { vocab, rules, longest }: CutContext,
  word: string,
  start: number,
  offset: number,
): Span | undefined {
  const prefix = start > 0 ? rules.prefix : '';
  for (let end = Math.min(word.length, start + longest - prefix.length); end > start; --end) {
    const id = vocab.get(prefix + word.slice(start, end));
    if (id !== undefined) return { id, start: offset + start, end: offset + end };
  }
  return undefined;
}

/** Pieces that cover the whole word, or null if one is missing. */
function greedy(context: CutContext, word: string, offset: number): Span[] | null {
  const spans: Span[] = [];
  for (let start = 0; start < word.length;) {
    const span = longestPiece(context, word, start, offset);
    if (!span) return null;
    spans.push(span);
    start = span.end - offset;
  }
  return spans;
}

/**
 * An unknown word is one unknown token. Chinese has no spaces, so there a single unknown character would make the
 * whole sentence unknown; where pieces carry no prefix, runs of Han characters are cut and only what is missing is unknown.
 */
function unknownWord(context: CutContext, word: string, offset: number): Span[] {
  if (context.rules.prefix !== '' || !kHan.test(word)) return [{ id: -1, start: offset, end: offset + word.length }];
  const spans: Span[] = [];
  for (const { 0: run, index } of word.matchAll(kHanOrOther)) {
    const place = offset + index;
    spans.push(...(greedy(context, run, place) ?? unknownRun(context, run, place)));
  }
  return spans;
}

function unknownRun(context: CutContext, run: string, offset: number): Span[] {
  if (!kHan.test(run)) return [{ id: -1, start: offset, end: offset + run.length }];
  const spans: Span[] = [];
  for (let start = 0; start < run.length;) {
    const width = run.codePointAt(start)! > 0xffff ? 2 : 1;
    const unknown = { id: -1, start: offset + start, end: offset + start + width };
    const span = longestPiece(context, run, start, offset) ?? unknown;
    spans.push(span);
    start = span.end - offset;
  }
  return spans;
}

const withoutPrefix = (token: string, prefix: string): string =>
  prefix && token.startsWith(prefix) ? token.slice(prefix.length) : token;

/** Words get a space between them, but not two neighbours in a script that is written without. */
function wordWriter(vocabulary: string[], { prefix, cleanup }: WordRules, before: string): (id: number) => string {
  let last = before;
  return (id) => {
    const token = vocabulary[id] ?? '';
    const piece = withoutPrefix(token, prefix);
    const joined =
      last === '' || /\s$/u.test(last) || piece !== token || (kHan.test(last.slice(-1)) && kHan.test(piece));
    const punctuation = cleanup && /^[.?!,]$/.test(piece);
    last = piece;
    return joined || punctuation ? piece : ` ${piece}`;
  };
}
