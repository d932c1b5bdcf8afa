import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test, type Page } from '@playwright/test';
import type * as Package from '../../web/src/index.ts';
import { bundle } from '../../web/scripts/package.mjs';
import { tinyFolder } from '../wasm/folder.ts';
import { kWorkers, serveForTest, type Served, type TestServer } from './engineServer.ts';

/** The bundled engine in real browsers: workers under content policies, other origins, traps, cancelling. */

const kStrict = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'";
const kTrusted = `${kStrict}; require-trusted-types-for 'script'; trusted-types attention-playground`;

let folder = '';
const servers: TestServer[] = [];

test.beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'attention-engine-'));
  await bundle(folder, ['index']);
});
test.afterEach(() => Promise.all(servers.splice(0).map((server) => server.close())));
test.afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function serve(served: Served): Promise<TestServer> {
  const server = await serveForTest(served);
  servers.push(server);
  return server;
}

const { config, weights, tokenizer } = tinyFolder();
const kModel = {
  '/model/config.json': config,
  '/model/model.safetensors': weights,
  '/model/tokenizer.json': tokenizer,
};

/** Makes the package global for `page.evaluate`, and keeps hold of the workers it starts. */
const pageScript = (base: string) => `
import * as attention from '${base}/package/index.js';
globalThis.attention = attention;
document.title = 'ready';`;

interface Globals {
  attention: typeof Package;
  workers: Worker[];
}

/** Opens a page that has loaded the package; `csp` is its content policy, `base` another host of the package. */
async function open(
  page: Page,
  { csp = '', base = '', files = {} as Record<string, string> } = {},
): Promise<TestServer> {
  const html = '<!doctype html><script src="/spy.js"></script><script type="module" src="/page.js"></script>';
  const server = await serve({
    folders: { package: folder },
    files: { '/index.html': html, '/spy.js': kWorkers, '/page.js': pageScript(base), ...kModel, ...files },
    headers: csp ? { 'Content-Security-Policy': csp } : {},
  });
  await page.goto(`${server.url}/index.html`);
  await expect(page).toHaveTitle('ready');
  return server;
}

/** Loads the model in a worker and runs it; the logits as text, the worker's addresses, the build. */
const runInWorker = (page: Page) =>
  page.evaluate(async () => {
    const { attention } = globalThis as unknown as Globals;
    const engine = await attention.init({ worker: true });
    const model = await engine.loadModel('model');
    const run = await model.run('abcabc', { record: ['blocks.*.attn.pattern'] });
    const pattern = run.activations['blocks.1.attn.pattern']!;
    const rows = Array.from({ length: 12 }, (_, row) =>
      pattern.data.slice(row * 6, row * 6 + 6).reduce((sum, x) => sum + x, 0),
    );
    return { build: engine.build, tokens: run.tokens, shape: pattern.shape, rows, logits: [...run.logits.data] };
  });

function checkRun(found: Awaited<ReturnType<typeof runInWorker>>): void {
  expect(found.tokens).toEqual([...'abcabc']);
  expect(found.shape).toEqual([2, 6, 6]);
  for (const sum of found.rows) expect(sum).toBeCloseTo(1, 5);
  expect(found.logits).toHaveLength(6 * 12);
}

test('runs a model in a worker of its own, and on the page with the same numbers', async ({ page }) => {
  await open(page);
  const away = await runInWorker(page);
  checkRun(away);
  expect(page.workers()).toHaveLength(1);
  const here = await page.evaluate(async (build) => {
    const { attention } = globalThis as unknown as Globals;
    const engine = await attention.init({ build });
    const model = await engine.loadModel('model/');
    return [...model.run('abcabc', { record: ['blocks.*.attn.pattern'] }).logits.data];
  }, away.build);
  expect(here).toEqual(away.logits);
});

test('takes the relaxed build where the browser compiles it, and downloads no other', async ({ page }) => {
  const server = await open(page);
  const { build } = await runInWorker(page);
  expect(build).toBe('relaxed-simd');
  expect(server.asked.filter((path) => path.endsWith('.wasm'))).toEqual(['/package/generated/core-relaxed.wasm']);
});

test('downloads and compiles once for several engines', async ({ page }) => {
  const server = await open(page);
  await page.evaluate(async () => {
    const { attention } = globalThis as unknown as Globals;
    await Promise.all([attention.init({ worker: true }), attention.init(), attention.init({ worker: true })]);
  });
  expect(server.asked.filter((path) => path.endsWith('.wasm'))).toHaveLength(1);
});

test('needs nothing beyond a strict content policy', async ({ page }) => {
  await open(page, { csp: kStrict });
  checkRun(await runInWorker(page));
  expect(page.workers()).toHaveLength(1);
});

test('starts its worker where Trusted Types are enforced', async ({ page }) => {
  await open(page, { csp: kTrusted });
  checkRun(await runInWorker(page));
  expect(page.workers()).toHaveLength(1);
});

test('works on this thread where workers are forbidden', async ({ page }) => {
  await open(page, { csp: `${kStrict}; worker-src 'none'` });
  checkRun(await runInWorker(page));
  expect(page.workers()).toHaveLength(0);
});

test('starts a worker through a blob where the package lies on another host', async ({ page }) => {
  const host = await serve({ folders: { package: folder }, headers: { 'Access-Control-Allow-Origin': '*' } });
  await open(page, { base: host.url });
  checkRun(await runInWorker(page));
  expect(page.workers().map((worker) => worker.url().slice(0, 5))).toEqual(['blob:']);
});

test('says in words that the policy forbids WebAssembly', async ({ page }) => {
  await open(page, { csp: "default-src 'self'" });
  const failure = await page.evaluate(() => {
    const { attention } = globalThis as unknown as Globals;
    return attention.init({ worker: true }).then(
      () => null,
      (error: Package.AttentionError) => ({ code: error.code, message: error.message }),
    );
  });
  expect(failure).toEqual({ code: 'engine_unsupported', message: expect.stringContaining('wasm-unsafe-eval') });
});

for (const kind of ['trap', 'abort', 'stack', 'exception', 'memory']) {
  test(`replaces a worker that ended in: ${kind}`, async ({ page }) => {
    await open(page);
    const found = await page.evaluate(async (failure) => {
      const { attention, workers } = globalThis as unknown as Globals;
      const engine = await attention.init({ worker: true });
      const reasons: string[] = [];
      engine.onRestart = (reason) => reasons.push(reason);
      const model = await engine.loadModel('model');
      const before = await model.run('abc');
      const codeOf = (promise: Promise<unknown>) =>
        promise.then(
          () => 'none',
          (error: Package.AttentionError) => error.code,
        );
      // Nothing in the package's API fails on purpose, so the test asks the worker itself.
      workers[0]!.postMessage({ id: 1e9, method: 'fail', args: [failure] });
      const pending = await Promise.all([codeOf(model.run('abc')), codeOf(engine.variants()), codeOf(model.run('a'))]);
      const later = await codeOf(model.run('abc'));
      const again = await engine.loadModel('model');
      const after = await again.run('abc');
      return {
        pending,
        later,
        reasons,
        workers: workers.length,
        same: before.logits.data.every((x, i) => x === after.logits.data[i]),
      };
    }, kind);
    expect(found).toEqual({
      pending: ['engine_restarted', 'engine_restarted', 'engine_restarted'],
      later: 'disposed',
      reasons: [expect.any(String)],
      workers: 2,
      same: true,
    });
    expect(page.workers()).toHaveLength(1);
  });
}

test('replaces a worker that says nothing for longer than the timeout', async ({ page }) => {
  await open(page);
  const found = await page.evaluate(async () => {
    const { attention } = globalThis as unknown as Globals;
    const engine = await attention.init({ worker: true, timeout: 1000 });
    let reason = '';
    engine.onRestart = (text) => (reason = text);
    // About 275 billion operations: longer than the timeout on any machine.
    const long = { shape: [1, 8192, 1024], data: new Float32Array(8192 * 1024) };
    const code = await engine.attention(long, long, long).then(
      () => 'none',
      (error: Package.AttentionError) => error.code,
    );
    const model = await engine.loadModel('model');
    return { code, reason, tokens: (await model.run('ab')).tokens };
  });
  expect(found).toEqual({ code: 'engine_restarted', reason: 'no answer for 1000 ms', tokens: ['a', 'b'] });
});

test('streams a text while other runs go on, and stops when told to', async ({ page }) => {
  await open(page);
  const found = await page.evaluate(async () => {
    const { attention } = globalThis as unknown as Globals;
    const engine = await attention.init({ worker: true });
    const model = await engine.loadModel('model');
    const collect = async (disturb: boolean) => {
      const ids: number[] = [];
      for await (const step of model.generate('abc', { maxTokens: 30, seed: 5 })) {
        ids.push(step.id);
        if (disturb) await model.run('kjihgfedcba');
      }
      return ids;
    };
    const [alone, disturbed] = [await collect(false), await collect(true)];
    const controller = new AbortController();
    let steps = 0;
    let ending = '';
    try {
      for await (const _ of model.generate('abc', { maxTokens: 1e6, signal: controller.signal })) {
        if (++steps === 3) controller.abort();
      }
    } catch (error) {
      ending = (error as Error).name;
    }
    let returned = 0;
    for await (const _ of model.generate('abc', { maxTokens: 1e6 })) if (++returned === 3) break;
    return {
      count: alone.length,
      same: alone.join() === disturbed.join(),
      steps,
      ending,
      returned,
      alive: (await model.run('ab')).total,
    };
  });
  expect(found).toEqual({ count: 30, same: true, steps: 3, ending: 'AbortError', returned: 3, alive: 2 });
});

test('tells the bytes of a download and stops it when cancelled', async ({ page }) => {
  await open(page);
  const found = await page.evaluate(async () => {
    const { attention } = globalThis as unknown as Globals;
    const engine = await attention.init({ worker: true });
    const seen: [number, number][] = [];
    await engine.loadModel('model', { onProgress: (loaded, total) => seen.push([loaded, total]) });
    const cancelled = await engine
      .loadModel('model', { signal: AbortSignal.abort() })
      .catch((error: Error) => error.name);
    const missing = await engine.loadModel('nowhere').catch((error: Package.AttentionError) => error.code);
    return {
      last: seen.at(-1),
      rising: seen.every(([loaded], i) => i === 0 || loaded >= seen[i - 1]![0]),
      cancelled,
      missing,
    };
  });
  const bytes = Object.values(kModel).reduce((sum, file) => sum + Buffer.byteLength(file), 0);
  expect(found).toEqual({ last: [bytes, bytes], rising: true, cancelled: 'AbortError', missing: 'file_missing' });
});

test('opens files that a visitor chose, whatever folder they come from', async ({ page }) => {
  await open(page);
  const tokens = await page.evaluate(
    async (files) => {
      const { attention } = globalThis as unknown as Globals;
      const engine = await attention.init({ worker: true });
      const chosen = Object.entries(files).map(
        ([name, bytes]) => new File([typeof bytes === 'string' ? bytes : Uint8Array.from(bytes)], name),
      );
      const model = await engine.loadModel(chosen);
      const { tokens, unknown } = await model.run('ab\ud800😀');
      model.dispose();
      return [tokens, unknown, await model.run('a').catch((error: Package.AttentionError) => error.code)];
    },
    {
      'config.json': config,
      'tokenizer.json': tokenizer,
      'model.safetensors': [...weights],
      'README.md': 'not needed',
    },
  );
  expect(tokens).toEqual([['a', 'b', '\ud800', '😀'], [2, 3], 'disposed']);
});
