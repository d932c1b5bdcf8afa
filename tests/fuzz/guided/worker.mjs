// One target of the guided fuzzer on a thread of its own; the other thread sees what it reads, and ends it when it hangs.
import { parentPort, workerData } from 'node:worker_threads';
import { explore } from './explore.mjs';

const { bundle, count, target, seconds, seed, longest, shared, progress } = workerData;
globalThis.hits = new Uint32Array(count);
const { targets } = await import(bundle);
const current = new Uint8Array(shared);
const counter = new Int32Array(progress);
const end = performance.now() + 1000 * seconds;

const { finding, ...rest } = await explore({
  ...targets[target],
  seeds: targets[target].seeds(),
  hits: globalThis.hits,
  longest,
  seed,
  isOver: () => performance.now() > end,
  onInput(input, executions) {
    current.set(input);
    Atomics.store(counter, 1, input.length);
    Atomics.store(counter, 0, executions);
  },
});
const told = finding && { input: finding.input, error: String(finding.error?.stack ?? finding.error) };
parentPort.postMessage({
  executions: rest.executions,
  reached: rest.reached,
  corpus: rest.corpus.length,
  finding: told,
});
