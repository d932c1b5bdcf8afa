/** Arrays as nested lists, by name, as Python's `json` and `tolist` write them. */
import type { Tensor } from '../engine/types.ts';
import { invalid, isText, sizeOf, type NamedArrays, type TextArray } from './types.ts';

/** Reads `{name: nested lists}`; what is no list is passed over. Throws `array_invalid`, `array_size`. */
export function readJson(text: string, name: string): NamedArrays {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (error) {
    throw invalid(name, (error as Error).message, 'JSON');
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
    throw invalid(name, 'no object', 'lists by name');
  }
  const lists = Object.entries(parsed).filter(([, value]) => Array.isArray(value));
  return Object.fromEntries(lists.map(([key, list]) => [key, fromLists(list as unknown[], `${name}: ${key}`)]));
}

function fromLists(list: unknown[], name: string): Tensor | TextArray {
  const shape: number[] = [];
  for (let level: unknown = list; Array.isArray(level); level = level[0]) shape.push(level.length);
  const size = sizeOf(name, shape);
  const leaves: unknown[] = [];
  const collect = (value: unknown, depth: number, place: string): void => {
    if (depth === shape.length) {
      leaves.push(value);
      return;
    }
    if (!Array.isArray(value) || value.length !== shape[depth]) {
      throw invalid(
        name + place,
        Array.isArray(value) ? `${value.length} entries` : 'no list',
        `${shape[depth]} entries`,
      );
    }
    value.forEach((part, i) => collect(part, depth + 1, `[${i}]`));
  };
  collect(list, 0, '');
  if (leaves.length > 0 && leaves.every((leaf) => typeof leaf === 'string'))
    return { shape, texts: leaves as string[] };
  const wrong = leaves.findIndex((leaf) => typeof leaf !== 'number');
  if (wrong >= 0) throw invalid(name, `${JSON.stringify(leaves[wrong]) ?? 'nothing'} at place ${wrong}`, 'a number');
  const data = new Float32Array(size);
  data.set(leaves as number[]);
  return { shape, data };
}

/** Arrays as JSON. Numbers that are not finite are no JSON: `array_invalid`. */
export function writeJson(arrays: NamedArrays): string {
  const lists = Object.entries(arrays).map(([name, array]) => {
    const leaves: readonly (string | number)[] = isText(array) ? array.texts : [...array.data];
    const wrong = leaves.findIndex((leaf) => typeof leaf === 'number' && !Number.isFinite(leaf));
    if (wrong >= 0) throw invalid(name, `${leaves[wrong]} at place ${wrong}`, 'finite numbers, for JSON has no others');
    return [name, toLists(leaves, array.shape)] as const;
  });
  return JSON.stringify(Object.fromEntries(lists));
}

function toLists(leaves: readonly unknown[], shape: readonly number[]): unknown {
  if (shape.length === 0) return leaves[0];
  const [rows = 0, ...rest] = shape;
  if (rest.length === 0) return leaves;
  const length = leaves.length / Math.max(rows, 1);
  return Array.from({ length: rows }, (_, i) => toLists(leaves.slice(i * length, (i + 1) * length), rest));
}
