import type { Tensor, WorkerEngine } from '../../engine/types.ts';
import { normals } from '../rooms/random.ts';

export const mapNames = ['principal', 'identity', 'random'] as const;
export type MapsName = (typeof mapNames)[number];

/** Features of a position, and numbers that theta, phi and g make of them. */
export const [features, embedded] = [8, 4];

/** The block's weights, (in, out). */
export interface Maps {
  theta: Tensor;
  phi: Tensor;
  g: Tensor;
  w_z: Tensor;
  /** Over theta(x_i), then phi(x_j). */
  w_f: Tensor;
}

const filled = (shape: number[], at: (i: number) => number): Tensor => ({
  shape,
  data: Float32Array.from({ length: shape.reduce((a, b) => a * b) }, (_, i) => at(i)),
});

/** Untrained maps: the first features, the features' principal components, or random numbers. */
export async function mapsOf(engine: WorkerEngine, x: Tensor, name: MapsName, seed: number): Promise<Maps> {
  if (name === 'random') {
    const drawn = (shape: number[], own: number): Tensor => {
      const all = normals(
        shape.reduce((a, b) => a * b),
        seed * 101 + own,
      );
      return { shape, data: all.map((one) => one / Math.sqrt(shape[0]!)) };
    };
    const down = [features, embedded];
    return {
      theta: drawn(down, 0),
      phi: drawn(down, 1),
      g: drawn(down, 2),
      w_z: drawn([embedded, features], 3),
      w_f: drawn([2 * embedded], 4),
    };
  }
  const up = name === 'identity' ? unit() : (await engine.principalComponents(x, { count: embedded })).components;
  const down = filled([features, embedded], (i) => up.data[(i % embedded) * features + Math.floor(i / embedded)]!);
  const even = filled([2 * embedded], () => 1 / Math.sqrt(2 * embedded));
  return { theta: down, phi: down, g: down, w_z: up, w_f: even };
}

/** (embedded, features): 1 where both are the same. */
const unit = (): Tensor => filled([embedded, features], (i) => (i % features === Math.floor(i / features) ? 1 : 0));

/** w_z as a block has it before training. */
export const zeros = ({ shape, data }: Tensor): Tensor => ({ shape, data: data.map(() => 0) });
