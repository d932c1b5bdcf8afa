import type { Facts, Tensor, WorkerEngine } from '../../engine/types.ts';
import { tex } from '../rooms/formula.ts';
import type { HeatMapData } from '../rooms/heatmap.ts';
import type { Lab } from '../rooms/lab.ts';
import { standardised, type Table } from './table.ts';

export const measureNames = ['distance', 'gaussian_kernel', 'cosine', 'dot_product'] as const;
export type Measure = (typeof measureNames)[number];

const distance: Facts = {
  name: 'distance',
  label: 'Euclidean distance',
  label_zh: '欧氏距离',
  formula: tex`d_{ij} = \lVert x_i - x_j \rVert`,
  reference: 'Pękalska and Duin 2005, The Dissimilarity Representation for Pattern Recognition',
  function: '',
  params: [],
};

/** The menu: the distance, and rows of the core's scorings. */
export const measuresOf = (lab: Lab): Facts[] =>
  measureNames.flatMap((name) =>
    name === 'distance' ? distance : (lab.scoring.find((row) => row.name === name) ?? []),
  );

/** A table's rows as the engine takes them. */
export const pointsOf = (table: Table, isStandardised: boolean): Tensor => ({
  shape: [table.rows, table.columns.length],
  data: Float32Array.from(isStandardised ? standardised(table) : table.values),
});

/** Scores of every two rows (n, n), larger for what is more alike; of the Gaussian kernel at bandwidth 1. */
export async function scoresOf(engine: WorkerEngine, x: Tensor, measure: Measure): Promise<Tensor> {
  if (measure === 'distance') return negative(await engine.pairwiseDistances(x, x));
  const heads: Tensor = { shape: [1, ...x.shape], data: x.data };
  const { qk_matmul_output: scores } = await engine.attention(heads, heads, heads, {
    scoring: measure,
    pattern: false,
    qk_matmul_output_mode: 0,
    ...(measure === 'gaussian_kernel' ? { params: { bandwidth: 1 } } : {}),
  });
  return { shape: [x.shape[0]!, x.shape[0]!], data: scores!.data };
}

export const negative = ({ shape, data }: Tensor): Tensor => ({ shape, data: data.map((s) => (s === 0 ? 0 : -s)) });

/** What the scores are divided by: scores of the Gaussian kernel fall with the square of its bandwidth. */
export const temperatureOf = (measure: Measure, bandwidth: number): number =>
  measure === 'gaussian_kernel' ? bandwidth ** 2 : bandwidth;

/** The matrix as it is shown: distances, or similarities. */
export async function matrixOf(
  engine: WorkerEngine,
  x: Tensor,
  scores: Tensor,
  { measure, bandwidth }: { measure: Measure; bandwidth: number },
): Promise<HeatMapData> {
  const n = x.shape[0]!;
  if (measure === 'distance') return { rows: n, columns: n, data: negative(scores).data };
  if (measure !== 'gaussian_kernel') return { rows: n, columns: n, data: scores.data };
  // A row of the regression's weights is K over its sum; K is 1 at the row's own point.
  const { weights } = await engine.kernelRegression(x, x, x, { kernel: 'gaussian', bandwidth });
  const data = weights.data.map((weight, at) => weight / weights.data[Math.floor(at / n) * (n + 1)]!);
  return { rows: n, columns: n, data };
}

/** Softmax of scores / temperature over all rows but the own one: every row a class of its own, so votes are weights. */
export async function weightsOf(engine: WorkerEngine, scores: Tensor, temperature: number): Promise<HeatMapData> {
  const n = scores.shape[0]!;
  const own: Tensor = { shape: [n], data: Float32Array.from({ length: n }, (_, i) => i) };
  const { votes } = await engine.leaveOneOutVote(scores, own, { temperature });
  return { rows: n, columns: n, data: votes.data };
}

/** The row, other than `at`, that this row of the scores likes most. */
export function nearest(scores: Tensor, at: number, sign: 1 | -1 = 1): number {
  const n = scores.shape[0]!;
  let best = at === 0 ? 1 : 0;
  for (let j = 0; j < n; ++j) {
    if (j !== at && sign * scores.data[at * n + j]! > sign * scores.data[at * n + best]!) best = j;
  }
  return best;
}

/** Bandwidths of the slider and of the curve: both limits, and ten in each power of ten between. */
export const ladder: readonly number[] = [
  0,
  ...Array.from({ length: 41 }, (_, n) => Number((10 ** (n / 10 - 2)).toPrecision(3))),
  Infinity,
];

/** Where a bandwidth lies on the ladder, in its steps. */
export function stepOf(bandwidth: number): number {
  if (bandwidth === 0) return 0;
  if (bandwidth === Infinity) return ladder.length - 1;
  return Math.min(Math.max(10 * Math.log10(bandwidth) + 21, 1), ladder.length - 2);
}
