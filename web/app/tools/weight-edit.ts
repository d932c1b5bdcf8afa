import type { WeightEdit } from '../../src/arrays/index.ts';
import type { Layout } from './weight-matrix.ts';

export const operations = ['scale', 'set', 'add'] as const;
export const parts = ['whole', 'row', 'column', 'element'] as const;

/** What the form says. */
export interface Draft {
  operation: (typeof operations)[number];
  /** As it was typed. */
  value: string;
  part: (typeof parts)[number];
  row: string;
  column: string;
}

/** What is wrong with a field: which one, what was typed, and the largest place. */
export interface Fault {
  field: 'value' | 'row' | 'column';
  found: string;
  most: number;
}

/** The edit that the form describes, or its first fault. */
export function editOf(at: string, { rows, columns, index }: Layout, draft: Draft): WeightEdit | Fault {
  const { operation, part } = draft;
  const value = readNumber(draft.value);
  if (value === null) return { field: 'value', found: draft.value, most: 0 };
  const place = (field: 'row' | 'column', count: number): number | null | Fault => {
    if (part !== field && part !== 'element') return null;
    const found = readNumber(draft[field]);
    if (found !== null && Number.isInteger(found) && found >= 0 && found < count) return found;
    return { field, found: draft[field], most: count - 1 };
  };
  const row = place('row', rows);
  if (isFault(row)) return row;
  const column = place('column', columns);
  if (isFault(column)) return column;
  return { at, ...(part === 'whole' ? {} : { index: index(row, column) }), [operation]: value };
}

export const isFault = (found: unknown): found is Fault =>
  typeof found === 'object' && found !== null && 'field' in found;

/** A number as people type it, with a true minus too; null for what is none, or is not finite. */
function readNumber(typed: string): number | null {
  const text = typed.trim().replace(/^[−–]/, '-');
  const value = /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(text) ? Number(text) : NaN;
  return Number.isFinite(value) ? value : null;
}

/** A change as NumPy would write it: `wte.weight[17, :] = 0`. */
export function formulaOf({ at, index, set, scale, add }: WeightEdit): string {
  const places = index?.some((place) => place !== null) ? `[${index.map((place) => place ?? ':').join(', ')}]` : '';
  const operation =
    set !== undefined ? `= ${plain(set)}` : scale !== undefined ? `× ${plain(scale)}` : `+ ${plain(add ?? 0)}`;
  return `${at}${places} ${operation}`;
}

const plain = (value: number): string => String(value).replaceAll('-', '−');

/** Four digits that count, however small the number. */
export const significant = (value: number): string =>
  plain(Number.isFinite(value) ? Number(value.toPrecision(4)) : value);
