/** Changes to the weights of a checkpoint, as data. */
import { AttentionError, checkOptions } from '../engine/error.ts';
import type { Tensor } from '../engine/types.ts';
import { dtypes } from './dtypes.ts';
import { asBlob } from './weights.ts';
import { find, readBytes, readHeader, shapeText, type PlacedTensor } from './weightsHeader.ts';

/** A change to a tensor or a part of it. Exactly one of `set`, `scale`, `add`, `tensor`; numbers are finite. */
export interface WeightEdit {
  /** The tensor's name in the file. */
  at: string;
  /** A place for each axis, from 0, or null for the whole axis; axes that are left out are whole. Default: the tensor. */
  index?: readonly (number | null)[];
  /** Every number becomes this one. */
  set?: number;
  /** Every number is multiplied by this one. */
  scale?: number;
  /** This number is added to every number. */
  add?: number;
  /** The numbers themselves, of the shape of the whole axes: for `index: [3, null]` of `(429, 96)`, `(96)`. */
  tensor?: Tensor;
}

const operations = ['set', 'scale', 'add', 'tensor'] as const;

/** The numbers of a tensor that an edit is about, row-major. */
interface Selection {
  /** Lengths of the axes that are whole. */
  shape: number[];
  count: number;
  /** Elements from the first one that is meant to before the one behind the last. */
  first: number;
  end: number;
  /** Calls `visit` with the place of each in the tensor. */
  each(visit: (place: number) => void): void;
}

/**
 * A safetensors file with `edits` made one after the other, as slices of the given file around the bytes that change: a
 * file of any size is not copied, only the rows in question are read. Types stay as they are; results are rounded to
 * the nearest number of the type, ties to even. Throws what `readWeights` throws; `argument_type`, `option_unknown`,
 * `edit_invalid` for an edit of another form, `argument_range` for numbers that are not finite and places outside,
 * `tensor_missing`, `tensor_shape`, `tensor_not_finite` for results beyond the type's range, and `tensor_dtype` for types
 * other than F16, BF16, F32 and F64: integers have no meaning without what scales them.
 */
export async function editWeights(file: Uint8Array | Blob, edits: readonly WeightEdit[]): Promise<Blob> {
  let blob = asBlob(file);
  const tensors = await readHeader(blob);
  if (!Array.isArray(edits))
    throw new AttentionError('argument_type', `edits: found ${String(edits)}, expected a list`);
  for (const [number, edit] of edits.entries()) {
    checkForm(edit, `edits[${number}]`);
    blob = await make(blob, find(tensors, edit.at), edit);
  }
  return blob;
}

function checkForm(edit: WeightEdit, name: string): void {
  checkOptions(name, edit, ['at', 'index', ...operations]);
  const wrong = (found: string, expected: string): never => {
    throw new AttentionError('argument_type', `${name}: found ${found}, expected ${expected}`);
  };
  if (typeof edit.at !== 'string') wrong(`at ${String(edit.at)}`, 'the name of a tensor');
  const { index = [] } = edit;
  if (!Array.isArray(index)) wrong(`index ${String(index)}`, 'a list of places and null');
  const given = operations.filter((operation) => edit[operation] !== undefined);
  if (given.length !== 1) {
    const found = given.join(' and ') || 'none';
    throw new AttentionError('edit_invalid', `${name}: found ${found}, expected one of ${operations.join(', ')}`);
  }
  const value: unknown = edit[given[0]!];
  if (given[0] === 'tensor') {
    const { shape, data } = (value ?? {}) as Partial<Tensor>;
    if (!Array.isArray(shape) || !(data instanceof Float32Array))
      wrong('another tensor', '{shape, data: Float32Array}');
    return;
  }
  if (typeof value !== 'number') wrong(`${given[0]} ${String(value)}`, 'a number');
  if (Number.isFinite(value)) return;
  throw new AttentionError('argument_range', `${name}: found ${given[0]} ${String(value)}, expected a finite number`);
}

async function make(file: Blob, tensor: PlacedTensor, edit: WeightEdit): Promise<Blob> {
  const name = `tensor "${tensor.name}"`;
  const type = dtypes.get(tensor.dtype)!;
  const { read, write } = type;
  if (!read || !write) {
    const hint =
      tensor.dtype === 'I8' ? '; bytes have no meaning without their scales, "SCB", which may be edited' : '';
    throw new AttentionError('tensor_dtype', `${name}: found ${tensor.dtype}, expected F16, BF16, F32 or F64${hint}`);
  }
  const selection = select(tensor, edit.index ?? []);
  const next = operationOf(edit, selection, name);
  if (selection.count === 0) return file;
  const begin = tensor.begin + selection.first * type.bytes;
  const end = tensor.begin + selection.end * type.bytes;
  const bytes = await readBytes(file, begin, end);
  const view = new DataView(bytes.buffer);
  // Numbers of 16 bits are so few that each result is computed once.
  const known = type.bytes === 2 && !edit.tensor ? new Int32Array(2 ** 16).fill(-1) : null;
  let nth = 0;
  selection.each((place) => {
    const at = (place - selection.first) * type.bytes;
    const bits = known ? view.getUint16(at, true) : 0;
    if (known && known[bits]! >= 0) return view.setUint16(at, known[bits]!, true);
    const value = next(read(view, at), nth++);
    write(view, at, value);
    if (!Number.isFinite(read(view, at))) throw beyond(name, tensor, place, value);
    if (known) known[bits] = view.getUint16(at, true);
  });
  return new Blob([file.slice(0, begin), bytes, file.slice(end)]);
}

function beyond(name: string, { dtype, shape }: PlacedTensor, place: number, value: number): AttentionError {
  let rest = place;
  const index = shape.map((_, axis) => {
    const stride = shape.slice(axis + 1).reduce((a, b) => a * b, 1);
    const at = Math.floor(rest / stride);
    rest %= stride;
    return at;
  });
  return new AttentionError(
    'tensor_not_finite',
    `${name}: found ${value} at ${shapeText(index)}, expected what ${dtype} can hold`,
  );
}

type Operation = (before: number, nth: number) => number;

function operationOf({ set, scale, add, tensor }: WeightEdit, { shape, count }: Selection, name: string): Operation {
  if (set !== undefined) return () => set;
  if (scale !== undefined) return (before) => before * scale;
  if (add !== undefined) return (before) => before + add;
  const { shape: given, data } = tensor!;
  const fits = given.length === shape.length && given.every((axis, i) => axis === shape[i]) && data.length === count;
  if (fits) return (_, nth) => data[nth]!;
  throw new AttentionError(
    'tensor_shape',
    `${name}: found ${shapeText(given)} with ${data.length} numbers, expected ${shapeText(shape)}`,
  );
}

function select({ name, shape }: PlacedTensor, index: readonly (number | null)[]): Selection {
  if (index.length > shape.length) {
    throw new AttentionError(
      'argument_range',
      `tensor "${name}": found ${index.length} places, expected at most ${shape.length} for shape ${shapeText(shape)}`,
    );
  }
  const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((a, b) => a * b, 1));
  let first = 0;
  const whole: { length: number; stride: number }[] = [];
  for (const [axis, length] of shape.entries()) {
    const place = index[axis] ?? null;
    if (place === null) whole.push({ length, stride: strides[axis]! });
    else if (Number.isInteger(place) && place >= 0 && place < length) first += place * strides[axis]!;
    else {
      const found = `tensor "${name}": found place ${String(place)} on axis ${axis}`;
      throw new AttentionError('argument_range', `${found}, expected a whole number from 0 to ${length - 1}`);
    }
  }
  const visitFrom = (axis: number, place: number, visit: (place: number) => void): void => {
    if (axis === whole.length) return visit(place);
    const { length, stride } = whole[axis]!;
    for (let i = 0; i < length; ++i) visitFrom(axis + 1, place + i * stride, visit);
  };
  return {
    shape: whole.map(({ length }) => length),
    count: whole.reduce((product, { length }) => product * length, 1),
    first,
    end: whole.reduce((last, { length, stride }) => last + (length - 1) * stride, first) + 1,
    each: (visit) => visitFrom(0, first, visit),
  };
}
