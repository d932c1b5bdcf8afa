import type { Tensor } from '../../engine/types.ts';
import type { Picture, Place } from '../rooms/picture-field.ts';
import { normals } from '../rooms/random.ts';

/** Pictures that are shipped, see pictures/README.md. */
export const shipped = ['brick', 'gravel', 'astronaut'] as const;
export type Shipped = (typeof shipped)[number];

/** No side of a visitor's picture stays longer. */
export const longestSide = 256;

// written out, so that bundlers see the files
const addresses: Record<Shipped, URL> = {
  brick: new URL('./pictures/brick.png', import.meta.url),
  gravel: new URL('./pictures/gravel.png', import.meta.url),
  astronaut: new URL('./pictures/astronaut.png', import.meta.url),
};

const loading = new Map<Shipped, Promise<Picture>>();

/** A shipped picture, fetched once a page; a failed fetch may be tried again. */
export function loadPicture(name: Shipped): Promise<Picture> {
  let picture = loading.get(name);
  if (!picture) {
    picture = fetchPicture(addresses[name]).catch((error: unknown) => {
      loading.delete(name);
      throw error;
    });
    loading.set(name, picture);
  }
  return picture;
}

async function fetchPicture(address: URL): Promise<Picture> {
  const response = await fetch(address);
  if (!response.ok) throw new Error(`${address.pathname}: ${response.status} ${response.statusText}`);
  return (await readPicture(await response.blob())).picture;
}

/** A picture, and the size that its file had. */
export interface ReadPicture {
  picture: Picture;
  height: number;
  width: number;
}

/** An image file of any size, its longer side scaled to `longestSide` at most. Throws for what is no image. */
export async function readPicture(file: Blob): Promise<ReadPicture> {
  const bitmap = await createImageBitmap(file);
  const { height, width } = bitmap;
  try {
    return { picture: pictureOf(shrunk(bitmap)), height, width };
  } finally {
    bitmap.close();
  }
}

/** Halved as long as that does not go below the size wanted: browsers that look at four pixels only then miss none. */
function shrunk(bitmap: ImageBitmap): HTMLCanvasElement {
  const share = Math.min(1, longestSide / Math.max(bitmap.width, bitmap.height));
  const target = [bitmap.width, bitmap.height].map((side) => Math.max(1, Math.round(side * share))) as [number, number];
  let drawn: ImageBitmap | HTMLCanvasElement = bitmap;
  do {
    const [width, height] = target.map((side, axis) =>
      Math.max(side, Math.ceil((axis === 0 ? drawn.width : drawn.height) / 2)),
    );
    const canvas: HTMLCanvasElement = document.createElement('canvas');
    canvas.width = Math.min(width!, drawn.width);
    canvas.height = Math.min(height!, drawn.height);
    const context = canvas.getContext('2d')!;
    context.fillStyle = '#fff';
    context.fillRect(0, 0, canvas.width, canvas.height);
    context.imageSmoothingQuality = 'high';
    context.drawImage(drawn, 0, 0, canvas.width, canvas.height);
    drawn = canvas;
  } while (drawn.width > target[0] || drawn.height > target[1]);
  return drawn;
}

/** What a canvas shows: one channel where it has no colour, else three. */
export function pictureOf(canvas: HTMLCanvasElement): Picture {
  const { height, width } = canvas;
  const bytes = canvas.getContext('2d')!.getImageData(0, 0, width, height).data;
  const isGrey = bytes.every((byte, at) => at % 4 === 0 || at % 4 === 3 || byte === bytes[at - 1]);
  const channels = isGrey ? 1 : 3;
  const data = Float32Array.from({ length: height * width * channels }, (_, at) => {
    const pixel = Math.floor(at / channels);
    return bytes[4 * pixel + (at % channels)]! / 255;
  });
  return { height, width, channels, data };
}

/** A picture of `side` x `side` pixels, each the mean of those that it stands for. */
export const scaled = (picture: Picture, side: number): Picture => pooled(picture, side, side);

/** A picture whose longer side has at most `side` pixels, each the mean of those that it stands for. */
export function fitted(picture: Picture, side: number): Picture {
  const share = Math.min(1, side / Math.max(picture.height, picture.width));
  if (share === 1) return picture;
  return pooled(picture, Math.max(1, Math.round(picture.height * share)), Math.max(1, Math.round(picture.width * share)));
}

function pooled(picture: Picture, height: number, width: number): Picture {
  const { channels } = picture;
  const data = new Float32Array(height * width * channels);
  for (let row = 0; row < height; ++row) {
    const [top, bottom] = share(row, height, picture.height);
    for (let column = 0; column < width; ++column) {
      const [left, right] = share(column, width, picture.width);
      for (let c = 0; c < channels; ++c) {
        let sum = 0;
        for (let y = top; y < bottom; ++y) {
          for (let x = left; x < right; ++x) sum += picture.data[(y * picture.width + x) * channels + c]!;
        }
        data[(row * width + column) * channels + c] = sum / ((bottom - top) * (right - left));
      }
    }
  }
  return { height, width, channels, data };
}

/** From where to where place `at` of `count` reaches on an axis of `length` pixels; at least one pixel. */
function share(at: number, count: number, length: number): [from: number, to: number] {
  const from = Math.min(Math.floor((at * length) / count), length - 1);
  return [from, Math.max(from + 1, Math.floor(((at + 1) * length) / count))];
}

/** The picture as the engine takes it: (height, width) where it is grey, else (height, width, channels). */
export function tensorOf({ height, width, channels, data }: Picture): Tensor {
  return { shape: channels === 1 ? [height, width] : [height, width, channels], data: Float32Array.from(data) };
}

/** The picture with normally distributed noise of that standard deviation on every number; nothing is cut off. */
export function noisy(picture: Picture, sigma: number, seed: number): Picture {
  const noise = normals(picture.data.length, seed);
  return { ...picture, data: noise.map((draw, at) => picture.data[at]! + sigma * draw) };
}

/** Brings a place into the picture. */
export function placeIn({ height, width }: Picture, { row, column }: Place): Place {
  const within = (n: number, count: number): number => Math.min(Math.max(Math.round(n), 0), count - 1);
  return { row: within(row, height), column: within(column, width) };
}

/** The numbers of one pixel. */
export function pixelOf({ width, channels, data }: Picture, { row, column }: Place): number[] {
  const at = (row * width + column) * channels;
  return Array.from({ length: channels }, (_, c) => data[at + c]!);
}

/** A window's numbers (side, side), its middle at `place`, where they lie in the picture: (height * width), else 0. */
export function spread(window: ArrayLike<number>, side: number, place: Place, picture: Picture): Float32Array {
  const { height, width } = picture;
  const all = new Float32Array(height * width);
  const radius = (side - 1) / 2;
  for (let i = 0; i < side * side; ++i) {
    const row = place.row + Math.floor(i / side) - radius;
    const column = place.column + (i % side) - radius;
    if (row >= 0 && row < height && column >= 0 && column < width) all[row * width + column] = window[i]!;
  }
  return all;
}
