import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Engine, Tensor, WorkerEngine } from '../../web/src/engine/types.ts';
import { init } from '../../web/src/index.node.ts';
import { failureOf } from './errors.ts';
import { expectEqual, golden, type Arrays } from './golden.ts';

/** From a weighted average to attention: against numpy, scipy and torch, in a worker the same, and what is refused. */

let here: Engine;
let away: WorkerEngine;
beforeAll(async () => {
  here = await init();
  away = await init({ worker: true });
});
afterAll(() => {
  here.dispose();
  away.dispose();
});

const tensor = (shape: number[], data: number[]): Tensor => ({ shape, data: Float32Array.from(data) });
const filled = (shape: number[], value: number): Tensor => ({
  shape,
  data: new Float32Array(shape.reduce((a, b) => a * b, 1)).fill(value),
});
const labelled = (labels: number[]): Tensor => tensor([labels.length], labels);

const kCases = golden('smoothing');
const casesOf = (kind: string): [string, Arrays][] =>
  Object.entries(kCases).filter(([name]) => name.startsWith(`${kind}_`));
const optionsOf = (arrays: Arrays): number[] => [...arrays.options!.data];

/** Computed in double: one rounding here, one in the file. */
function expectAll(found: object, arrays: Arrays, roundings = 2): void {
  for (const [name, value] of Object.entries(found)) expectEqual(value as Tensor, arrays[name]!, roundings);
}

describe('the golden values, here and in a worker', () => {
  it.each(casesOf('regression'))('%s', async (name, arrays) => {
    const [queries, points, values] = [arrays.queries!, arrays.points!, arrays.values!];
    const [bandwidth, leaveOneOut] = optionsOf(arrays) as [number, number];
    const options = { kernel: name.split('_')[1]!, bandwidth, leaveOneOut: leaveOneOut === 1 };
    const found = here.kernelRegression(queries, points, values, options);
    expectAll(found, arrays);
    expect(await away.kernelRegression(queries, points, values, options)).toEqual(found);
  });

  it.each(casesOf('width'))('%s', async (_, arrays) => {
    const [width, rate, steps] = optionsOf(arrays) as [number, number, number];
    const found = here.fitKernelWidth(arrays.points!, arrays.values!, { width, rate, steps });
    expectAll(found, arrays);
    expect(await away.fitKernelWidth(arrays.points!, arrays.values!, { width, rate, steps })).toEqual(found);
  });

  it.each(casesOf('distances'))('%s', async (_, { a, b, distances, squares }) => {
    const roundings = a!.shape[1]! + 4;
    expectEqual(here.pairwiseDistances(a!, b!), distances!, roundings);
    expectEqual(here.pairwiseDistances(a!, b!, { squared: true }), squares!, roundings);
    const found = here.pairwiseDistances(a!, b!, { method: 'product', squared: true });
    const largest = Math.max(...[...a!.data, ...b!.data].map((x) => x * x)) * a!.shape[1]! * 4;
    found.data.forEach((square, n) => {
      expect(Math.abs(square - squares!.data[n]!)).toBeLessThanOrEqual(2 ** -23 * roundings * largest);
    });
    expect(await away.pairwiseDistances(a!, b!, { method: 'product', squared: true })).toEqual(found);
  });

  it.each(casesOf('components'))('%s', async (_, arrays) => {
    const options = { count: arrays.variances!.shape[0]! };
    const found = here.principalComponents(arrays.x!, options);
    expectAll(found, arrays);
    expect(await away.principalComponents(arrays.x!, options)).toEqual(found);
  });

  it.each(casesOf('vote'))('%s', async (_, { scores, labels, options, votes, accuracy }) => {
    const temperature = options!.data[0]!;
    const found = here.leaveOneOutVote(scores!, labels!, { temperature });
    expectEqual(found.votes, votes!, 2);
    expect(found.accuracy).toBe(accuracy!.data[0]);
    expect(await away.leaveOneOutVote(scores!, labels!, { temperature })).toEqual(found);
  });

  it.each(casesOf('projection'))('%s', async (_, { x, labels, projection, options, losses, fitted }) => {
    const [rate, steps] = [options!.data[0]!, options!.data[1]!];
    const found = here.fitProjection(x!, labels!, projection!, { rate, steps });
    expectEqual(found.losses, losses!, 2);
    expectEqual(found.projection, fitted!, 2);
    expect(await away.fitProjection(x!, labels!, projection!, { rate, steps })).toEqual(found);
  });
});

describe('smoothing', () => {
  it('lists its kernels as C++ has them, here and in a worker', async () => {
    const rows = here.smoothingKernels();
    expect(rows.map(({ name }) => name)).toEqual(['uniform', 'boxcar', 'epanechnikov', 'gaussian']);
    for (const row of rows) {
      for (const text of [row.label, row.label_zh, row.formula, row.reference]) expect(text).toMatch(/\S/);
      expect(row.function).toBe(`${row.name}_weights`);
      const ranges = row.params.map(({ name, minimum, maximum, standard }) => [name, minimum, maximum, standard]);
      expect(ranges).toEqual(row.name === 'uniform' ? [] : [['bandwidth', 0, Infinity, 1]]);
    }
    expect(await away.smoothingKernels()).toEqual(rows);
  });

  it('takes both ends of the bandwidth', () => {
    const [points, values, queries] = [tensor([3, 1], [0, 1, 5]), tensor([3, 1], [1, 2, 6]), tensor([2, 1], [0.5, 5])];
    for (const { name: kernel } of here.smoothingKernels()) {
      const mean = here.kernelRegression(queries, points, values, { kernel, bandwidth: Infinity });
      expect([...mean.output.data]).toEqual([3, 3]);
      const nearest = here.kernelRegression(queries, points, values, { kernel, bandwidth: 0 });
      const expected = { uniform: [3, 3], gaussian: [1.5, 6] }[kernel] ?? [0, 6];
      expect([...nearest.output.data], kernel).toEqual(expected);
    }
  });

  it('has the defaults that its types name', () => {
    const [x, values] = [tensor([4, 1], [0, 1, 2, 4]), tensor([4, 1], [0, 1, 4, 9])];
    const options = { kernel: 'gaussian', bandwidth: 1, leaveOneOut: false };
    expect(here.kernelRegression(x, x, values)).toEqual(here.kernelRegression(x, x, values, options));
    const descent = { width: 1, rate: 0.1, steps: 50 };
    expect(here.fitKernelWidth(x, values)).toEqual(here.fitKernelWidth(x, values, descent));
    const [labels, start, wide] = [labelled([0, 0, 1, 1]), tensor([1, 1], [0.5]), tensor([2, 3], [1, 2, 3, 3, 2, 9])];
    const steps = { rate: 0.01, steps: 100 };
    expect(here.fitProjection(x, labels, start)).toEqual(here.fitProjection(x, labels, start, steps));
    expect(here.principalComponents(wide)).toEqual(here.principalComponents(wide, { count: 2 }));
    const scores = filled([4, 4], 1);
    expect(here.leaveOneOutVote(scores, labels)).toEqual(here.leaveOneOutVote(scores, labels, { temperature: 1 }));
    expect(here.pairwiseDistances(x, x)).toEqual(here.pairwiseDistances(x, x, { method: 'loops', squared: false }));
  });
});

describe('what has no meaning', () => {
  const [x, v, labels] = [filled([4, 2], 1), filled([4, 1], 1), labelled([0, 1, 0, 1])];
  const [scores, start] = [filled([4, 4], 1), filled([2, 1], 1)];
  const regress = (options: object) => here.kernelRegression(x, x, v, options);

  it.each<[string, string, () => unknown]>([
    ['argument_type', 'queries', () => here.kernelRegression(undefined as never, x, v)],
    ['argument_shape', 'points: found (4, 1), expected (4, 2)', () => here.kernelRegression(x, v, v)],
    ['argument_range', 'values: found NaN', () => here.kernelRegression(x, x, filled([4, 1], NaN))],
    ['variant_unknown', 'kernel "tricube": expected one of uniform', () => regress({ kernel: 'tricube' })],
    ['argument_type', 'kernel 1', () => regress({ kernel: 1 })],
    ['argument_range', 'bandwidth: found -1', () => regress({ bandwidth: -1 })],
    ['argument_range', 'bandwidth: found NaN', () => regress({ bandwidth: NaN })],
    ['argument_type', 'bandwidth', () => regress({ bandwidth: '1' })],
    ['argument_type', 'leaveOneOut', () => regress({ leaveOneOut: 1 })],
    ['option_unknown', 'leave_one_out', () => regress({ leave_one_out: true })],
    ['argument_type', 'options null', () => regress(null as never)],
    ['argument_range', 'steps: found 1.5', () => here.fitKernelWidth(x, v, { steps: 1.5 })],
    ['argument_range', 'points, steps', () => here.fitKernelWidth(x, v, { steps: 1e9 })],
    ['argument_range', 'width: found -1', () => here.fitKernelWidth(x, v, { width: -1 })],
    ['argument_range', 'rate: found infinity', () => here.fitKernelWidth(x, v, { rate: Infinity })],
    ['argument_type', 'method "gemm"', () => here.pairwiseDistances(x, x, { method: 'gemm' as never })],
    ['argument_shape', 'b: found (4, 1)', () => here.pairwiseDistances(x, v)],
    ['argument_range', 'a: found 1e20', () => here.pairwiseDistances(filled([1, 2], 1e20), x)],
    ['argument_range', 'count: found 0', () => here.principalComponents(x, { count: 0 })],
    ['argument_range', 'count: found 3', () => here.principalComponents(x, { count: 3 })],
    ['argument_shape', 'x: found (1, 2)', () => here.principalComponents(filled([1, 2], 1))],
    ['argument_shape', 'scores: found (4, 2)', () => here.leaveOneOutVote(x, labels)],
    ['argument_range', 'labels: found 0.5', () => here.leaveOneOutVote(scores, labelled([0, 0.5, 0, 1]))],
    ['argument_range', 'temperature: found -1', () => here.leaveOneOutVote(scores, labels, { temperature: -1 })],
    ['argument_shape', 'projection: found (4, 1)', () => here.fitProjection(x, labels, v)],
    ['argument_shape', 'labels: found (2)', () => here.fitProjection(x, labelled([0, 1]), start)],
    ['option_unknown', 'width', () => here.fitProjection(x, labels, start, { width: 1 } as never)],
  ])('%s, naming %s', async (code, name, call) => {
    const found = await failureOf(call);
    expect(found.code).toBe(code);
    expect(found.message).toContain(name);
  });

  it('is refused by a worker in the same words', async () => {
    const call = { kernel: 'tricube' };
    expect(await failureOf(() => away.kernelRegression(x, x, v, call))).toEqual(await failureOf(() => regress(call)));
  });
});
