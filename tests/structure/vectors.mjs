// Vector instructions in the modules that are shipped: proof that the kernels were compiled as such.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { countInstructions } from './wasm_code.mjs';

/** Least number of each instruction; one kernel alone would not reach them. */
const kLeast = {
  'core.wasm': { vector: 600, 'f32x4.mul': 60, 'f32x4.add': 40 },
  'core-relaxed.wasm': { vector: 600, 'f32x4.mul': 40, 'f32x4.relaxed_madd': 20 },
};
/** What an engine without relaxed SIMD would refuse. */
const kNone = { 'core.wasm': ['f32x4.relaxed_madd', 'f32x4.relaxed_nmadd'], 'core-relaxed.wasm': [] };

/** Complaints about the module `name` (a key of `kLeast`) whose bytes are given. */
export function judgeModule(name, bytes) {
  let counts;
  try {
    counts = countInstructions(bytes);
  } catch (error) {
    return [`${name}: ${error.message}`];
  }
  const few = Object.entries(kLeast[name]).filter(([instruction, least]) => counts[instruction] < least);
  const refused = kNone[name].filter((instruction) => counts[instruction] > 0);
  return [
    ...few.map(
      ([instruction, least]) => `${name}: found ${counts[instruction]} ${instruction}, expected at least ${least}`,
    ),
    ...refused.map((instruction) => `${name}: found ${counts[instruction]} ${instruction}, expected none`),
  ];
}

/** Checks both shipped modules of the repository at `root`: one `{name, complaints}` each. */
export function checkVectors(root) {
  return Object.keys(kLeast).map((name) => ({
    name: `${name} holds vector instructions`,
    complaints: judgeModule(name, readFileSync(join(root, 'web/src/engine/generated', name))),
  }));
}

/** A module with one empty function: a build whose vectors went missing must be noticed. */
export const kScalarModule = Uint8Array.from([
  ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
  ...[1, 4, 1, 0x60, 0, 0],
  ...[3, 2, 1, 0],
  ...[10, 4, 1, 2, 0, 0x0b],
]);
