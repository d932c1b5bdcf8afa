/** What may stand at the caret: `words` instead of `text.slice(start, end)`. */
export interface Completion {
  start: number;
  end: number;
  words: readonly string[];
}

const noCompletion: Completion = { start: 0, end: 0, words: [] };
const longestHan = 4;

/** Words of the vocabulary, without its special tokens. */
export function knownWords(vocabulary: readonly string[]): string[] {
  return vocabulary.filter((word) => /^[\p{L}\p{N}]/u.test(word));
}

/** At most `limit` known words that continue the one before `caret`. */
export function complete(text: string, caret: number, known: readonly string[], limit: number): Completion {
  for (const prefix of prefixes(text.slice(0, caret))) {
    const lower = prefix.toLowerCase();
    const words = known.filter((word) => word.startsWith(lower) && word.length > lower.length).slice(0, limit);
    if (words.length > 0) return { start: caret - prefix.length, end: caret, words };
  }
  return noCompletion;
}

/** What a word before the caret may have begun with, the longest first. Chinese has no spaces to tell. */
function prefixes(before: string): string[] {
  const latin = /[\p{L}\p{N}]+$/u.exec(before)?.[0] ?? '';
  if (!/\p{Script=Han}$/u.test(latin)) return /[^\p{Script=Han}]+$/u.exec(latin)?.slice(0, 1) ?? [];
  const run = /\p{Script=Han}+$/u.exec(latin)?.[0] ?? '';
  const lengths = Array.from({ length: Math.min(longestHan, run.length) }, (_, index) => index + 1).reverse();
  return lengths.map((length) => run.slice(-length));
}

/** The likeliest words that may follow a text, for a caret at its end. */
export function continuations(text: string, probs: Float32Array, vocabulary: readonly string[], limit: number): Completion {
  const order = Array.from(probs.keys()).sort((a, b) => (probs[b] ?? 0) - (probs[a] ?? 0));
  const words: string[] = [];
  for (const id of order) {
    const word = vocabulary[id] ?? '';
    if (words.length === limit) break;
    if (/^[^\s<[]/u.test(word)) words.push(word);
  }
  return { start: text.length, end: text.length, words };
}

/** The text with `word` taken, and where the caret then stands. */
export function take(text: string, { start, end }: Completion, word: string): { text: string; caret: number } {
  const before = text.slice(0, start);
  const after = text.slice(end);
  const needsSpace = (left: string, right: string) => /[\p{L}\p{N}.?!,;:]$/u.test(left) && /^[\p{L}\p{N}.?!]/u.test(right);
  const spaced = (left: string, right: string) => !hanAt(left.slice(-1)) && !hanAt(right.slice(0, 1)) && needsSpace(left, right);
  const front = spaced(before, word) ? `${before} ` : before;
  const back = after === '' && !hanAt(word.slice(-1)) ? ' ' : spaced(word, after) ? ` ${after}` : after;
  return { text: front + word + back, caret: front.length + word.length + (back.startsWith(' ') ? 1 : 0) };
}

function hanAt(character: string): boolean {
  return /[\p{Script=Han}\u3000-\u303f\uff00-\uffef]/u.test(character);
}
