/** Files of arrays, in and out: `.npy`, `.npz`, JSON and safetensors; weights, read and edited. Needs no engine. */
import type { NamedArrays } from './types.ts';
import { readJson, writeJson } from './json.ts';
import { isNpy, readNpy } from './npy.ts';
import { isZip, readNpz, writeNpz } from './npz.ts';
import { writeSafetensors } from './safetensors.ts';

export { attentionIn, type RecordedAttention } from './attention.ts';
export type { NamedArrays, TextArray } from './types.ts';
export { editWeights, type WeightEdit } from './weightEdits.ts';
export { convertWeights, readWeights, type WeightsFile, type WeightTensor } from './weights.ts';

/**
 * Arrays of a file, which may be `.npy`, `.npz` or JSON: its bytes tell. `name` stands in errors. Throws AttentionError
 * with `array_invalid`, `array_dtype` or `array_size`.
 */
export function readArrays(bytes: Uint8Array, name: string): NamedArrays {
  if (isZip(bytes)) return readNpz(bytes, name);
  if (isNpy(bytes)) return { array: readNpy(bytes, name) };
  return readJson(new TextDecoder().decode(bytes), name);
}

const writers = {
  npz: writeNpz,
  safetensors: writeSafetensors,
  json: (arrays: NamedArrays): Uint8Array => new TextEncoder().encode(writeJson(arrays)),
};

/** Arrays as the bytes of a file. Throws `array_invalid` for numbers that JSON cannot say. */
export const writeArrays = (arrays: NamedArrays, format: keyof typeof writers): Uint8Array => writers[format](arrays);
