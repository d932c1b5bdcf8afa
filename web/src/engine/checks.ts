import { AttentionError, checkOptions } from './error.ts';
import type { Parameter } from './types.ts';

/** Throws `argument_range` for anything but a whole number from `least`. */
export function checkCount(name: string, count: unknown, least: number): void {
  if (Number.isInteger(count) && (count as number) >= least && (count as number) <= 1e9) return;
  throw new AttentionError('argument_range', `${name}: found ${String(count)}, expected a whole number from ${least}`);
}

/** A name that a row of a table does not have would change nothing, in silence. */
export function checkParams(call: string, known: readonly Parameter[], params: Record<string, number>): void {
  if (typeof params !== 'object' || params === null) {
    throw new AttentionError('argument_type', `${call}: found params ${String(params)}, expected an object`);
  }
  checkOptions(
    call,
    params,
    known.map(({ name }) => name),
  );
  for (const [name, value] of Object.entries(params)) {
    if (typeof value === 'number') continue;
    throw new AttentionError('argument_type', `${call}, ${name}: found a ${typeof value}, expected a number`);
  }
}
