import { AttentionError, checkOptions } from './error.ts';
import type { Parameter } from './types.ts';

/** Throws `argument_range` for anything but a whole number from `least`. */
export function checkCount(name: string, count: unknown, least: number): void {
  if (Number.isInteger(count) && (count as number) >= least && (count as number) <= 1e9) return;
  throw new AttentionError('argument_range', `${name}: found ${String(count)}, expected a whole number from ${least}`);
}

/** Throws `argument_type` for a value of another kind; the module would turn it into one of this kind. */
export function checkKind(name: string, value: unknown, kind: 'number' | 'string' | 'boolean'): void {
  if (typeof value === kind) return;
  throw new AttentionError('argument_type', `${name}: found ${String(value)}, expected a ${kind}`);
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

/** The options, refused by name where one is not in `kinds` or of another kind than stands there. */
export function readOptions<T extends object>(call: string, options: T, kinds: Record<keyof T & string, string>): T {
  if (typeof options !== 'object' || options === null) {
    throw new AttentionError('argument_type', `${call}: found options ${String(options)}, expected an object`);
  }
  checkOptions(call, options, Object.keys(kinds));
  for (const [name, value] of Object.entries(options)) {
    const kind = kinds[name as keyof T & string];
    if (value === undefined || typeof value === kind) continue;
    throw new AttentionError('argument_type', `${call}: found ${name} ${String(value)}, expected a ${kind}`);
  }
  return options;
}
