/** Numbers drawn from the standard normal distribution; the same seed gives the same ones everywhere. */
export function normals(count: number, seed: number): Float32Array {
  const uniform = uniforms(seed);
  return Float32Array.from({ length: count }, () => {
    // Box and Muller 1958; 1 - u keeps the logarithm finite
    const radius = Math.sqrt(-2 * Math.log(1 - uniform()));
    return radius * Math.cos(2 * Math.PI * uniform());
  });
}

/** Uniform in [0, 1): a linear congruential generator modulo 2^32 (Knuth 1997, volume 2, section 3.3.4, table 1). */
function uniforms(seed: number): () => number {
  let state = Math.imul(seed + 1, 2654435761) >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state >>> 8) / 2 ** 24;
  };
}
