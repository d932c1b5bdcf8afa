import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import type * as Package from '../../web/src/index.ts';
import { bundle } from '../../web/scripts/package.mjs';
import { malformedFolders, wholeFolder } from '../wasm/malformed.ts';
import { serveForTest } from './engineServer.ts';

/** The thousand malformed folders of tests/wasm/malformed.ts in a worker of each browser. */

interface Entry {
  name: string;
  config: string;
  tokenizer: string;
  codes: readonly string[];
  begin: number;
  end: number;
}

test('a thousand malformed folders each say what is wrong, and a model runs on to the same bits', async ({ page }) => {
  test.setTimeout(180_000);
  const folder = mkdtempSync(join(tmpdir(), 'attention-malformed-'));
  await bundle(folder, ['index']);
  const all = [wholeFolder(), ...malformedFolders()];
  expect(all.length).toBeGreaterThan(1000);
  let end = 0;
  const entries = all.map(({ weights, ...rest }): Entry => ({ ...rest, begin: end, end: (end += weights.length) }));
  const bytes = Buffer.concat(all.map(({ weights }) => weights));
  const server = await serveForTest({
    folders: { package: folder },
    files: {
      '/index.html': '<!doctype html><script type="module" src="/page.js"></script>',
      '/page.js': "import * as attention from '/package/index.js'; Object.assign(globalThis, { attention });",
      '/folders.json': JSON.stringify(entries),
      '/folders.bin': bytes,
    },
  });
  try {
    await page.goto(`${server.url}/index.html`);
    await page.waitForFunction(() => 'attention' in globalThis);
    const found = await page.evaluate(async () => {
      const { attention } = globalThis as unknown as { attention: typeof Package };
      const [list, file] = await Promise.all([
        fetch('/folders.json').then((answer) => answer.json() as Promise<Entry[]>),
        fetch('/folders.bin').then((answer) => answer.arrayBuffer()),
      ]);
      const filesOf = ({ config, tokenizer, begin, end }: Entry) => ({
        config,
        tokenizer,
        weights: new Uint8Array(file.slice(begin, end)),
      });
      const engine = await attention.init({ worker: true });
      const model = await engine.loadModel(filesOf(list[0]!));
      const before = [...(await model.run('abcdefgh')).logits.data];
      const wrong: [string, string][] = [];
      for (const entry of list.slice(1)) {
        const code = await engine.loadModel(filesOf(entry)).then(
          () => 'none',
          (error: { code?: string }) => error.code ?? 'no code',
        );
        if (!entry.codes.includes(code)) wrong.push([entry.name, code]);
      }
      const after = [...(await model.run('abcdefgh')).logits.data];
      return { wrong, before, after };
    });
    expect(found.wrong).toEqual([]);
    expect(found.before.length).toBeGreaterThan(0);
    expect(found.after).toEqual(found.before);
  } finally {
    await server.close();
    rmSync(folder, { recursive: true, force: true });
  }
});
