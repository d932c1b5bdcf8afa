/** A known word that may stand in place of `text.slice(start, end)`. */
export interface Offer {
  word: string;
  start: number;
  end: number;
}

const longestHan = 4;

/** Words of the vocabulary, without its special tokens. */
export function knownWords(vocabulary: readonly string[]): string[] {
  return vocabulary.filter((word) => /^[\p{L}\p{N}]/u.test(word));
}

/** Known words that continue the one before `caret`. */
export function complete(text: string, caret: number, known: readonly string[]): Offer[] {
  for (const prefix of prefixes(text.slice(0, caret))) {
    const lower = prefix.toLowerCase();
    const words = known.filter((word) => word.startsWith(lower) && word.length > lower.length);
    if (words.length > 0) return words.map((word) => ({ word, start: caret - prefix.length, end: caret }));
  }
  return [];
}

/** What a word before the caret may have begun with, the longest first. Chinese has no spaces to tell. */
function prefixes(before: string): string[] {
  const word = /[\p{L}\p{N}]+$/u.exec(before)?.[0] ?? '';
  const run = /\p{Script=Han}+$/u.exec(word)?.[0] ?? '';
  if (run === '') return word === '' ? [] : [/[^\p{Script=Han}]+$/u.exec(word)![0]];
  const lengths = Array.from({ length: Math.min(longestHan, run.length) }, (_, index) => index + 1).reverse();
  return lengths.map((length) => run.slice(-length));
}

/** The likeliest `limit` words that may follow a text. */
export function continuations(
  text: string,
  probs: Float32Array,
  vocabulary: readonly string[],
  limit: number,
): Offer[] {
  const ids = Array.from(probs.keys()).sort((a, b) => (probs[b] ?? 0) - (probs[a] ?? 0));
  const words = ids.map((id) => vocabulary[id] ?? '').filter((word) => /^[^\s<[]/u.test(word));
  return words.slice(0, limit).map((word) => ({ word, start: text.length, end: text.length }));
}

/** The text with an offer taken, and where the caret then stands. */
export function take(text: string, { word, start, end }: Offer): { text: string; caret: number } {
  const before = text.slice(0, start);
  const after = text.slice(end);
  const gap = (left: string, right: string) =>
    /[\p{L}\p{N}.?!,;:]$/u.test(left) &&
    /^[\p{L}\p{N}.?!]/u.test(right) &&
    !han(left.slice(-1)) &&
    !han(right.slice(0, 1))
      ? ' '
      : '';
  const front = before + gap(before, word) + word;
  const next = after === '' && !han(word.slice(-1)) ? ' ' : gap(word, after);
  return { text: front + next + after, caret: front.length + next.length };
}

/** Chinese characters and punctuation stand without spaces. */
function han(character: string): boolean {
  return /[\p{Script=Han}\u3000-\u303f\uff00-\uffef]/u.test(character);
}
