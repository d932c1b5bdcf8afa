import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { chromium, type Browser, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { serveForTest, type TestServer } from '../browser/engineServer.ts';
import { tinyFolder } from '../wasm/folder.ts';
import { copyIn, newProject, node, packPackage, tool, type Packed } from './stranger.ts';

/** demos/vite as a stranger builds it: the tarball, Vite, a browser. Beside it stands a page that uses the worker. */

const kWorkerPage = `<!doctype html><title>starting</title><script type="module" src="./worker.ts"></script>`;
const kWorkerScript = `
import { init } from 'attention-playground';
const attn = await init({ worker: true });
const model = await attn.loadModel(new URL('model/', location.href));
const run = await model.run('abcabc');
document.title = run.tokens.join(' ') + ' ' + (await attn.variants()).length;
`;
const kPolicy = {
  'Content-Security-Policy': "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; img-src data:",
};

let packed: Packed;
let project: { folder: string; remove: () => void };
let browser: Browser;
const viteArguments = [tool('vite/bin/vite.js')];

beforeAll(async () => {
  packed = await packPackage();
  const { config, weights, tokenizer } = tinyFolder();
  const model = {
    'public/model/config.json': config,
    'public/model/model.safetensors': weights,
    'public/model/tokenizer.json': tokenizer,
  };
  project = await newProject(packed.tarball, { 'worker.html': kWorkerPage, 'worker.ts': kWorkerScript, ...model });
  copyIn('demos/vite', project.folder);
  const input = ['index.html', 'worker.html'];
  writeFileSync(
    join(project.folder, 'vite.config.js'),
    `export default { base: './', build: { target: 'esnext', rollupOptions: { input: ${JSON.stringify(input)} } } };`,
  );
  const executablePath = existsSync('/usr/bin/chromium') ? '/usr/bin/chromium' : undefined;
  browser = await chromium.launch({
    ...(executablePath && { executablePath }),
    args: ['--headless', '--no-sandbox', '--disable-gpu'],
  });
});

afterAll(async () => {
  await browser.close();
  project.remove();
  packed.remove();
});

/** Opens a page; whatever it complains about is collected. */
async function open(url: string): Promise<{ page: Page; complaints: string[] }> {
  const page = await browser.newPage({ viewport: { width: 1000, height: 800 } });
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error' && !message.location().url.endsWith('favicon.ico')) complaints.push(message.text());
  });
  await page.goto(url);
  return { page, complaints };
}

const shares = (page: Page) =>
  page.locator('#shares .value').evaluateAll((cells) => cells.map((cell) => parseFloat(cell.textContent ?? '')));

/** The demo draws eight shares that sum to 1 and follow the pointer; the other page runs a model in a worker. */
async function checkPages(base: string): Promise<void> {
  const { page, complaints } = await open(`${base}/index.html`);
  await expect
    .poll(() => page.locator('#speed').textContent(), { timeout: 20_000 })
    .toMatch(/^12288 queries in [\d.]+ ms \((relaxed-)?simd\)$/);
  const first = await shares(page);
  expect(first).toHaveLength(8);
  expect(Math.abs(first.reduce((a, b) => a + b, 0) - 100)).toBeLessThan(4);
  const plane = (await page.locator('#plane').boundingBox())!;
  // Key A, at (-0.95, 0.55) of a plane of 4/3 by 1.
  await page.mouse.move(plane.x + plane.width * (0.5 - 0.95 / 2.6667), plane.y + plane.height * (0.5 - 0.55 / 2));
  await expect.poll(async () => (await shares(page))[0]).toBeGreaterThan(90);
  await page.locator('#plane').focus();
  await page.keyboard.press('ArrowRight');
  await expect
    .poll(() => page.locator('#spoken').textContent())
    .toMatch(/^The query gives key A \d+ % of its attention\.$/);
  expect(complaints).toEqual([]);
  await page.close();

  const other = await open(`${base}/worker.html`);
  await expect.poll(() => other.page.title(), { timeout: 20_000 }).toMatch(/^a b c a b c [1-9]/);
  expect(other.page.workers()).toHaveLength(1);
  expect(other.complaints).toEqual([]);
  await other.page.close();
}

describe('demos/vite with the tarball', () => {
  it('builds without a warning and runs from a sub-path under a strict policy', async () => {
    const output = await node([...viteArguments, 'build'], project.folder);
    expect(output).not.toMatch(/warn|externalized|doesn't exist/i);
    const server: TestServer = await serveForTest({
      folders: { 'some-path': join(project.folder, 'dist') },
      headers: kPolicy,
    });
    try {
      await checkPages(`${server.url}/some-path`);
      expect(server.asked.filter((path) => path.endsWith('.wasm')).length).toBe(2);
    } finally {
      await server.close();
    }
  });

  it('runs in the development server', async () => {
    const { child, url } = await startDevServer();
    try {
      await checkPages(url);
    } finally {
      child.kill();
    }
  });
});

async function startDevServer(): Promise<{ child: ChildProcess; url: string }> {
  const child = spawn(process.execPath, [...viteArguments, '--host', 'localhost'], {
    cwd: project.folder,
    env: { ...process.env, NO_COLOR: '1' },
  });
  let printed = '';
  child.stdout.on('data', (text) => (printed += String(text)));
  child.stderr.on('data', (text) => (printed += String(text)));
  await expect.poll(() => printed, { timeout: 30_000 }).toMatch(/Local:\s+http/);
  return { child, url: /Local:\s+(http:\/\/localhost:\d+)/.exec(printed)![1]! };
}
