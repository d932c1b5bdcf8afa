// Parsers of foreign files in TypeScript, explored by coverage: bundled, given counters, fed on a thread of their own.
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import { build } from 'esbuild';
import { kRoot } from '../../../web/scripts/repository.mjs';
import { instrument } from './instrument.mjs';

export const kTargets = ['arrays', 'weights', 'checkpoint', 'vocabulary', 'tokenizer', 'settings', 'reference'];
const kLongest = 8192;
const kHang = 10_000;
const kMemory = 2048 * 2 ** 20;

/** The parsers as one module with counters: {path, count}. */
export async function bundleTargets(folder) {
  const { outputFiles } = await build({
    entryPoints: [join(kRoot, 'tests/fuzz/guided/targets.ts')],
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'node',
    target: 'es2022',
  });
  const { code, count } = instrument(outputFiles[0].text);
  mkdirSync(folder, { recursive: true });
  const path = join(folder, 'targets.mjs');
  writeFileSync(path, code);
  return { path, count };
}

/** Explores one target for so many seconds; resolves to true where nothing was found. */
async function fuzzTarget({ path, count }, target, seconds, seed) {
  const shared = new SharedArrayBuffer(kLongest);
  const progress = new SharedArrayBuffer(8);
  const counter = new Int32Array(progress);
  const bundle = pathToFileURL(path).href;
  const workerData = { bundle, count, target, seconds, seed, longest: kLongest, shared, progress };
  const worker = new Worker(new URL('worker.mjs', import.meta.url), { workerData });
  let [before, since] = [0, performance.now()];
  const { executions, reached, corpus, finding } = await new Promise((resolve) => {
    const input = () => new Uint8Array(shared.slice(0, Atomics.load(counter, 1)));
    const give = (error) => resolve({ executions: Atomics.load(counter, 0), finding: { input: input(), error } });
    const watch = setInterval(() => {
      const now = Atomics.load(counter, 0);
      if (now !== before) [before, since] = [now, performance.now()];
      else if (performance.now() - since > kHang) give(`it took longer than ${kHang} ms`);
      if (process.memoryUsage.rss() > kMemory) give(`it took more than ${kMemory} bytes`);
    }, 500);
    worker.on('message', resolve);
    worker.on('error', (error) => give(`its thread died: ${error.message}`));
    worker.on('exit', () => clearInterval(watch));
  });
  await worker.terminate();
  process.stdout.write(
    `${target}: ${executions} executions, ${corpus ?? '?'} inputs kept, ${reached ?? '?'} of ${count} branches\n`,
  );
  if (!finding) return true;
  const name = `finding-${createHash('sha256').update(finding.input).digest('hex').slice(0, 12)}`;
  const place = join(kRoot, 'build/fuzz', target);
  mkdirSync(place, { recursive: true });
  writeFileSync(join(place, name), finding.input);
  process.stdout.write(`${finding.error}\nthe input lies in build/fuzz/${target}/${name}\n`);
  return false;
}

/** Explores each of `targets` for so many seconds; resolves to true where nothing was found. */
export async function fuzzTargets(targets, seconds, seed = Date.now() % 2 ** 31) {
  process.env.ATTN_GOLDEN = join(kRoot, 'tests/golden');
  const bundle = await bundleTargets(join(kRoot, 'build/fuzz'));
  process.stdout.write(`seed ${seed}\n`);
  let isFine = true;
  for (const target of targets) isFine = (await fuzzTarget(bundle, target, seconds, seed)) && isFine;
  return isFine;
}
