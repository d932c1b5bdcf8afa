import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import type * as Package from '../../web/src/index.ts';
import { bundle } from '../../web/scripts/package.mjs';
import { apart, caseOf, familyCases, roundingOf } from '../wasm/familyCases.ts';
import { serveForTest, type TestServer } from './engineServer.ts';

/** Every family in the browser, by both builds: the golden values at every station. */

let folder = '';
let server: TestServer;
test.beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'attention-families-'));
  await bundle(folder, ['index']);
  const page = { '/index.html': '<!doctype html><title>families</title>' };
  server = await serveForTest({ folders: { package: folder }, files: page });
});
test.afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

type Plain = { shape: readonly number[]; data: number[] };

/** A model and what it is to read, as a page can be given it. */
interface Asked {
  config: string;
  tokenizer: string;
  weights: number[];
  read: string | Package.TextInput | null;
  pixels: Plain | null;
  which: 'simd' | 'relaxed-simd';
}

/** Runs in the page: it knows no name outside. */
async function compute({ config, tokenizer, weights, read, pixels, which }: Asked) {
  const { init } = (await import('/package/index.js' as string)) as typeof Package;
  const engine = await init({ build: which });
  const model = await engine.loadModel({ config, weights: Uint8Array.from(weights), tokenizer });
  const given = pixels ? { image: { ...pixels, data: Float32Array.from(pixels.data) } } : read!;
  const { activations } = model.run(given, { record: model.info.stations });
  const stations: Record<string, Plain> = {};
  for (const [station, { shape, data }] of Object.entries(activations)) stations[station] = { shape, data: [...data] };
  const found = { info: model.info, build: engine.build, stations };
  engine.dispose();
  return found;
}

function asked(name: string, which: Asked['which']): Asked {
  const { files, input } = caseOf(name);
  const image = typeof input === 'object' && 'image' in input ? (input.image as Package.Tensor) : null;
  return {
    config: files.config,
    tokenizer: files.tokenizer!,
    weights: [...(files.weights as Uint8Array)],
    read: image ? null : (input as string | Package.TextInput),
    pixels: image && { shape: [...image.shape], data: [...image.data] },
    which,
  };
}

for (const build of ['simd', 'relaxed-simd'] as const) {
  test(`every family has its golden numbers at every station, ${build}`, async ({ page }) => {
    await page.goto(`${server.url}/index.html`);
    for (const name of familyCases) {
      const found = await page.evaluate(compute, asked(name, build));
      expect(found.build).toBe(build);
      const { stations } = caseOf(name);
      expect(Object.keys(found.stations).sort(), name).toEqual(Object.keys(stations).sort());
      for (const [station, expected] of Object.entries(stations)) {
        const { shape, data } = found.stations[station]!;
        const far = apart({ shape, data: Float32Array.from(data) }, expected);
        expect(far, `${name}, ${station}`).toBeLessThanOrEqual(roundingOf(found.info));
      }
    }
  });
}
