/** Arrays as a safetensors file: F32; texts go into the metadata as JSON. */
import { isText, type NamedArrays } from './types.ts';

const alignment = 8;

export function writeSafetensors(arrays: NamedArrays): Uint8Array {
  const header: Record<string, unknown> = {};
  const texts: Record<string, string> = {};
  let end = 0;
  for (const [name, array] of Object.entries(arrays)) {
    if (isText(array)) {
      texts[name] = JSON.stringify(array.texts);
      continue;
    }
    header[name] = { dtype: 'F32', shape: array.shape, data_offsets: [end, end + 4 * array.data.length] };
    end += 4 * array.data.length;
  }
  if (Object.keys(texts).length > 0) header['__metadata__'] = texts;
  const json = new TextEncoder().encode(JSON.stringify(header));
  const length = Math.ceil(json.length / alignment) * alignment;
  const bytes = new Uint8Array(8 + length + end).fill(0x20, 8, 8 + length);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, BigInt(length), true);
  bytes.set(json, 8);
  let at = 8 + length;
  for (const array of Object.values(arrays)) {
    if (isText(array)) continue;
    array.data.forEach((number, i) => view.setFloat32(at + 4 * i, number, true));
    at += 4 * array.data.length;
  }
  return bytes;
}
