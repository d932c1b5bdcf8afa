import { uniforms } from './uniforms.ts';

/** Numbers drawn from the standard normal distribution; the same seed gives the same ones everywhere. */
export function normals(count: number, seed: number): Float32Array {
  const uniform = uniforms(seed);
  return Float32Array.from({ length: count }, () => {
    // Box and Muller 1958; 1 - u keeps the logarithm finite
    const radius = Math.sqrt(-2 * Math.log(1 - uniform()));
    return radius * Math.cos(2 * Math.PI * uniform());
  });
}
