/**
 * NumPy's format of one array, versions 1 to 3 (NEP 1). Numbers become floats, whatever their type; texts stay texts.
 */
import { AttentionError } from '../engine/error.ts';
import type { Tensor } from '../engine/types.ts';
import { fromFloat16 } from './float16.ts';
import { invalid, isText, sizeOf, type TextArray } from './types.ts';

const magic = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];
const alignment = 64;
const longestHeader = 2 ** 20;

export const isNpy = (bytes: Uint8Array): boolean => magic.every((byte, i) => bytes[i] === byte);

type ReadNumber = (view: DataView, at: number, little: boolean) => number;

/** By kind and bytes, as `descr` names them behind the byte order. */
const numbers: Record<string, ReadNumber> = {
  f2: (view, at, little) => fromFloat16(view.getUint16(at, little)),
  f4: (view, at, little) => view.getFloat32(at, little),
  f8: (view, at, little) => view.getFloat64(at, little),
  i1: (view, at) => view.getInt8(at),
  i2: (view, at, little) => view.getInt16(at, little),
  i4: (view, at, little) => view.getInt32(at, little),
  i8: (view, at, little) => Number(view.getBigInt64(at, little)),
  u1: (view, at) => view.getUint8(at),
  u2: (view, at, little) => view.getUint16(at, little),
  u4: (view, at, little) => view.getUint32(at, little),
  u8: (view, at, little) => Number(view.getBigUint64(at, little)),
  b1: (view, at) => view.getUint8(at),
};

interface Header {
  little: boolean;
  kind: string;
  /** Bytes of an element. */
  width: number;
  shape: number[];
  fortran: boolean;
  /** Where the elements begin. */
  start: number;
}

/** Reads an `.npy` file; `name` stands in errors. Throws `array_invalid`, `array_dtype`, `array_size`. */
export function readNpy(bytes: Uint8Array, name: string): Tensor | TextArray {
  if (!isNpy(bytes)) throw invalid(name, 'other bytes', 'an .npy file');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const header = readHeader(view, name);
  const size = sizeOf(name, header.shape);
  const expected = size * header.width;
  if (bytes.byteLength - header.start !== expected) {
    throw invalid(name, `${bytes.byteLength - header.start} bytes of elements`, `${expected}`);
  }
  const places = header.fortran ? fortranPlaces(header.shape) : null;
  const at = (i: number): number => header.start + header.width * (places ? places(i) : i);
  const element = header.kind + header.width;
  if (header.kind === 'U' || header.kind === 'S') {
    const texts = Array.from({ length: size }, (_, i) => readText(view, at(i), header));
    return { shape: header.shape, texts };
  }
  const read = numbers[element];
  if (!read) throw new AttentionError('array_dtype', `${name}: found dtype "${element}", expected numbers or texts`);
  const data = new Float32Array(size);
  for (let i = 0; i < size; ++i) data[i] = read(view, at(i), header.little);
  return { shape: header.shape, data };
}

function readHeader(view: DataView, name: string): Header {
  const isShort = view.byteLength > 6 && view.getUint8(6) === 1;
  const before = isShort ? 10 : 12;
  if (view.byteLength < before || view.getUint8(6) < 1 || view.getUint8(6) > 3) {
    throw invalid(name, 'another version', 'an .npy file of version 1 to 3');
  }
  const length = isShort ? view.getUint16(8, true) : view.getUint32(8, true);
  if (length > Math.min(longestHeader, view.byteLength - before)) {
    throw invalid(name, `a header of ${length} bytes`, 'one that ends within the file');
  }
  const text = new TextDecoder().decode(new Uint8Array(view.buffer, view.byteOffset + before, length));
  const descr = /'descr':\s*'([<>|=])([fiubUS])(\d{1,9})'/.exec(text);
  const order = /'fortran_order':\s*(True|False)/.exec(text);
  const shape = /'shape':\s*\(((?:\d{1,16}\s*,?\s*)*)\)/.exec(text);
  if (!descr && /'descr'/.test(text)) {
    const found = /'descr':\s*([^\n]{0,60})/.exec(text)?.[1] ?? '';
    throw new AttentionError('array_dtype', `${name}: found dtype ${found.trim()}, expected plain numbers or texts`);
  }
  if (!descr || !order || !shape) throw invalid(name, 'another header', 'descr, fortran_order and shape');
  const [, byteOrder, kind, width] = descr as unknown as [string, string, string, string];
  return {
    little: byteOrder !== '>',
    kind,
    width: Number(width) * (kind === 'U' ? 4 : 1),
    shape: shape[1]!.split(',').flatMap((part) => (part.trim() === '' ? [] : [Number(part)])),
    fortran: order[1] === 'True',
    start: before + length,
  };
}

/** Where the element of a row-major place lies in a column-major file. */
function fortranPlaces(shape: readonly number[]): (place: number) => number {
  const strides = shape.map((_, axis) => shape.slice(0, axis).reduce((a, b) => a * b, 1));
  return (place) => {
    let [rest, at] = [place, 0];
    for (let axis = shape.length - 1; axis >= 0; --axis) {
      at += (rest % shape[axis]!) * strides[axis]!;
      rest = Math.floor(rest / shape[axis]!);
    }
    return at;
  };
}

function readText(view: DataView, at: number, { kind, width, little }: Header): string {
  if (kind === 'S') {
    const bytes = new Uint8Array(view.buffer, view.byteOffset + at, width);
    return new TextDecoder().decode(bytes).replace(/\0+$/, '');
  }
  const points = Array.from({ length: width / 4 }, (_, n) => view.getUint32(at + 4 * n, little));
  // what is no character at all becomes the sign for it
  return points
    .map((point) => (point > 0x10ffff ? '\ufffd' : String.fromCodePoint(point)))
    .join('')
    .replace(/\0+$/, '');
}

/** An array as an `.npy` file of version 1. */
export function writeNpy(array: Tensor | TextArray): Uint8Array {
  const longest = isText(array) ? Math.max(1, ...array.texts.map((text) => [...text].length)) : 0;
  const descr = isText(array) ? `<U${longest}` : '<f4';
  const shape = array.shape.length === 1 ? `(${array.shape[0]},)` : `(${array.shape.join(', ')})`;
  const fields = `{'descr': '${descr}', 'fortran_order': False, 'shape': ${shape}, }`;
  const padded = Math.ceil((10 + fields.length + 1) / alignment) * alignment;
  const head = `${fields.padEnd(padded - 11)}\n`;
  const width = isText(array) ? 4 * longest : 4;
  const count = isText(array) ? array.texts.length : array.data.length;
  const bytes = new Uint8Array(padded + count * width);
  const view = new DataView(bytes.buffer);
  bytes.set([...magic, 1, 0]);
  view.setUint16(8, head.length, true);
  bytes.set(new TextEncoder().encode(head), 10);
  if (isText(array)) {
    array.texts.forEach((text, i) =>
      [...text].forEach((letter, n) => view.setUint32(padded + i * width + 4 * n, letter.codePointAt(0)!, true)),
    );
  } else {
    array.data.forEach((number, i) => view.setFloat32(padded + 4 * i, number, true));
  }
  return bytes;
}
