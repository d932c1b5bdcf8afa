import { uniforms } from '../../src/elements/rooms/uniforms.ts';
import type { Operand, Operators, Tensor } from '../../src/engine/types.ts';
import { headWidth, heads, type Case } from './cases.ts';

/** A case with its numbers: how the engine is called, and a plain float64 loop for any number of the result. */
export interface Problem {
  operands: readonly Tensor[];
  /** Places in `operands` of what stays in the module's memory in every form: weights. */
  weights: readonly number[];
  /** Shape of the result. */
  shape: readonly number[];
  call(engine: Operators, operands: readonly Operand[], out?: Operand): Operand;
  /** Number `index` of the result. */
  exact(index: number): number;
  /** Errors count relative to each number, not to the largest one. */
  each: boolean;
}

export function problemOf({ kind, size }: Case): Problem {
  const [a = 1, b = 1, c = 1] = size;
  switch (kind) {
    case 'matmul':
    case 'matvec':
      return matmul(a, b, c, kind === 'matvec' ? [1] : []);
    case 'attention':
    case 'causal':
      return attention(a, kind === 'causal');
    case 'softmax':
      return softmax(a, b);
    case 'layerNorm':
      return layerNorm(a, b);
    case 'gelu':
      return gelu(a, b);
  }
}

/** Numbers in [-scale, scale) around `offset`, the same in every browser. */
function randomTensor(shape: readonly number[], seed: number, scale = 1, offset = 0): Tensor {
  const next = uniforms(seed);
  const length = shape.reduce((product, axis) => product * axis, 1);
  return { shape, data: Float32Array.from({ length }, () => (2 * next() - 1) * scale + offset) };
}

function sumOf(count: number, term: (index: number) => number): number {
  let sum = 0;
  for (let index = 0; index < count; ++index) sum += term(index);
  return sum;
}

function matmul(rows: number, inner: number, columns: number, weights: number[]): Problem {
  const a = randomTensor([rows, inner], 1);
  const b = randomTensor([inner, columns], 2);
  return {
    operands: [a, b],
    weights,
    shape: [rows, columns],
    call: (engine, [left, right], out) => engine.matmul(left!, right!, { ...(out && { out }) }),
    exact(index) {
      const row = Math.floor(index / columns);
      return sumOf(inner, (k) => a.data[row * inner + k]! * b.data[k * columns + (index % columns)]!);
    },
    each: false,
  };
}

function attention(tokens: number, causal: boolean): Problem {
  const shape = [heads, tokens, headWidth];
  const [q, k, v] = [randomTensor(shape, 1, 2), randomTensor(shape, 2, 2), randomTensor(shape, 3)] as const;
  const numbers = tokens * headWidth;
  return {
    operands: [q, k, v],
    weights: [],
    shape,
    call: (engine, [nq, nk, nv], out) =>
      engine.attention(nq!, nk!, nv!, { causal, pattern: false, ...(out && { out }) }).output,
    exact(index) {
      const head = Math.floor(index / numbers) * numbers;
      const query = Math.floor((index % numbers) / headWidth);
      const keys = causal ? query + 1 : tokens;
      const scores = Array.from({ length: keys }, (_, key) =>
        sumOf(headWidth, (d) => q.data[head + query * headWidth + d]! * k.data[head + key * headWidth + d]!),
      );
      const most = Math.max(...scores);
      const shares = scores.map((score) => Math.exp((score - most) / Math.sqrt(headWidth)));
      const valueAt = (key: number) => v.data[head + key * headWidth + (index % headWidth)]!;
      return sumOf(keys, (key) => shares[key]! * valueAt(key)) / sumOf(keys, (key) => shares[key]!);
    },
    each: false,
  };
}

function softmax(rows: number, columns: number): Problem {
  const x = randomTensor([rows, columns], 1, 6);
  return {
    operands: [x],
    weights: [],
    shape: [rows, columns],
    call: (engine, [nx], out) => engine.softmax(nx!, { ...(out && { out }) }),
    exact(index) {
      const start = index - (index % columns);
      return Math.exp(x.data[index]!) / sumOf(columns, (column) => Math.exp(x.data[start + column]!));
    },
    each: true,
  };
}

function layerNorm(rows: number, columns: number): Problem {
  const x = randomTensor([rows, columns], 1, 6);
  const gain = randomTensor([columns], 2, 0.5, 1);
  const bias = randomTensor([columns], 3, 0.5);
  const epsilon = 1e-5;
  return {
    operands: [x, gain, bias],
    weights: [],
    shape: [rows, columns],
    call: (engine, [nx, ng, nb], out) => engine.layerNorm(nx!, ng!, nb!, { epsilon, ...(out && { out }) }),
    exact(index) {
      const column = index % columns;
      const start = index - column;
      const mean = sumOf(columns, (i) => x.data[start + i]!) / columns;
      const variance = sumOf(columns, (i) => (x.data[start + i]! - mean) ** 2) / columns;
      return ((x.data[index]! - mean) / Math.sqrt(variance + epsilon)) * gain.data[column]! + bias.data[column]!;
    },
    each: false,
  };
}

/** GPT-2's form, by tanh. */
function gelu(rows: number, columns: number): Problem {
  const x = randomTensor([rows, columns], 1, 6);
  return {
    operands: [x],
    weights: [],
    shape: [rows, columns],
    call: (engine, [nx], out) => engine.gelu(nx!, { approximate: 'tanh', ...(out && { out }) }),
    exact(index) {
      const value = x.data[index]!;
      return 0.5 * value * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (value + 0.044715 * value ** 3)));
    },
    each: false,
  };
}
