/** The types of numbers in a safetensors file, as its header spells them. https://docs.rs/safetensors, enum Dtype. */
import { fromBfloat16, fromFloat16, toBfloat16, toFloat16 } from './float16.ts';

export interface DType {
  /** Of an element. */
  bytes: number;
  /** The element at a byte; eight-bit floats are not read. */
  read?: (view: DataView, at: number) => number;
  /** Rounds to the nearest number of the type, ties to even. Only floats are written. */
  write?: (view: DataView, at: number, value: number) => void;
}

let halves: Float32Array | undefined;

/** By their bits: a table reads millions of them faster than arithmetic. */
function halfOf(bits: number): number {
  halves ??= Float32Array.from({ length: 2 ** 16 }, (_, every) => fromFloat16(every));
  return halves[bits]!;
}

const integer = (bytes: number, read: NonNullable<DType['read']>): DType => ({ bytes, read });

export const dtypes: ReadonlyMap<string, DType> = new Map([
  [
    'F32',
    { bytes: 4, read: (view, at) => view.getFloat32(at, true), write: (view, at, x) => view.setFloat32(at, x, true) },
  ],
  [
    'F16',
    {
      bytes: 2,
      read: (view, at) => halfOf(view.getUint16(at, true)),
      write: (view, at, x) => view.setUint16(at, toFloat16(x), true),
    },
  ],
  [
    'BF16',
    {
      bytes: 2,
      read: (view, at) => fromBfloat16(view.getUint16(at, true)),
      write: (view, at, x) => view.setUint16(at, toBfloat16(x), true),
    },
  ],
  [
    'F64',
    { bytes: 8, read: (view, at) => view.getFloat64(at, true), write: (view, at, x) => view.setFloat64(at, x, true) },
  ],
  ['I8', integer(1, (view, at) => view.getInt8(at))],
  ['U8', integer(1, (view, at) => view.getUint8(at))],
  ['BOOL', integer(1, (view, at) => view.getUint8(at))],
  ['I16', integer(2, (view, at) => view.getInt16(at, true))],
  ['U16', integer(2, (view, at) => view.getUint16(at, true))],
  ['I32', integer(4, (view, at) => view.getInt32(at, true))],
  ['U32', integer(4, (view, at) => view.getUint32(at, true))],
  ['I64', integer(8, (view, at) => Number(view.getBigInt64(at, true)))],
  ['U64', integer(8, (view, at) => Number(view.getBigUint64(at, true)))],
  ['F8_E5M2', { bytes: 1 }],
  ['F8_E4M3', { bytes: 1 }],
  ['F8_E8M0', { bytes: 1 }],
] satisfies [string, DType][]);
