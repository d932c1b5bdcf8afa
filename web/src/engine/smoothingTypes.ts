/** The road from a weighted average to attention, on points and tables: rows are points, columns their numbers. */
import type { Tensor } from './tensorTypes.ts';

export interface KernelRegressionOptions {
  /** Name of a row of `smoothingKernels()`; default `'gaussian'`. */
  kernel?: string;
  /** Unit of the distances, from 0 to Infinity, both being limits; default 1. The uniform kernel takes no notice of it. */
  bandwidth?: number;
  /** Query i gives point i no weight; queries and points are as many. Default false. */
  leaveOneOut?: boolean;
}

export interface KernelRegressionResult {
  /** `(q, m)`: the weighted means of the values; zeros where no point weighs anything. */
  output: Tensor;
  /** `(q, n)`: rows sum to 1, or are zeros. */
  weights: Tensor;
}

export interface DescentOptions {
  /** Factor on the gradient, finite and not negative. */
  rate?: number;
  /** Steps of gradient descent. */
  steps?: number;
}

export interface KernelWidthOptions extends DescentOptions {
  /** Where the descent begins, not negative; default 1. */
  width?: number;
}

/** Each `(steps + 1)`: number t stands before step t + 1. */
export interface KernelWidthResult {
  widths: Tensor;
  losses: Tensor;
  gradients: Tensor;
}

export interface PairwiseDistancesOptions {
  /** `'loops'` (default): pair by pair; `'product'`: by a matrix product, faster, with fewer digits of short distances. */
  method?: 'loops' | 'product';
  /** Whether the squares are wanted; default false. */
  squared?: boolean;
}

export interface PrincipalComponentsOptions {
  /** How many, at most the columns; default 2. */
  count?: number;
}

export interface PrincipalComponentsResult {
  /** `(count, d)`: directions of length 1, the largest number of each positive. */
  components: Tensor;
  /** `(count)`, falling. */
  variances: Tensor;
  /** `(d)`. */
  mean: Tensor;
}

export interface LeaveOneOutVoteOptions {
  /** From 0 (the largest scores share the vote) to Infinity (all do); default 1. */
  temperature?: number;
}

export interface LeaveOneOutVoteResult {
  /** `(n, classes)`: rows sum to 1. */
  votes: Tensor;
  /** The share of rows whose label has the largest vote, of equal ones the lowest class. */
  accuracy: number;
}

export interface ProjectionResult {
  /** `(steps + 1)`: number t stands before step t + 1. */
  losses: Tensor;
  /** `(d, p)`. */
  projection: Tensor;
}

/** Numbers are finite: others are refused, and so is work that would take many seconds. */
export interface SmoothingOperators {
  /** Kernel regression (Nadaraya 1964, Watson 1964) of queries `(q, d)` on points `(n, d)` with values `(n, m)`. */
  kernelRegression(
    queries: Tensor,
    points: Tensor,
    values: Tensor,
    options?: KernelRegressionOptions,
  ): KernelRegressionResult;
  /**
   * Fits w of the regression with weights `softmax(-(w |x_i - x_j|)^2 / 2)`, each point left out of its own, on points
   * `(n, d)` with values `(n, m)`: 50 steps of gradient descent at rate 0.1 on the mean squared error, unless told
   * otherwise. Only w^2 counts: a step to a negative w goes to -w.
   */
  fitKernelWidth(points: Tensor, values: Tensor, options?: KernelWidthOptions): KernelWidthResult;
  /** Distances between the rows of a `(n, d)` and of b `(m, d)`: `(n, m)`. */
  pairwiseDistances(a: Tensor, b: Tensor, options?: PairwiseDistancesOptions): Tensor;
  /** The directions in which x `(n, d)` varies most; d is at most 256. */
  principalComponents(x: Tensor, options?: PrincipalComponentsOptions): PrincipalComponentsResult;
  /** Each example votes for the labels `(n)`, whole numbers from 0, of the others by softmax of its scores `(n, n)`. */
  leaveOneOutVote(scores: Tensor, labels: Tensor, options?: LeaveOneOutVoteOptions): LeaveOneOutVoteResult;
  /**
   * Neighbourhood components analysis (Goldberger et al. 2004) of x `(n, d)`, at most 1000 rows, with labels `(n)`: 100
   * steps at rate 0.01 from projection `(d, p)`, unless told otherwise. The loss is 1 less the mean vote for the own label.
   */
  fitProjection(x: Tensor, labels: Tensor, projection: Tensor, options?: DescentOptions): ProjectionResult;
}

/** The same in a worker. */
export type WorkerSmoothingOperators = {
  [Name in keyof SmoothingOperators]: (
    ...args: Parameters<SmoothingOperators[Name]>
  ) => Promise<ReturnType<SmoothingOperators[Name]>>;
};
