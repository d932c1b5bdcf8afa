import type { Tensor, WorkerEngine } from '../../engine/types.ts';
import type { HeatMapData } from '../rooms/heatmap.ts';
import { kept } from './kept.ts';
import {
  ladder,
  matrixOf,
  negative,
  pointsOf,
  scoresOf,
  temperatureOf,
  weightsOf,
  type Measure,
} from './dissimilarity-scores.ts';
import type { Table } from './table.ts';

/** What the room is asked to compute. */
export interface Question {
  table: Table;
  isStandardised: boolean;
  measure: Measure;
  bandwidth: number;
}

/** One sign of the scores. */
export interface Way {
  weights: HeatMapData;
  /** Null where the table has no classes. */
  vote: { votes: Tensor; accuracy: number; curve: readonly number[] } | null;
}

export interface Answer {
  question: Question;
  x: Tensor;
  scores: Tensor;
  matrix: HeatMapData;
  /** With the scores as they are, and with their sign turned. */
  nearest: Way;
  flipped: Way;
}

/** Answers questions; what did not change since the last one is not computed again. */
export function answers(): (engine: WorkerEngine, question: Question) => Promise<Answer> {
  const [points, scores, matrices] = [kept<Tensor>(), kept<[Tensor, Tensor]>(), kept<HeatMapData>()];
  const ways = [wayOf(), wayOf()] as const;
  return async (engine, question) => {
    const { table, isStandardised, measure, bandwidth } = question;
    const x = await points([table, isStandardised], async () => pointsOf(table, isStandardised));
    const [plus, minus] = await scores([x, measure], async () => {
      const found = await scoresOf(engine, x, measure);
      return [found, negative(found)];
    });
    // only the kernel's matrix has a bandwidth
    const matrix = await matrices([plus, measure === 'gaussian_kernel' ? bandwidth : 0], () =>
      matrixOf(engine, x, plus, question),
    );
    const [nearest, flipped] = await Promise.all([ways[0](engine, question, plus), ways[1](engine, question, minus)]);
    return { question, x, scores: plus, matrix, nearest, flipped };
  };
}

function wayOf(): (engine: WorkerEngine, question: Question, scores: Tensor) => Promise<Way> {
  const [all, curves] = [kept<HeatMapData>(), kept<number[]>()];
  const votesNow = kept<{ votes: Tensor; accuracy: number }>();
  return async (engine, { table, measure, bandwidth }, scores) => {
    const temperature = temperatureOf(measure, bandwidth);
    const weights = await all([scores, temperature], () => weightsOf(engine, scores, temperature));
    const { labels } = table;
    if (!labels) return { weights, vote: null };
    const own: Tensor = { shape: [table.rows], data: labels };
    const vote = (degrees: number) => engine.leaveOneOutVote(scores, own, { temperature: degrees });
    const curve = await curves([scores, own.data], () =>
      Promise.all(ladder.map(async (one) => (await vote(temperatureOf(measure, one))).accuracy)),
    );
    const now = await votesNow([scores, temperature, own.data], () => vote(temperature));
    return { weights, vote: { ...now, curve } };
  };
}
