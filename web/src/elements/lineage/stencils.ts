import type { Picture, Place } from '../rooms/picture-field.ts';

/** Weights (side, side) that stay the same wherever they are laid. */
export interface Stencil {
  label: string;
  label_zh: string;
  side: number;
  weights: readonly number[];
}

const binomial = [1, 4, 6, 4, 1];

export const stencils = {
  mean: { label: 'Mean, 5 × 5', label_zh: '均值，5 × 5', side: 5, weights: Array<number>(25).fill(1 / 25) },
  gaussian: {
    label: 'Gaussian, 5 × 5 (binomial)',
    label_zh: '高斯，5 × 5（二项式）',
    side: 5,
    weights: binomial.flatMap((a) => binomial.map((b) => (a * b) / 256)),
  },
  laplacian: { label: 'Laplacian', label_zh: '拉普拉斯', side: 3, weights: [0, 1, 0, 1, -4, 1, 0, 1, 0] },
  sobel: { label: 'Sobel, along x', label_zh: 'Sobel，水平方向', side: 3, weights: [-1, 0, 1, -2, 0, 2, -1, 0, 1] },
} satisfies Record<string, Stencil>;

export type StencilName = keyof typeof stencils;
export const stencilNames = Object.keys(stencils) as StencilName[];

/** How much each pixel (height * width) counts with the stencil laid on `place`; beyond the edges lies the mirror image. */
export function laid({ side, weights }: Stencil, place: Place, { height, width }: Picture): Float32Array {
  const all = new Float32Array(height * width);
  const radius = (side - 1) / 2;
  weights.forEach((weight, i) => {
    const row = mirrored(place.row + Math.floor(i / side) - radius, height);
    const column = mirrored(place.column + (i % side) - radius, width);
    all[row * width + column]! += weight;
  });
  return all;
}

/** Mirrored at the ends, the pixels there not repeated. */
function mirrored(at: number, length: number): number {
  const period = Math.max(2 * (length - 1), 1);
  const within = ((at % period) + period) % period;
  return within < length ? within : period - within;
}
