import type { Arrays } from './arrays.ts';
import { checkCount, readOptions } from './checks.ts';
import { AttentionError } from './error.ts';
import type {
  DescentOptions,
  KernelRegressionOptions,
  KernelRegressionResult,
  KernelWidthOptions,
  KernelWidthResult,
  LeaveOneOutVoteOptions,
  LeaveOneOutVoteResult,
  PairwiseDistancesOptions,
  PrincipalComponentsOptions,
  PrincipalComponentsResult,
  ProjectionResult,
  Tensor,
} from './types.ts';

/** From a weighted average to attention; the core checks all but the kinds of the options, and their names. */
export const smoothingOperators = {
  kernelRegression,
  fitKernelWidth,
  pairwiseDistances,
  principalComponents,
  leaveOneOutVote,
  fitProjection,
};

/** Runs a row of wasm/operators.cpp, which gives so many results. */
function run(
  arrays: Arrays,
  name: string,
  operands: Record<string, Tensor>,
  numbers: readonly number[],
  results: number,
): Tensor[] {
  return arrays.operate(operands, new Array<undefined>(results).fill(undefined), (module, inputs, outputs) =>
    module.operate(name, inputs, numbers, outputs),
  ) as Tensor[];
}

function kernelRegression(
  arrays: Arrays,
  queries: Tensor,
  points: Tensor,
  values: Tensor,
  options: KernelRegressionOptions = {},
): KernelRegressionResult {
  const call = 'kernelRegression';
  const kinds = { kernel: 'string', bandwidth: 'number', leaveOneOut: 'boolean' };
  const { kernel = 'gaussian', bandwidth = 1, leaveOneOut = false } = readOptions(call, options, kinds);
  const numbers = [kernelIndex(arrays, kernel), bandwidth, Number(leaveOneOut)];
  const [output, weights] = run(arrays, call, { queries, points, values }, numbers, 2);
  return { output: output!, weights: weights! };
}

/** Where a kernel stands in its table, for only numbers reach an operator. */
function kernelIndex(arrays: Arrays, kernel: string): number {
  const names = arrays.core.call((module) => module.smoothingKernels()).map(({ name }) => name);
  if (names.includes(kernel)) return names.indexOf(kernel);
  throw new AttentionError('variant_unknown', `kernel "${kernel}": expected one of ${names.join(', ')}`);
}

function fitKernelWidth(
  arrays: Arrays,
  points: Tensor,
  values: Tensor,
  options: KernelWidthOptions = {},
): KernelWidthResult {
  const call = 'fitKernelWidth';
  const kinds = { width: 'number', rate: 'number', steps: 'number' };
  const { width = 1, rate = 0.1, steps = 50 } = readOptions(call, options, kinds);
  checkCount('steps', steps, 0);
  const [widths, losses, gradients] = run(arrays, call, { points, values }, [width, rate, steps], 3);
  return { widths: widths!, losses: losses!, gradients: gradients! };
}

function pairwiseDistances(arrays: Arrays, a: Tensor, b: Tensor, options: PairwiseDistancesOptions = {}): Tensor {
  const call = 'pairwiseDistances';
  const { method = 'loops', squared = false } = readOptions(call, options, { method: 'string', squared: 'boolean' });
  if (method !== 'loops' && method !== 'product') {
    throw new AttentionError(
      'argument_type',
      `${call}: found method "${String(method)}", expected "loops" or "product"`,
    );
  }
  return run(arrays, call, { a, b }, [Number(method === 'product'), Number(squared)], 1)[0]!;
}

function principalComponents(
  arrays: Arrays,
  x: Tensor,
  options: PrincipalComponentsOptions = {},
): PrincipalComponentsResult {
  const call = 'principalComponents';
  const { count = 2 } = readOptions(call, options, { count: 'number' });
  checkCount('count', count, 1);
  const [components, variances, mean] = run(arrays, call, { x }, [count], 3);
  return { components: components!, variances: variances!, mean: mean! };
}

function leaveOneOutVote(
  arrays: Arrays,
  scores: Tensor,
  labels: Tensor,
  options: LeaveOneOutVoteOptions = {},
): LeaveOneOutVoteResult {
  const call = 'leaveOneOutVote';
  const { temperature = 1 } = readOptions(call, options, { temperature: 'number' });
  const [votes, accuracy] = run(arrays, call, { scores, labels }, [temperature], 2);
  return { votes: votes!, accuracy: accuracy!.data[0]! };
}

function fitProjection(
  arrays: Arrays,
  x: Tensor,
  labels: Tensor,
  projection: Tensor,
  options: DescentOptions = {},
): ProjectionResult {
  const call = 'fitProjection';
  const { rate = 0.01, steps = 100 } = readOptions(call, options, { rate: 'number', steps: 'number' });
  checkCount('steps', steps, 0);
  const [losses, fitted] = run(arrays, call, { x, labels, projection }, [rate, steps], 2);
  return { losses: losses!, projection: fitted! };
}
