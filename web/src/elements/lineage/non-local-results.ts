import type { Tensor, WorkerEngine } from '../../engine/types.ts';
import type { Picture, Place } from '../rooms/picture-field.ts';
import { kept } from './kept.ts';
import { mapsOf, zeros, type Maps, type MapsName } from './non-local-maps.ts';
import { loadPicture, scaled, type Shipped } from './pictures.ts';

export const kinds = ['embedded_gaussian', 'gaussian', 'dot_product', 'concatenation'] as const;
export type Kind = (typeof kinds)[number];

/** Sides of the picture, whose pixels are the positions. */
export const side = 32;

export interface Question {
  picture: Shipped;
  kind: Kind;
  /** As the paper has it for each kind, or softmax for all. */
  normalisation: 'paper' | 'softmax';
  maps: MapsName;
  seed: number;
  isZero: boolean;
  at: Place;
}

/** A block's result on all positions. */
interface Block {
  output: Tensor;
  pattern: Tensor;
  y: Tensor;
}

/** The block as attention, on the same maps. */
interface Twin {
  theta: Tensor;
  phi: Tensor;
  g: Tensor;
  output: Tensor;
  y: Tensor;
  /** Largest difference of the two. */
  apart: number;
}

export interface Answer {
  question: Question;
  picture: Picture;
  x: Tensor;
  blocks: Readonly<Record<Kind, Block>>;
  twin: Twin;
  /** Of the chosen position and kind. */
  scores: Float32Array;
  strongest: number;
  /** w_z y. */
  added: Float32Array;
}

/** Row i of a tensor whose last axis is a row. */
export function rowOf({ shape, data }: Tensor, i: number): Float32Array {
  const width = shape.at(-1)!;
  return data.slice(i * width, (i + 1) * width);
}

export const positionOf = ({ row, column }: Place): number => row * side + column;

/** Answers questions; what did not change since the last one is not computed again. */
export function answers(): (engine: WorkerEngine, question: Question) => Promise<Answer> {
  const pictures = kept<Picture>();
  const [points, maps, twins] = [kept<Tensor>(), kept<Maps>(), kept<Twin>()];
  const all = kept<Record<Kind, Block>>();
  return async (engine, question) => {
    const { normalisation, isZero, kind } = question;
    const picture = await pictures([question.picture], async () => scaled(await loadPicture(question.picture), side));
    const x = await points([picture], () => engine.localFeatures(imageOf(picture)));
    const trained = await maps([x, question.maps, question.maps === 'random' ? question.seed : 0], () =>
      mapsOf(engine, x, question.maps, question.seed),
    );
    const used = isZero ? { ...trained, w_z: zeros(trained.w_z) } : trained;
    const blocks = await all([x, trained, normalisation, isZero], async () => {
      const found = await Promise.all(kinds.map((one) => block(engine, x, used, one, normalisation)));
      return Object.fromEntries(kinds.map((one, i) => [one, found[i]!])) as Record<Kind, Block>;
    });
    const twin = await twins([x, trained], () => twinOf(engine, x, trained));
    const at = positionOf(question.at);
    const scores = await scoresAt(engine, x, used, kind, at);
    const y: Tensor = { shape: [1, used.w_z.shape[0]!], data: rowOf(blocks[kind].y, at) };
    const { data: added } = await engine.matmul(y, used.w_z);
    const strongest = indexOfLargest(rowOf(blocks[kind].pattern, at));
    return { question, picture, x, blocks, twin, scores, strongest, added };
  };
}

const imageOf = ({ height, width, channels, data }: Picture): Tensor => ({
  shape: [height, width, channels],
  data: Float32Array.from(data),
});

function block(engine: WorkerEngine, x: Tensor, maps: Maps, kind: Kind, normalisation: string): Promise<Block> {
  const { theta, phi, g, w_z, w_f } = maps;
  const weights = {
    ...{ g, w_z },
    ...(kind === 'gaussian' ? {} : { theta, phi }),
    ...(kind === 'concatenation' ? { w_f } : {}),
  };
  return engine.nonLocalBlock(x, weights, { kind, ...(normalisation === 'paper' ? {} : { normalisation }) });
}

/** Scores of one position with all, before they are normalised. */
async function scoresAt(engine: WorkerEngine, x: Tensor, maps: Maps, kind: Kind, at: number): Promise<Float32Array> {
  const { theta, phi, w_f } = maps;
  const keys: Tensor = { shape: [1, ...x.shape], data: x.data };
  const query: Tensor = { shape: [1, 1, x.shape[1]!], data: rowOf(x, at) };
  const mapped = { w_theta: theta, w_phi: phi };
  const { qk_matmul_output: scores } = await engine.attention(query, keys, keys, {
    scoring: `non_local_${kind}`,
    weights: kind === 'gaussian' ? {} : kind === 'concatenation' ? { ...mapped, w_f } : mapped,
    pattern: false,
    qk_matmul_output_mode: 0,
  });
  return scores!.data;
}

/** Embedded Gaussian with softmax, and attention with queries theta(x), keys phi(x), values g(x). */
async function twinOf(engine: WorkerEngine, x: Tensor, maps: Maps): Promise<Twin> {
  const [theta, phi, g] = await Promise.all([maps.theta, maps.phi, maps.g].map((map) => engine.matmul(x, map)));
  const head = ({ shape, data }: Tensor): Tensor => ({ shape: [1, ...shape], data });
  const [{ output }, { y }] = await Promise.all([
    engine.attention(head(theta!), head(phi!), head(g!), { scale: 1, pattern: false }),
    block(engine, x, maps, 'embedded_gaussian', 'softmax'),
  ]);
  const apart = output.data.reduce((most, one, i) => Math.max(most, Math.abs(one - y.data[i]!)), 0);
  return { theta: theta!, phi: phi!, g: g!, output, y, apart };
}

const indexOfLargest = (all: Float32Array): number => all.reduce((best, one, i) => (one > all[best]! ? i : best), 0);
