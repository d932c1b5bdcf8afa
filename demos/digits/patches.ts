import type { BooleanMask, Edit } from 'attention-playground';
import { kSide } from './drawing.ts';

/** A picture cut into 7 x 7 pieces of 4 x 4 pixels; pieces are covered, hidden and moved. */

export const kAcross = 7;
export const kPatches = kAcross * kAcross;
const kPatch = kSide / kAcross;
/** A patch with a pixel above it has ink, as in vit.py. */
const kInk = 0.2;

/** `order[place]` is the piece that lies there. Covers and hiding belong to pieces, and move with them. */
export interface Arrangement {
  order: readonly number[];
  covered: ReadonlySet<number>;
  hidden: ReadonlySet<number>;
}

export const inPlace = (): number[] => Array.from({ length: kPatches }, (_, place) => place);
export const isMoved = ({ order }: Arrangement): boolean => order.some((piece, place) => piece !== place);

/** Where pixel `n` (0..15) of patch `place` is in the picture. */
function pixelAt(place: number, n: number): number {
  const row = Math.floor(place / kAcross) * kPatch + Math.floor(n / kPatch);
  return row * kSide + (place % kAcross) * kPatch + (n % kPatch);
}

/** The picture with its pieces where they lie now; covered ones are paper. */
export function arranged(picture: Float32Array, { order, covered }: Arrangement): Float32Array {
  const result = new Float32Array(kSide * kSide);
  order.forEach((piece, place) => {
    if (covered.has(piece)) return;
    for (let n = 0; n < kPatch * kPatch; ++n) result[pixelAt(place, n)] = picture[pixelAt(piece, n)]!;
  });
  return result;
}

/** Per place, whether there is ink. */
export function inkPlaces(picture: Float32Array): boolean[] {
  return inPlace().map((place) =>
    Array.from({ length: kPatch * kPatch }, (_, n) => picture[pixelAt(place, n)]!).some((value) => value > kInk),
  );
}

/** What hides pieces from every query: no head of any layer may look at them. */
export function hiding({ order, hidden }: Arrangement): Edit[] {
  if (hidden.size === 0) return [];
  const tokens = kPatches + 1;
  const data = new Uint8Array(tokens * tokens).fill(1);
  order.forEach((piece, place) => {
    if (hidden.has(piece)) for (let query = 0; query < tokens; ++query) data[query * tokens + place + 1] = 0;
  });
  const mask: BooleanMask = { shape: [tokens, tokens], data };
  return [{ at: 'blocks.*.attn.scores', mask }];
}

/** Another order, the same for the same seed (Fisher and Yates, with the numbers of mulberry32). */
export function shuffled(seed: number): number[] {
  let state = seed;
  const random = () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  const order = inPlace();
  for (let last = order.length - 1; last > 0; --last) {
    const other = Math.floor(random() * (last + 1));
    [order[last], order[other]] = [order[other]!, order[last]!];
  }
  return order;
}

export function swapped(order: readonly number[], a: number, b: number): number[] {
  const result = [...order];
  [result[a], result[b]] = [order[b]!, order[a]!];
  return result;
}
