/** Arrays as a safetensors file: F32; texts go into the metadata as JSON. */
import { safetensorsHeader } from '../engine/safetensorsHeader.ts';
import { isText, type NamedArrays } from './types.ts';

export function writeSafetensors(arrays: NamedArrays): Uint8Array {
  const shapes: Record<string, readonly number[]> = {};
  const texts: Record<string, string> = {};
  let count = 0;
  for (const [name, array] of Object.entries(arrays)) {
    if (isText(array)) {
      texts[name] = JSON.stringify(array.texts);
    } else {
      shapes[name] = array.shape;
      count += array.data.length;
    }
  }
  const header = safetensorsHeader(shapes, texts);
  const bytes = new Uint8Array(header.length + 4 * count);
  bytes.set(header);
  const view = new DataView(bytes.buffer);
  let at = header.length;
  for (const array of Object.values(arrays)) {
    if (isText(array)) continue;
    array.data.forEach((number, i) => view.setFloat32(at + 4 * i, number, true));
    at += 4 * array.data.length;
  }
  return bytes;
}
