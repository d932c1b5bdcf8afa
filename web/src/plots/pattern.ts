import type { MaskedAt, Tensor } from './types.ts';

/** One head's weights, `(queries, keys)`, read in place. */
export interface HeadPattern {
  readonly queries: number;
  readonly keys: number;
  /** The tensor's own numbers, and where this head's begin: for loops over all cells. */
  readonly data: ArrayLike<number>;
  readonly start: number;
  at(query: number, key: number): number;
}

/** Number of heads in a pattern `(heads, queries, keys)` or `(queries, keys)`. Throws `RangeError` on any other shape. */
export function headsOf(pattern: Tensor): number {
  const { shape, data } = pattern;
  if (shape.length !== 2 && shape.length !== 3) {
    throw new RangeError(
      `pattern: found shape (${shape.join(', ')}), expected (heads, queries, keys) or (queries, keys)`,
    );
  }
  const length = shape.reduce((product, axis) => product * axis, 1);
  if (data.length !== length) {
    throw new RangeError(`pattern: found ${data.length} numbers, expected ${length} for shape (${shape.join(', ')})`);
  }
  return shape.length === 3 ? shape[0]! : 1;
}

/** One head of a pattern. Throws `RangeError` if there is no such head. */
export function headOf(pattern: Tensor, head: number): HeadPattern {
  const heads = headsOf(pattern);
  if (!Number.isInteger(head) || head < 0 || head >= heads) {
    throw new RangeError(`head: found ${head}, expected 0 to ${heads - 1}`);
  }
  const [queries, keys] = pattern.shape.slice(-2) as [number, number];
  if (queries === 0 || keys === 0)
    throw new RangeError(`pattern: found shape (${pattern.shape.join(', ')}), expected at least one query and one key`);
  const start = head * queries * keys;
  const data = pattern.data;
  return { queries, keys, data, start, at: (query, key) => data[start + query * keys + key]! };
}

/** Throws `RangeError` unless there is one token per place. */
export function checkTokens(name: string, tokens: readonly string[], places: number): void {
  if (tokens.length !== places) {
    throw new RangeError(`${name}: found ${tokens.length}, expected ${places}, one per place of the pattern`);
  }
}

/** The key that a query looks at most; the first of equals. */
export function strongestKey(pattern: HeadPattern, query: number): number {
  let best = 0;
  for (let key = 1; key < pattern.keys; ++key) {
    if (pattern.at(query, key) > pattern.at(query, best)) best = key;
  }
  return best;
}

/** The largest weight of a head; 1 where none is above 0. */
export function largestOf({ queries, keys, data, start }: HeadPattern): number {
  let most = 0;
  for (let at = start; at < start + queries * keys; ++at) if (data[at]! > most) most = data[at]!;
  return most || 1;
}

/** Runs of masked keys in one row, as `[from, to)`. */
export function maskedRuns(masked: MaskedAt, query: number, keys: number): [number, number][] {
  const runs: [number, number][] = [];
  for (let key = 0; key < keys; ++key) {
    if (!masked(query, key)) continue;
    const last = runs.at(-1);
    if (last?.[1] === key) last[1] = key + 1;
    else runs.push([key, key + 1]);
  }
  return runs;
}
