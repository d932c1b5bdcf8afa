import type { Tensor } from 'attention-playground';
import type { HeadPlace } from 'attention-playground/plots';

/** Marks that end a line. */
export const marks = '，。！？；';

/** Characters in each line, the unfinished last one included. */
export function lineLengths(tokens: readonly string[]): number[] {
  const lengths = [0];
  for (const token of tokens) {
    if (marks.includes(token)) lengths.push(0);
    else lengths[lengths.length - 1]! += 1;
  }
  return lengths.filter((length) => length > 0);
}

/** How much of its attention each head gives to the place one line above the character that comes next. */
export interface LineUp {
  heads: readonly (HeadPlace & { share: number })[];
  best: HeadPlace;
  /** What a head would give there that looks everywhere alike. */
  even: number;
}

/**
 * Measures `patterns`, one (heads, tokens, tokens) per layer, over all characters from the second line on. The first line gives the
 * length of a line. Null before the second line has begun.
 */
export function lineUp(tokens: readonly string[], patterns: readonly Tensor[]): LineUp | null {
  const period = tokens.findIndex((token) => marks.includes(token)) + 1;
  const count = tokens.length;
  // The character at `next` is written by the query before it; above it stands the one a line earlier.
  const nexts = Array.from({ length: count }, (_, index) => index).filter((next) => next > period);
  if (period < 2 || nexts.length === 0) return null;
  const mean = (value: (next: number) => number) => nexts.reduce((sum, next) => sum + value(next), 0) / nexts.length;
  const heads = patterns.flatMap(({ shape, data }, layer) =>
    Array.from({ length: shape[0] ?? 0 }, (_, head) => ({
      layer,
      head,
      share: mean((next) => data[(head * count + next - 1) * count + next - period] ?? 0),
    })),
  );
  const { layer, head } = heads.reduce((best, other) => (other.share > best.share ? other : best));
  return { heads, best: { layer, head }, even: mean((next) => 1 / next) };
}
