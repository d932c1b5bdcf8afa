import { AttentionError } from './error.ts';
import type { ImageSize, Pixels, Tensor } from './types.ts';

/** How pixels become numbers; the keys of preprocessor_config.json, with the standards of Hugging Face's ViT. */
export interface Preprocessor {
  /** A pixel from 0 to 255 is multiplied by it. */
  factor: number;
  /** Per channel: subtracted, then divided by. */
  mean: readonly number[];
  deviation: readonly number[];
}

/** Reads preprocessor_config.json; without one, pixels become numbers from 0 to 1, or -1 to 1 in colour. */
export function readPreprocessor(json: string | undefined, { channels }: ImageSize): Preprocessor {
  const given = json === undefined ? {} : (parse(json) as Record<string, unknown>);
  const list = (key: string, standard: number): number[] => {
    const value: unknown = given[key];
    if (value === undefined) return new Array<number>(channels).fill(standard);
    const numbers = [value].flat().filter((n): n is number => typeof n === 'number' && Number.isFinite(n));
    if (numbers.length === channels) return numbers;
    if (numbers.length === 1) return new Array<number>(channels).fill(numbers[0]!);
    throw new AttentionError(
      'config_invalid',
      `preprocessor_config.json: ${key}: found ${JSON.stringify(value)}, expected ${channels} numbers`,
    );
  };
  const grey = channels === 1 && json === undefined;
  const normalises = given['do_normalize'] !== false && !grey;
  const factor = given['rescale_factor'];
  return {
    factor: given['do_rescale'] === false ? 1 : typeof factor === 'number' ? factor : 1 / 255,
    mean: normalises ? list('image_mean', 0.5) : list('', 0),
    deviation: normalises ? list('image_std', 0.5) : list('', 1),
  };
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json) ?? {};
  } catch (error) {
    throw new AttentionError('config_invalid', `preprocessor_config.json: ${(error as Error).message}`, {
      cause: error,
    });
  }
}

/** Brightness of red, green and blue: ITU-R BT.601, section 2.5.1. */
const kLuminance = [0.299, 0.587, 0.114] as const;

/**
 * Pixels as the model reads them, `(channels, side, side)`: each number the mean of the pixels under it, or between the
 * nearest four where the image is smaller. Transparent pixels are white paper. Throws `argument_shape`.
 */
export function prepareImage({ width, height, data }: Pixels, size: ImageSize, how: Preprocessor): Tensor {
  if (!(width > 0 && height > 0 && data.length === 4 * width * height)) {
    throw new AttentionError(
      'argument_shape',
      `image: found ${data.length} numbers for ${width} by ${height} pixels, expected four for each`,
    );
  }
  const { side, channels } = size;
  const planes = planesOf({ width, height, data }, channels);
  const rows = weightsOf(height, side);
  const columns = weightsOf(width, side);
  const out = new Float32Array(channels * side * side);
  for (let c = 0; c < channels; ++c) {
    const plane = planes[Math.min(c, planes.length - 1)]!;
    for (let i = 0; i < side; ++i) {
      for (let j = 0; j < side; ++j) {
        let sum = 0;
        for (const [row, wide] of rows[i]!) {
          for (const [column, high] of columns[j]!) sum += wide * high * plane[row * width + column]!;
        }
        out[(c * side + i) * side + j] = (sum * how.factor - how.mean[c]!) / how.deviation[c]!;
      }
    }
  }
  return { shape: [channels, side, side], data: out };
}

/** One plane of brightness, or one of each colour, over white paper. */
function planesOf({ width, height, data }: Pixels, channels: number): Float32Array[] {
  const planes = Array.from({ length: channels === 1 ? 1 : 3 }, () => new Float32Array(width * height));
  for (let p = 0; p < width * height; ++p) {
    const alpha = data[4 * p + 3]! / 255;
    const colour = kLuminance.map((_, c) => data[4 * p + c]! * alpha + 255 * (1 - alpha));
    if (channels === 1) planes[0]![p] = kLuminance.reduce((sum, share, c) => sum + share * colour[c]!, 0);
    else colour.forEach((value, c) => (planes[c]![p] = value));
  }
  return planes;
}

/** For each of `to` places along an axis of `from` pixels: which pixels make it up, with what weight. */
function weightsOf(from: number, to: number): [pixel: number, weight: number][][] {
  const reach = Math.max(1, from / to);
  return Array.from({ length: to }, (_, place) => {
    const centre = ((place + 0.5) * from) / to - 0.5;
    const found: [number, number][] = [];
    for (let pixel = Math.ceil(centre - reach); pixel <= centre + reach; ++pixel) {
      const weight = 1 - Math.abs(pixel - centre) / reach;
      if (weight > 0) found.push([Math.min(Math.max(pixel, 0), from - 1), weight]);
    }
    const sum = found.reduce((total, [, weight]) => total + weight, 0);
    return found.map(([pixel, weight]): [number, number] => [pixel, weight / sum]);
  });
}
