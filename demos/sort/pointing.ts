import type { Tensor } from 'attention-playground';
import type { Cell, HeadPlace } from 'attention-playground/plots';

/** What the model wrote behind a list: `31415` `>` `11345;`. Counts are in tokens, which are single characters here. */
export interface Sorting {
  list: readonly string[];
  written: readonly string[];
}

/** How a head looks at the list in the steps that write a digit. */
export interface Pointing extends HeadPlace {
  /** Steps in which its largest weight lies on a digit of the list that equals the one being written. */
  hits: number;
  steps: number;
  /** Its weight on all digits equal to the one being written, as a mean over the steps, in [0, 1]. */
  mass: number;
}

/** The row of the pattern that decides step `step`: that of the token before the one written. */
export function queryOf({ list }: Sorting, step: number): number {
  return list.length + step;
}

/** Per step that writes a digit, the digits of the list that equal it. */
export function equalDigits(sorting: Sorting): Cell[][] {
  const { list, written } = sorting;
  const isDigit = (token: string) => token >= '0' && token <= '9';
  return written.flatMap((digit, step) => {
    const keys = list.flatMap((other, key) => (other === digit ? [{ query: queryOf(sorting, step), key }] : []));
    return isDigit(digit) ? [keys] : [];
  });
}

/** Measures every head of `patterns`, one (heads, tokens, tokens) per layer, over the list, the `>` and what was written. */
export function pointing(sorting: Sorting, patterns: readonly Tensor[]): Pointing[] {
  const steps = equalDigits(sorting);
  return patterns.flatMap(({ shape: [heads = 0, count = 0], data }, layer) =>
    Array.from({ length: heads }, (_, head) => {
      const row = (query: number) => data.subarray((head * count + query) * count, (head * count + query + 1) * count);
      const masses = steps.map((cells) => cells.reduce((sum, { query, key }) => sum + row(query)[key]!, 0));
      const hits = steps.filter((cells, step) => {
        const weights = row(queryOf(sorting, step));
        const strongest = weights.indexOf(Math.max(...weights));
        return cells.some(({ key }) => key === strongest);
      });
      const mass = masses.reduce((sum, value) => sum + value, 0) / Math.max(1, steps.length);
      return { layer, head, hits: hits.length, steps: steps.length, mass };
    }),
  );
}

/** Several lists together, head by head. */
export function together(measured: readonly Pointing[][]): Pointing[] {
  return measured.reduce((sum, next) =>
    sum.map((head, index) => {
      const { hits, steps, mass } = next[index]!;
      const all = head.steps + steps;
      return {
        ...head,
        hits: head.hits + hits,
        steps: all,
        mass: (head.mass * head.steps + mass * steps) / Math.max(1, all),
      };
    }),
  );
}

export function best(measured: readonly Pointing[]): Pointing {
  return measured.reduce((most, other) => (other.mass > most.mass ? other : most));
}

export function isSorted({ list, written }: Sorting): boolean {
  return `${[...list].sort().join('')};` === written.join('');
}
