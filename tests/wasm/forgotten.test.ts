import { readFile } from 'node:fs/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, it } from 'vitest';
import { startRemoteEngine } from '../../web/src/engine/remote.ts';
import { threadPort } from '../../web/src/engine/thread.ts';
import { tinyFolder } from './folder.ts';

// A file, and so a process, of its own: what other tests leave behind can delay the collector's callbacks for long.
it('a worker hears of models that the page forgot', async () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const disposed: unknown[] = [];
  const watchedPort = async () => {
    const port = await threadPort();
    const { post } = port;
    port.post = (request, transfer) => {
      if ('method' in request && request.method === 'dispose') disposed.push(request.args[0]);
      post(request, transfer);
    };
    return port;
  };
  const url = new URL('../../web/src/engine/generated/core.wasm', import.meta.url);
  const compiled = readFile(url).then(async (bytes) => ({
    module: await WebAssembly.compile(bytes),
    build: 'simd' as const,
  }));
  const engine = await startRemoteEngine(compiled, { rungs: [watchedPort], timeout: 0, fetch: globalThis.fetch });
  for (let i = 0; i < 10; ++i) await engine.loadModel(tinyFolder());
  // The collector may keep the last of them for reasons of its own.
  await expect.poll(() => (collect(), disposed.length), { timeout: 20_000 }).toBeGreaterThan(7);
  expect(new Set(disposed).size).toBe(disposed.length);
  engine.dispose();
});
