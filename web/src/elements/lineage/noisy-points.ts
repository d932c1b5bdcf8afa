import { normals } from '../rooms/random.ts';
import { uniforms } from '../rooms/uniforms.ts';

export interface Point {
  readonly x: number;
  readonly y: number;
}

export const span = { x: [0, 5], y: [-1, 5] } as const;
const spread = 0.5;

/** The curve that the points come from (Zhang et al. 2023, Dive into Deep Learning, section 11.2). */
export const trueCurve = (x: number): number => 2 * Math.sin(x) + x ** 0.8;

export const within = (value: number, [low, high]: readonly [number, number]): number =>
  Math.min(Math.max(value, low), high);

/** Points of the curve with normal noise; the same seed gives the same ones. */
export function noisyPoints(count: number, seed: number): Point[] {
  const uniform = uniforms(seed);
  const noise = normals(count, seed + 1000);
  return Array.from(noise, (error) => {
    const x = span.x[0] + (span.x[1] - span.x[0]) * uniform();
    return { x: round(x), y: round(within(trueCurve(x) + spread * error, span.y)) };
  });
}

/** To hundredths, as points are moved. */
export const round = (value: number): number => Number(value.toFixed(2));
