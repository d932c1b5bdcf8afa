/** Numbers in [0, 1), one a call, the same for the same seed on every machine (mulberry32). */
export function randomNumbers(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Such numbers in [-scale, scale) and `offset` more, written into `into`. */
export function fillRandom(into, seed, scale = 1, offset = 0) {
  const random = randomNumbers(seed);
  for (let index = 0; index < into.length; ++index) into[index] = (2 * random() - 1) * scale + offset;
  return into;
}

export const sizeOf = (shape) => shape.reduce((product, length) => product * length, 1);

/** A random array as the package takes it. */
export const randomTensor = (shape, seed, scale, offset) => ({
  shape,
  data: fillRandom(new Float32Array(sizeOf(shape)), seed, scale, offset),
});
