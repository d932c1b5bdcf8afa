/** Attention that somebody recorded elsewhere, in a file of arrays: what the pictures need, without any model. */
import { AttentionError } from '../engine/error.ts';
import type { Tensor } from '../engine/types.ts';
import { invalid, isText, type NamedArrays } from './types.ts';

export interface RecordedAttention {
  /** `(layers, heads, queries, keys)`. */
  attention: Tensor;
  /** One text for each query, and for each key: token lists of the file, else the places, counted from 1. */
  queryTokens: readonly string[];
  keyTokens: readonly string[];
}

/** Rows of weights may be off their sum of 1 by so much: half precision over thousands of keys. */
const roundings = 0.02;

/**
 * Finds attention among arrays: `attention`, else the only array with numbers, of the axes `(layers, heads, queries,
 * keys)` or the last ones of these; token lists `tokens` for both sides, or `query_tokens` and `key_tokens`. Throws
 * `array_missing`, `array_invalid` (other axes, weights that are negative or not finite, rows that sum to more than 1,
 * token lists of another length).
 */
export function attentionIn(arrays: NamedArrays, name: string): RecordedAttention {
  const numbers = Object.entries(arrays).filter(([, array]) => !isText(array));
  const found = arrays['attention'] ?? (numbers.length === 1 ? numbers[0]![1] : undefined);
  if (!found || isText(found)) {
    const names = Object.keys(arrays).join(', ');
    throw new AttentionError('array_missing', `${name}: found ${names || 'nothing'}, expected an array "attention"`);
  }
  const { shape, data } = found;
  if (shape.length < 2 || shape.length > 4 || shape.includes(0)) {
    throw invalid(`${name}: attention`, `shape (${shape.join(', ')})`, '(layers, heads, queries, keys)');
  }
  const full = [...Array<number>(4 - shape.length).fill(1), ...shape];
  const [queries, keys] = [full[2]!, full[3]!];
  checkWeights(data, keys, name);
  const tokens = (key: string, count: number): readonly string[] => {
    const list = arrays[key] ?? arrays['tokens'];
    if (!list) return Array.from({ length: count }, (_, i) => String(i + 1));
    if (isText(list) && list.texts.length === count) return list.texts;
    const length = isText(list) ? `${list.texts.length} texts` : 'numbers';
    throw invalid(`${name}: ${arrays[key] ? key : 'tokens'}`, length, `${count} texts`);
  };
  return {
    attention: { shape: full, data },
    queryTokens: tokens('query_tokens', queries),
    keyTokens: tokens('key_tokens', keys),
  };
}

function checkWeights(data: Float32Array, keys: number, name: string): void {
  for (let start = 0; start < data.length; start += keys) {
    let sum = 0;
    for (let j = start; j < start + keys; ++j) {
      const weight = data[j]!;
      if (!(weight >= 0)) throw invalid(`${name}: attention`, `${weight} at place ${j}`, 'weights of 0 and more');
      sum += weight;
    }
    if (!(sum <= 1 + roundings)) {
      throw invalid(`${name}: attention`, `a row that sums to ${sum} at place ${start}`, 'rows that sum to at most 1');
    }
  }
}
