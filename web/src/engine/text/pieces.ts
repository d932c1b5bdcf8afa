import type { NormalisedText } from './align.ts';

/** Tokens of a text under construction: ids beside the visitor's own characters. An id of -1 is unknown. */
export interface Pieces {
  ids: number[];
  tokens: string[];
}

/** A token's place in the normalised text, units `[start, end)`. */
export interface Span {
  id: number;
  start: number;
  end: number;
}

const kUnknown = -1;
/** Accents, variation selectors and joiners that a normaliser takes off belong to the character before them. */
const kOnlyMarks = /^[\p{M}\u200d]+$/u;

/**
 * Gives each span the visitor's characters it stands for. Characters between two spans that are neither blank nor
 * marks were dropped by the tokenizer; they become unknown tokens, because nothing typed may vanish silently.
 */
export function spansToPieces(raw: string, normalised: NormalisedText, spans: Iterable<Span>): Pieces {
  const pieces: Pieces = { ids: [], tokens: [] };
  let cursor = 0;
  for (const { id, start, end } of spans) {
    const from = Math.max(cursor, normalised.starts[start] ?? raw.length);
    const to = Math.max(from, end > start ? (normalised.ends[end - 1] ?? raw.length) : from);
    addGap(pieces, raw.slice(cursor, from));
    pieces.ids.push(id);
    pieces.tokens.push(raw.slice(from, to));
    cursor = to;
  }
  addGap(pieces, raw.slice(cursor));
  return pieces;
}

/** Adds what no token covers: blanks vanish (the tokenizer means them to), marks join their character. */
export function addGap(pieces: Pieces, gap: string): void {
  const last = pieces.tokens.length - 1;
  if (gap.trim() === '') return;
  if (kOnlyMarks.test(gap) && last >= 0) {
    pieces.tokens[last] += gap;
    return;
  }
  for (const run of gap.match(/\S+/g) ?? []) {
    pieces.ids.push(kUnknown);
    pieces.tokens.push(run);
  }
}
