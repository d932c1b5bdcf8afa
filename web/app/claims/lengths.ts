/** Lengths that double, and what a length costs, in words. */

export const doubling = (from: number, to: number): number[] =>
  Array.from({ length: Math.log2(to / from) + 1 }, (_, n) => from * 2 ** n);

const units = ['B', 'KB', 'MB', 'GB'] as const;

/** Bytes with a unit of powers of 1,000, to three figures. */
export function bytesText(bytes: number): string {
  const step = Math.min(Math.max(Math.floor(Math.log10(Math.max(bytes, 1)) / 3), 0), units.length - 1);
  return `${Number((bytes / 1000 ** step).toPrecision(3))} ${units[step]}`;
}
