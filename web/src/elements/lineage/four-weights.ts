import type { Tensor } from '../../engine/types.ts';
import type { Lab } from '../rooms/lab.ts';
import type { Picture, Place } from '../rooms/picture-field.ts';
import { pixelOf, spread, tensorOf } from './pictures.ts';
import { laid, stencils, type StencilName } from './stencils.ts';

export const mechanisms = ['regression', 'non_local_means', 'convolution', 'attention'] as const;
export type Mechanism = (typeof mechanisms)[number];

/** What a mechanism does at one pixel. */
export interface Weighing {
  /** Of each pixel (height * width), as its value is multiplied. */
  weights: Float32Array;
  value: number[];
  /** How many pixels, the heaviest first, carry half of the weight. */
  half: number;
}

export interface Settings {
  sigma: number;
  h: number;
  patch: number;
  search: number;
  stencil: StencilName;
  temperature: number;
}

/** Kernel regression looks so far: further than its kernels reach. */
const radius = 16;

/** A picture with the features of its pixels. */
export interface Ground {
  key: string;
  picture: Picture;
  features: Tensor;
}

/** All four mechanisms at one pixel. */
export async function weigh(
  lab: Lab,
  ground: Ground,
  place: Place,
  settings: Settings,
): Promise<Record<Mechanism, Weighing>> {
  const { picture } = ground;
  const { sigma, h, patch, search, stencil, temperature } = settings;
  const [regression, nonLocal, convolution, attention] = await Promise.all([
    filtered(lab, picture, place, 'gaussian', { sigma, radius }),
    filtered(lab, picture, place, 'non_local_means', { h, patch, search }),
    convolved(lab, picture, place, stencil),
    attended(lab, ground, place, temperature),
  ]);
  return { regression, non_local_means: nonLocal, convolution, attention };
}

async function filtered(
  { engine }: Lab,
  picture: Picture,
  place: Place,
  filter: string,
  params: Record<string, number>,
): Promise<Weighing> {
  const { weights, sum, value } = await engine.filterWeights(tensorOf(picture), place.row, place.column, {
    filter,
    params,
  });
  const shares = spread(weights.data, weights.shape[0]!, place, picture).map((weight) => weight / sum);
  return weighing(shares, value.data);
}

async function convolved({ engine }: Lab, picture: Picture, place: Place, name: StencilName): Promise<Weighing> {
  const stencil = stencils[name];
  const { side, weights } = stencil;
  const kernel: Tensor = { shape: [side, side], data: Float32Array.from(weights) };
  const { data } = await engine.convolve(tensorOf(picture), kernel);
  return weighing(laid(stencil, place, picture), pixelOf({ ...picture, data }, place));
}

async function attended(
  { engine }: Lab,
  { picture, features }: Ground,
  place: Place,
  temperature: number,
): Promise<Weighing> {
  const [count, width] = features.shape as [number, number];
  const at = (place.row * picture.width + place.column) * width;
  const { output, pattern } = await engine.attention(
    { shape: [1, 1, width], data: features.data.slice(at, at + width) },
    { shape: [1, count, width], data: features.data },
    { shape: [1, count, picture.channels], data: tensorOf(picture).data },
    { params: { temperature } },
  );
  return weighing(pattern.data, output.data);
}

function weighing(weights: Float32Array, value: ArrayLike<number>): Weighing {
  return { weights, value: Array.from(value), half: half(weights) };
}

function half(weights: Float32Array): number {
  const sizes = weights.map(Math.abs).sort().reverse();
  const all = sizes.reduce((sum, size) => sum + size, 0);
  let carried = 0;
  // a hair less than half, for what rounding leaves
  const wanted = (all / 2) * (1 - 1e-6);
  return all > 0 ? sizes.findIndex((size) => (carried += size) >= wanted) + 1 : 0;
}
