/** The header of a safetensors file, by the rules of the format: https://github.com/huggingface/safetensors#format. */
import { AttentionError } from '../engine/error.ts';
import { dtypes } from './dtypes.ts';

/** A tensor of a checkpoint. `dtype` is spelled as in the file: `F32`, `F16`, `BF16`, `I8`, … */
export interface WeightTensor {
  readonly name: string;
  readonly dtype: string;
  readonly shape: readonly number[];
}

/** Where a tensor lies in its file: the bytes from `begin` to before `end`. */
export interface PlacedTensor extends WeightTensor {
  readonly begin: number;
  readonly end: number;
}

const lengthBytes = 8;
const longestHeader = 100_000_000;
const highestRank = 8;

const refuse = (code: string, message: string): never => {
  throw new AttentionError(code, message);
};
const ofTensor = (name: string): string => `tensor "${name}"`;
export const shapeText = (shape: readonly number[]): string => `(${shape.join(', ')})`;

/** The bytes of a file from `begin` to before `end`. Throws `file_fetch` where they cannot be read. */
export async function readBytes(file: Blob, begin: number, end: number): Promise<Uint8Array<ArrayBuffer>> {
  let bytes: Uint8Array<ArrayBuffer>;
  try {
    bytes = new Uint8Array(await file.slice(begin, end).arrayBuffer());
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new AttentionError('file_fetch', `file: could not be read (${reason})`, { cause: error });
  }
  if (bytes.length === end - begin) return bytes;
  return refuse('file_fetch', `file: found ${bytes.length} bytes from ${begin} to ${end}, expected ${end - begin}`);
}

/**
 * The tensors of a file in the order of their bytes. Throws `file_header`, `file_truncated`, `file_fetch`, and by the name
 * of the tensor `tensor_dtype`, `tensor_range`, `tensor_overlap`.
 */
export async function readHeader(file: Blob): Promise<PlacedTensor[]> {
  const length = await headerLength(file);
  const first = lengthBytes + length;
  const header = parse(await readBytes(file, lengthBytes, first));
  const tensors = Object.entries(header)
    .filter(([name]) => name !== '__metadata__')
    .map(([name, entry]) => readEntry(name, entry, file.size - first))
    .sort((a, b) => a.begin - b.begin || a.end - b.end);
  refuseGaps(tensors, file.size - first);
  return tensors.map((tensor) => ({ ...tensor, begin: first + tensor.begin, end: first + tensor.end }));
}

async function headerLength(file: Blob): Promise<number> {
  if (file.size < lengthBytes) refuse('file_truncated', `file: found ${file.size} bytes, expected at least 8`);
  const length = new DataView((await readBytes(file, 0, lengthBytes)).buffer).getBigUint64(0, true);
  const found = `header: found a length of ${length} bytes`;
  if (length > longestHeader) refuse('file_header', `${found}, expected at most ${longestHeader}`);
  const left = file.size - lengthBytes;
  if (length > left) refuse('file_truncated', `${found}, expected at most the ${left} that follow`);
  return Number(length);
}

function parse(bytes: Uint8Array): object {
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (error) {
    refuse('file_header', `header: ${(error as Error).message}, expected JSON`);
  }
  if (typeof header === 'object' && header !== null && !Array.isArray(header)) return header;
  return refuse('file_header', 'header: found no object, expected tensors by name');
}

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
const isCounts = (value: unknown): value is number[] => Array.isArray(value) && value.every(isCount);

function readEntry(name: string, entry: unknown, dataBytes: number): PlacedTensor {
  const { dtype, shape, data_offsets: offsets } = (entry ?? {}) as Record<string, unknown>;
  const fail = (code: string, what: string): never => refuse(code, `${ofTensor(name)}: ${what}`);
  if (typeof dtype !== 'string') return fail('file_header', `found dtype ${JSON.stringify(dtype)}, expected a name`);
  if (!isCounts(shape)) return fail('file_header', `found shape ${JSON.stringify(shape)}, expected whole numbers`);
  if (shape.length > highestRank) fail('file_header', `found ${shape.length} axes, expected at most ${highestRank}`);
  if (!isCounts(offsets) || offsets.length !== 2) {
    return fail('file_header', `found data_offsets ${JSON.stringify(offsets)}, expected two whole numbers`);
  }
  const type = dtypes.get(dtype);
  if (!type) return fail('tensor_dtype', `found ${dtype}, expected a type of the format, such as F32, F16, BF16 or I8`);
  const [begin, end] = offsets as [number, number];
  const found = `found bytes ${begin} to ${end}`;
  if (begin > end) fail('tensor_range', `${found}, expected begin before end`);
  if (end > dataBytes) fail('file_truncated', `${found}, expected at most the ${dataBytes} that the file holds`);
  const expected = shape.reduce((bytes, axis) => bytes * axis, type.bytes);
  if (end - begin !== expected) {
    fail('tensor_range', `${found}, expected ${expected} bytes of ${dtype} for shape ${shapeText(shape)}`);
  }
  return { name, dtype, shape, begin, end };
}

function refuseGaps(tensors: readonly PlacedTensor[], dataBytes: number): void {
  let last = 0;
  for (const { name, begin, end } of tensors) {
    if (begin !== last) {
      const why = begin < last ? 'it overlaps the tensor before it' : 'a hole before it';
      refuse('tensor_overlap', `${ofTensor(name)}: found its first byte at ${begin}, expected ${last} (${why})`);
    }
    last = end;
  }
  if (last !== dataBytes) refuse('file_truncated', `file: found ${dataBytes} bytes of data, expected ${last}`);
}

/** The tensor of that name. Throws `tensor_missing`. */
export function find(tensors: readonly PlacedTensor[], name: string): PlacedTensor {
  const tensor = tensors.find((one) => one.name === name);
  if (tensor) return tensor;
  const some = tensors.slice(0, 5).map((one) => one.name);
  const more = tensors.length > 5 ? ` and ${tensors.length - 5} more` : '';
  return refuse('tensor_missing', `${ofTensor(name)}: not in the file, expected one of ${some.join(', ')}${more}`);
}
