/** NumPy's archive of arrays: a zip file of `.npy` files. */
import { unzipSync, zipSync } from 'fflate';
import { AttentionError } from '../engine/error.ts';
import { readNpy, writeNpy } from './npy.ts';
import { invalid, mostNumbers, type NamedArrays } from './types.ts';

const mostEntries = 4096;
const mostBytes = 4 * mostNumbers;

export const isZip = (bytes: Uint8Array): boolean => bytes[0] === 0x50 && bytes[1] === 0x4b;

/**
 * Reads an `.npz` file. Throws `array_invalid`, `array_dtype`; `array_size` for what would unfold to more than 1 GiB,
 * before anything is unfolded.
 */
export function readNpz(bytes: Uint8Array, name: string): NamedArrays {
  let [entries, size] = [0, 0];
  let files: Record<string, Uint8Array>;
  try {
    files = unzipSync(bytes, {
      filter: ({ originalSize }) => {
        entries += 1;
        size += originalSize;
        if (entries <= mostEntries && size <= mostBytes) return true;
        throw new AttentionError('array_size', `${name}: found ${size} bytes unfolded, expected at most ${mostBytes}`);
      },
    });
  } catch (error) {
    if (error instanceof AttentionError) throw error;
    throw invalid(name, (error as Error).message, 'an .npz file');
  }
  const arrays = Object.entries(files).map(([path, content]) => {
    const own = path.replace(/\.npy$/, '');
    return [own, readNpy(content, `${name}: ${own}`)] as const;
  });
  if (arrays.length === 0) throw invalid(name, 'no array', 'an .npz file with arrays');
  return Object.fromEntries(arrays);
}

/** Arrays as an `.npz` file, compressed. */
export function writeNpz(arrays: NamedArrays): Uint8Array {
  const files = Object.entries(arrays).map(([name, array]) => [`${name}.npy`, writeNpy(array)] as const);
  return zipSync(Object.fromEntries(files));
}
