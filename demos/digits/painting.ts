import { kAcross } from './patches.ts';
import { kSide } from './drawing.ts';

type Rgb = readonly [number, number, number];

/** Paper, ink and the colour of attention, as the page's --attn-paper, --attn-ink and --attn-link. */
export const kColours: Record<'light' | 'dark', { paper: Rgb; ink: Rgb; heat: Rgb }> = {
  light: { paper: [255, 255, 255], ink: [28, 27, 46], heat: [214, 72, 12] },
  dark: { paper: [29, 28, 42], ink: [236, 234, 246], heat: [255, 150, 40] },
};
/** How much of a pixel's colour the largest weight replaces: the ink under it stays visible. */
const kStrongest = 0.72;

/** Paints 28 x 28 pixels, each patch tinted by its weight: full colour is `full`. Without weights: the picture alone. */
export function paint(
  canvas: HTMLCanvasElement,
  picture: Float32Array,
  { weights, full, theme }: { weights?: ArrayLike<number>; full?: number; theme: 'light' | 'dark' },
): void {
  const { paper, ink, heat } = kColours[theme];
  [canvas.width, canvas.height] = [kSide, kSide];
  const brush = canvas.getContext('2d')!;
  const image = brush.createImageData(kSide, kSide);
  const patch = kSide / kAcross;
  picture.forEach((value, index) => {
    const place = Math.floor(index / kSide / patch) * kAcross + Math.floor((index % kSide) / patch);
    const share = weights && full ? (kStrongest * weights[place]!) / full : 0;
    const rgb = paper.map((white, n) => {
      const drawn = white + value * (ink[n]! - white);
      return drawn + share * (heat[n]! - drawn);
    });
    image.data.set([...rgb, 255], 4 * index);
  });
  brush.putImageData(image, 0, 0);
}
