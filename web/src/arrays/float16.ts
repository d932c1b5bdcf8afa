/** The number that 16 bits stand for (IEEE 754 binary16). */
export function fromFloat16(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

const word = new DataView(new ArrayBuffer(8));

/** The number that 16 bits stand for (bfloat16: the upper half of binary32). */
export function fromBfloat16(bits: number): number {
  word.setUint32(0, bits << 16);
  return word.getFloat32(0);
}

/** A format of 16 bits: its bits of fraction, and the power of two of its least normal number. */
interface Format {
  fraction: number;
  least: number;
}

/** The bits of the number of that format next to `value`; of two as near, the even one. Beyond its range: infinity. */
function toBits(value: number, { fraction, least }: Format): number {
  const infinity = (3 - 2 * least) << fraction;
  word.setFloat64(0, value);
  const upper = word.getUint32(0);
  const sign = upper >>> 31 ? 0x8000 : 0;
  if (Number.isNaN(value)) return infinity + 1;
  // Numbers of a format lie evenly between two powers of two, and those below the least normal one as above it.
  const exponent = Math.max(((upper >>> 20) & 0x7ff) - 1023, least);
  const steps = Math.abs(value) * 2 ** (fraction - exponent);
  let count = Math.floor(steps);
  const rest = steps - count;
  if (rest > 0.5 || (rest === 0.5 && count % 2 === 1)) count += 1;
  return sign | Math.min(((exponent - least) << fraction) + count, infinity);
}

/** The bits of binary16 next to `value`. */
export const toFloat16 = (value: number): number => toBits(value, { fraction: 10, least: -14 });

/** The bits of bfloat16 next to `value`. */
export const toBfloat16 = (value: number): number => toBits(value, { fraction: 7, least: -126 });
