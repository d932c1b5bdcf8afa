import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { bundle } from '../../web/scripts/package.mjs';
import { serveForTest, type TestServer } from './engineServer.ts';

/** The rooms on somebody else's page: from the package's own files, under a strict policy and the host's own styles. */

const rooms = [
  'weighted-average-room',
  'distance-room',
  'denoising-room',
  'non-local-room',
  'dissimilarity-room',
  'four-mechanisms-room',
];
const policy =
  "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; connect-src 'self'; img-src 'self' data: blob:; worker-src 'self' blob:";
const hostPage = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>A course</title>
<link rel="stylesheet" href="host.css"><script type="module" src="package/rooms.js"></script></head>
<body><main><h1>A course</h1>${rooms.map((name) => `<${name}></${name}>`).join('')}</main></body></html>`;
const hostStyles =
  'button, select, table { color: rgb(255, 0, 0); font-size: 40px } h3 { display: none } h1 { color: rgb(0, 128, 0) }';

let folder = '';
let server: TestServer;

test.beforeAll(async () => {
  test.setTimeout(300_000);
  folder = mkdtempSync(join(tmpdir(), 'attention-rooms-'));
  await bundle(join(folder, 'package'), ['rooms']);
  server = await serveForTest({
    folders: { package: join(folder, 'package') },
    // Icons are asked for by browsers themselves.
    files: { '/index.html': hostPage, '/host.css': hostStyles, '/favicon.ico': '' },
    headers: { 'Content-Security-Policy': policy },
  });
});
test.afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

test('every room computes on a foreign page, in its own looks, asking nothing of other hosts', async ({ page }) => {
  const problems: string[] = [];
  page.on('pageerror', (error) => problems.push(error.message));
  page.on('console', (message) => message.type() === 'error' && problems.push(message.text()));
  const foreign: string[] = [];
  page.on('request', (request) => {
    if (!request.url().startsWith(`${server.url}/`) && !/^(data|blob):/.test(request.url()))
      foreign.push(request.url());
  });
  await page.goto(`${server.url}/index.html`);
  expect(await page.locator('h1').evaluate((one) => getComputedStyle(one).color)).toBe('rgb(0, 128, 0)');
  for (const name of rooms) {
    const room = page.locator(name);
    await room.scrollIntoViewIfNeeded();
    await expect(room.locator('.caption').first()).toBeVisible();
    await expect(room.locator('.waiting, .failure')).toHaveCount(0);
    const button = room.locator('button').first();
    expect(await button.evaluate((one) => getComputedStyle(one).color)).not.toBe('rgb(255, 0, 0)');
  }
  await page.locator(rooms[0]!).evaluate((room) => room.setAttribute('lang', 'zh'));
  await expect(page.locator(rooms[0]!).locator('.caption').first()).toContainText(/\p{Script=Han}/u);
  const corner = () =>
    page
      .locator(rooms[0]!)
      .locator('heat-map canvas')
      .first()
      .evaluate((canvas: HTMLCanvasElement) => [
        ...canvas
          .getContext('2d')!
          .getImageData(canvas.width - 1, 0, 1, 1)
          .data.slice(0, 3),
      ]);
  expect(Math.min(...(await corner()))).toBeGreaterThan(200);
  await page.locator(rooms[0]!).evaluate((room) => room.setAttribute('theme', 'dark'));
  await expect.poll(async () => Math.max(...(await corner()))).toBeLessThan(80);
  await expect(page.locator(rooms[0]!)).toHaveAttribute('data-shade', 'dark');
  expect(problems).toEqual([]);
  expect(foreign).toEqual([]);
});
