import type { Tensor } from 'attention-playground';
import type { HeadPlace } from 'attention-playground/plots';

/** Where a head might look from the letter at `query`: none, one or several earlier places. */
export type Question = (tokens: readonly string[], query: number) => number[];

const isLetter = (token: string | undefined) => token !== undefined && /\p{Letter}/u.test(token);

export const questions: Record<string, Question> = {
  before: (_tokens, query) => (query > 0 ? [query - 1] : []),
  word: (tokens, query) => {
    let first = query;
    while (isLetter(tokens[first - 1])) --first;
    return first < query && isLetter(tokens[query]) ? [first] : [];
  },
  line: (tokens, query) => {
    const last = tokens.lastIndexOf('\n', query - 1);
    return query > 0 && last >= 0 ? [last] : [];
  },
  again: (tokens, query) => {
    const isSame = (key: number) => tokens[key - 1] === tokens[query] && tokens[key - 2] === tokens[query - 1];
    return query < 1 ? [] : tokens.map((_, key) => key).filter((key) => key >= 2 && key <= query && isSame(key));
  },
};

/** How much of its attention each head gives to the places that a question asks about. */
export interface Measure {
  heads: readonly (HeadPlace & { share: number })[];
  best: HeadPlace & { share: number };
  /** Letters that have such a place. */
  places: number;
  /** What a head would give there that looks everywhere alike. */
  even: number;
}

/** Measures `patterns`, one (heads, tokens, tokens) per layer. Null while no letter has such a place. */
export function measure(question: Question, tokens: readonly string[], patterns: readonly Tensor[]): Measure | null {
  const count = tokens.length;
  const asked = tokens
    .map((_, query) => ({ query, keys: question(tokens, query) }))
    .filter(({ keys }) => keys.length > 0);
  if (asked.length === 0) return null;
  const heads = patterns.flatMap(({ shape, data }, layer) =>
    Array.from({ length: shape[0] ?? 0 }, (_, head) => {
      const weight = (query: number, key: number) => data[(head * count + query) * count + key] ?? 0;
      const shares = asked.map(({ query, keys }) => keys.reduce((sum, key) => sum + weight(query, key), 0));
      return { layer, head, share: mean(shares) };
    }),
  );
  const best = heads.reduce((most, other) => (other.share > most.share ? other : most));
  return { heads, best, places: asked.length, even: mean(asked.map(({ query, keys }) => keys.length / (query + 1))) };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
