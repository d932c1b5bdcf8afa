const kAlignment = 8;

/**
 * The first bytes of a safetensors file of 32-bit floats, whose numbers follow in the order of `shapes`, without gaps:
 * https://github.com/huggingface/safetensors#format. `metadata` is any text by name.
 */
export function safetensorsHeader(
  shapes: Readonly<Record<string, readonly number[]>>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array<ArrayBuffer> {
  const header: Record<string, unknown> = {};
  let end = 0;
  for (const [name, shape] of Object.entries(shapes)) {
    const begin = end;
    end += shape.reduce((bytes, length) => bytes * length, 4);
    header[name] = { dtype: 'F32', shape, data_offsets: [begin, end] };
  }
  if (Object.keys(metadata).length > 0) header['__metadata__'] = metadata;
  const json = new TextEncoder().encode(JSON.stringify(header));
  const length = Math.ceil(json.length / kAlignment) * kAlignment;
  const bytes = new Uint8Array(8 + length).fill(0x20, 8);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(length), true);
  bytes.set(json, 8);
  return bytes;
}
