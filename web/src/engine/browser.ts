import { compileFromUrl } from './compile.ts';
import { browserRungs } from './connect.ts';
import { fetchFromNetwork } from './download.ts';
import { initIn } from './init.ts';

/** Starts an engine: on this thread, or with `worker: true` in a worker. */
export const init = initIn({
  binaries: {
    simd: new URL('./generated/core.wasm', import.meta.url),
    relaxed: new URL('./generated/core-relaxed.wasm', import.meta.url),
    compile: compileFromUrl,
  },
  rungs: browserRungs,
  fetch: fetchFromNetwork,
});
