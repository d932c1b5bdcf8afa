// npm run fuzz [-- --cases N --seed S --kernel NAME]: every kernel of the core against its scalar twin in double, on
// drawn inputs, ten million of them unless told otherwise.
import { join } from 'node:path';

import { reportFailure, run } from '../../wasm/toolchain/shell.mjs';
import { kRoot } from '../../web/scripts/repository.mjs';
import { buildNative } from '../runner/native.mjs';

const kCases = 10_000_000;

/** Runs the fuzzer; resolves to its exit code, 1 where a kernel failed. */
export async function fuzz(args) {
  const program = await buildNative('fuzz');
  const { code } = await run(program, ['--cases', String(kCases), ...args], { show: true, accept: [0, 1] });
  return code;
}

if (process.argv[1] === join(kRoot, 'tests/fuzz/run.mjs')) {
  try {
    process.exitCode = await fuzz(process.argv.slice(2));
  } catch (error) {
    process.exitCode = reportFailure(error);
  }
}
