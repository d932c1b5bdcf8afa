/** The weights of a checkpoint as arrays: read one by one, or as a file of another format. */
import { Zip, ZipPassThrough } from 'fflate';
import { AttentionError } from '../engine/error.ts';
import type { Tensor } from '../engine/types.ts';
import { dtypes } from './dtypes.ts';
import { writeJson } from './json.ts';
import { writeNpy } from './npy.ts';
import { invalid, mostNumbers } from './types.ts';
import { find, readBytes, readHeader, type PlacedTensor, type WeightTensor } from './weightsHeader.ts';

export type { WeightTensor } from './weightsHeader.ts';

/** A safetensors file whose header was read. */
export interface WeightsFile {
  /** In the order of their bytes. */
  readonly tensors: readonly WeightTensor[];
  /**
   * One tensor, row-major, whatever its type rounded to 32 bits; of `I8` the bytes as they stand, without their scales.
   * Throws `tensor_missing`, `tensor_dtype` for floats of eight bits, `file_fetch`.
   */
  read(name: string): Promise<Tensor>;
}

export const asBlob = (file: Uint8Array | Blob): Blob => {
  if (file instanceof Blob) return file;
  if (file instanceof Uint8Array) return new Blob([file as Uint8Array<ArrayBuffer>]);
  throw new AttentionError('argument_type', `weights: found ${String(file)}, expected bytes or a Blob`);
};

/**
 * Opens a safetensors file; of a Blob (a chosen file, say) only the header is read. Throws `argument_type`, `file_header`,
 * `file_truncated`, `file_fetch`, `tensor_dtype`, `tensor_range`, `tensor_overlap`: the rules of the format,
 * https://github.com/huggingface/safetensors#format.
 */
export async function readWeights(file: Uint8Array | Blob): Promise<WeightsFile> {
  const blob = asBlob(file);
  const tensors = await readHeader(blob);
  return {
    tensors: tensors.map(({ name, dtype, shape }) => ({ name, dtype, shape })),
    read: async (name) => readTensor(blob, find(tensors, name)),
  };
}

async function readTensor(file: Blob, { name, dtype, shape, begin, end }: PlacedTensor): Promise<Tensor> {
  const { bytes, read } = dtypes.get(dtype)!;
  if (!read) {
    throw new AttentionError('tensor_dtype', `tensor "${name}": found ${dtype}, expected numbers that can be read`);
  }
  const view = new DataView((await readBytes(file, begin, end)).buffer);
  const data = new Float32Array((end - begin) / bytes);
  for (let i = 0; i < data.length; ++i) data[i] = read(view, bytes * i);
  return { shape, data };
}

/** So many numbers are some 80 MB of JSON. */
const mostInJson = 2 ** 22;

/**
 * All tensors of a safetensors file, by their names there, as the bytes of an `.npz` (32 bits, stored as `numpy.savez`
 * does) or JSON file that `readArrays` reads. Never holds more than one tensor at once for `.npz`. Throws what
 * `readWeights` and its `read` throw; `array_size` beyond 2^28 numbers, for JSON 2^22; `array_invalid` for numbers that
 * JSON cannot say.
 */
export async function convertWeights(file: Uint8Array | Blob, format: 'npz' | 'json'): Promise<Blob> {
  const blob = asBlob(file);
  const tensors = await readHeader(blob);
  const count = tensors.reduce((sum, { shape }) => sum + shape.reduce((size, axis) => size * axis, 1), 0);
  const most = format === 'json' ? mostInJson : mostNumbers;
  if (count > most) {
    throw new AttentionError(
      'array_size',
      `weights: found ${count} numbers, expected at most ${most} in a .${format} file`,
    );
  }
  return format === 'json' ? toJson(blob, tensors) : toNpz(blob, tensors);
}

/** One tensor after the other: their lists are the members of one object. */
async function toJson(file: Blob, tensors: readonly PlacedTensor[]): Promise<Blob> {
  const parts: string[] = [];
  for (const tensor of tensors) {
    const one = writeJson({ [tensor.name]: await readTensor(file, tensor) });
    parts.push(one.slice(1, -1));
  }
  return new Blob([`{${parts.join(',')}}`], { type: 'application/json' });
}

async function toNpz(file: Blob, tensors: readonly PlacedTensor[]): Promise<Blob> {
  const parts: Blob[] = [];
  const zip = new Zip((error, bytes) => {
    if (error) throw invalid('weights', error.message, 'names that a zip file can hold');
    parts.push(new Blob([bytes as Uint8Array<ArrayBuffer>]));
  });
  for (const tensor of tensors) {
    const entry = new ZipPassThrough(`${tensor.name}.npy`);
    zip.add(entry);
    entry.push(writeNpy(await readTensor(file, tensor)), true);
  }
  zip.end();
  return new Blob(parts, { type: 'application/zip' });
}
