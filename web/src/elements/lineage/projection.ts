import type { Tensor, WorkerEngine } from '../../engine/types.ts';
import type { HeatMapData } from '../rooms/heatmap.ts';
import { normals } from '../rooms/random.ts';
import { matrixOf, negative, scoresOf, temperatureOf, weightsOf } from './dissimilarity-scores.ts';
import type { Answer } from './dissimilarity-results.ts';
import { kept } from './kept.ts';

export const projectionNames = ['pca', 'random', 'fitted'] as const;
export type Projection = (typeof projectionNames)[number];

const plane = 2;
/** Of the gradient descent: quick, and no step of it goes wrong on numbers of usual size. */
const rate = 1;
/** Steps between two pictures of a run. */
const stride = 4;

/** Projections (d, 2) of a table, the shares that they get right, and how the fit has come along. */
export interface Projected {
  answer: Answer;
  chosen: Projection;
  weightsOfMap: Tensor;
  z: Tensor;
  matrix: HeatMapData;
  weights: HeatMapData;
  accuracies: Readonly<Record<Projection, number>> | null;
  losses: readonly number[];
}

interface Fit {
  x: Tensor;
  seed: number;
  projection: Tensor;
  losses: number[];
}

/** Maps to the plane: by principal components, by random numbers, and by a fit that goes on from those step by step. */
export class Projections {
  /** Steps of the fit still to go. */
  due = 0;
  #fit: Fit | null = null;
  readonly #principal = kept<Tensor>();
  readonly #random = kept<Tensor>();
  readonly #shares = { pca: kept<number>(), random: kept<number>(), fitted: kept<number>() };

  /** Begins the fit again. */
  restart(): void {
    this.due = 0;
    this.#fit = null;
  }

  async compute(engine: WorkerEngine, answer: Answer, options: Options): Promise<Projected> {
    const { x } = answer;
    const { chosen, seed } = options;
    const width = x.shape[1]!;
    const random = await this.#random([x, seed], async () => ({
      shape: [width, plane],
      data: normals(width * plane, seed).map((one) => one / Math.sqrt(width)),
    }));
    const maps: Record<Projection, Tensor> = {
      pca: await this.#principal([x], async () => {
        const { components } = await engine.principalComponents(x, { count: plane });
        return transposed(components);
      }),
      random,
      fitted: await this.#fitted(engine, answer, random, options),
    };
    const shown = maps[chosen];
    const z = await engine.matmul(x, shown);
    const { measure, bandwidth } = answer.question;
    const scores = await signedScores(engine, z, answer, options);
    return {
      answer,
      chosen,
      weightsOfMap: shown,
      z,
      matrix: await matrixOf(engine, z, options.isFlipped ? negative(scores) : scores, answer.question),
      weights: await weightsOf(engine, scores, temperatureOf(measure, bandwidth)),
      accuracies: await this.#accuracies(engine, maps, answer, options),
      losses: this.#fit?.losses ?? [],
    };
  }

  /** The map as far as it is fitted; the random one where nothing can be fitted. */
  async #fitted(engine: WorkerEngine, answer: Answer, start: Tensor, { seed, isStill }: Options): Promise<Tensor> {
    const { labels } = answer.question.table;
    if (!labels) return start;
    const own: Tensor = { shape: [labels.length], data: labels };
    const { x } = answer;
    if (this.#fit?.x !== x || this.#fit.seed !== seed) {
      this.due = 0;
      const { losses } = await engine.fitProjection(x, own, start, { rate, steps: 0 });
      this.#fit = { x, seed, projection: start, losses: [...losses.data] };
    }
    const steps = isStill ? this.due : Math.min(this.due, stride);
    if (steps > 0) {
      const fit = this.#fit;
      const { projection, losses } = await engine.fitProjection(x, own, fit.projection, { rate, steps });
      this.#fit = { ...fit, projection, losses: [...fit.losses, ...losses.data.slice(1)] };
      this.due = Math.max(this.due - steps, 0);
    }
    return this.#fit.projection;
  }

  async #accuracies(
    engine: WorkerEngine,
    maps: Record<Projection, Tensor>,
    answer: Answer,
    options: Options,
  ): Promise<Record<Projection, number> | null> {
    const { table, measure, bandwidth } = answer.question;
    if (!table.labels) return null;
    const own: Tensor = { shape: [table.rows], data: table.labels };
    const share = (name: Projection): Promise<number> =>
      this.#shares[name]([answer.x, maps[name], measure, bandwidth, options.isFlipped], async () => {
        const scores = await signedScores(engine, await engine.matmul(answer.x, maps[name]), answer, options);
        const temperature = temperatureOf(measure, bandwidth);
        return (await engine.leaveOneOutVote(scores, own, { temperature })).accuracy;
      });
    const [pca, random, fitted] = await Promise.all(projectionNames.map(share));
    return { pca: pca!, random: random!, fitted: fitted! };
  }
}

interface Options {
  chosen: Projection;
  seed: number;
  isFlipped: boolean;
  /** All steps that are due at once: for readers who want no movement. */
  isStill: boolean;
}

async function signedScores(engine: WorkerEngine, z: Tensor, { question }: Answer, options: Options): Promise<Tensor> {
  const scores = await scoresOf(engine, z, question.measure);
  return options.isFlipped ? negative(scores) : scores;
}

function transposed({ shape, data }: Tensor): Tensor {
  const [rows, columns] = shape as [number, number];
  const turned = Float32Array.from(
    { length: rows * columns },
    (_, i) => data[(i % rows) * columns + Math.floor(i / rows)]!,
  );
  return { shape: [columns, rows], data: turned };
}
