import { rowOf, stationAt } from '../../src/elements/scene.ts';
import type { Picture } from '../live.ts';
import { memo } from '../memo.ts';
import type { Cell, HeadRef, Settings } from '../settings.ts';

/** Where one token of a model of images looks, over the image. */
export interface ImageAttention {
  token: string;
  shown: HeadRef;
  /** Patches in a row of the image. */
  across: number;
  /** The weight on each patch, row by row. */
  weights: Float32Array;
  /** The weight on what is no patch, as the class token. */
  rest: number;
}

/** How much of a pixel's colour the largest weight replaces: the image under it stays visible. */
const strongest = 0.72;

const readAttention = memo((picture: Picture, shown: HeadRef, cell: Cell | null): ImageAttention | null => {
  const { run, info, stand } = picture;
  const pattern = run.activations[stationAt(stand, shown.layer, 'pattern')];
  if (!pattern || !info.image || shown.head >= pattern.shape[0]!) return null;
  const across = info.image.side / info.image.patch;
  const query = Math.min(cell?.query ?? 0, run.tokens.length - 1);
  const row = rowOf(pattern, shown.head, query);
  const first = row.length - across * across;
  const rest = row.slice(0, first).reduce((sum, weight) => sum + weight, 0);
  return { token: run.tokens[query]!, shown, across, weights: row.slice(first), rest };
});

/** What the chosen token looks at in the head that is shown; the first token speaks where none is chosen. */
export function attentionOn(picture: Picture, { shown, cell }: Settings): ImageAttention | null {
  return readAttention(picture, shown, cell);
}

/** Tints each patch by its weight, one pixel a patch; the largest weight has full colour. */
export function paintAttention(canvas: HTMLCanvasElement, { across, weights }: ImageAttention): void {
  [canvas.width, canvas.height] = [across, across];
  const context = canvas.getContext('2d')!;
  const image = context.createImageData(across, across);
  const full = weights.reduce((most, weight) => Math.max(most, weight), 0);
  weights.forEach((weight, patch) => {
    image.data.set([236, 96, 20, full > 0 ? Math.round((255 * strongest * weight) / full) : 0], 4 * patch);
  });
  context.putImageData(image, 0, 0);
}
