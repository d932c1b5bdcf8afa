import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import AxeBuilder from '@axe-core/playwright';
import { expect, test, type Locator, type Page } from '@playwright/test';
import type { AttentionPlayground } from '../../web/src/elements/index.ts';
import { bundle } from '../../web/scripts/package.mjs';
import { kTiny, tinyFolder } from '../wasm/folder.ts';
import { demoFolder, goldenFolder, type Files } from './familyFolders.ts';
import { kWorkers, serveForTest, type TestServer } from './engineServer.ts';

/** <attention-playground> from the package, on plain pages with a strict content policy. */

const kPolicy = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'";

let folder = '';
const servers: TestServer[] = [];

test.beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'attention-element-'));
  await bundle(folder, ['element']);
});
test.afterEach(() => Promise.all(servers.splice(0).map((server) => server.close())));
test.afterAll(() => rmSync(folder, { recursive: true, force: true }));

const { config, weights, tokenizer } = tinyFolder();
const tall = tinyFolder({ sizes: { ...kTiny, n_layer: 24, n_head: 12, n_embd: 24 } });

/** The page's own style, and what keeps hold of the workers and of what the policy forbids. */
const kSpy = `
const sheet = new CSSStyleSheet();
sheet.replaceSync('.tall { height: 4000px; } :root { --attn-accent: #7a1f5c; }');
document.adoptedStyleSheets = [sheet];
globalThis.violations = [];
document.addEventListener('securitypolicyviolation', (event) => globalThis.violations.push(event.violatedDirective + ' ' + event.blockedURI));
${kWorkers}`;

interface Globals {
  workers: Worker[];
  violations: string[];
}

const filesAt = (path: string, folder: Files): Files =>
  Object.fromEntries(Object.entries(folder).map(([file, content]) => [path + file, content]));

async function open(page: Page, body: string): Promise<TestServer> {
  const html = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>A page</title>
<script src="/spy.js"></script><script type="module" src="/package/element.js"></script></head><body><main><h1>A page</h1>${body}</main></body></html>`;
  const server = await serveForTest({
    folders: { package: folder },
    files: {
      '/index.html': html,
      '/spy.js': kSpy,
      '/model/config.json': config,
      '/model/model.safetensors': weights,
      '/model/tokenizer.json': tokenizer,
      '/tall/config.json': tall.config,
      '/tall/model.safetensors': tall.weights,
      '/tall/tokenizer.json': tall.tokenizer,
      ...filesAt('/encoder/', goldenFolder('bert_f32')),
      ...filesAt('/both/', goldenFolder('transformer_f32')),
      ...filesAt('/dates/', demoFolder('dates')),
      '/broken/config.json': config,
      '/broken/model.safetensors': 'too short',
      '/broken/tokenizer.json': tokenizer,
    },
    headers: { 'Content-Security-Policy': kPolicy },
  });
  servers.push(server);
  await page.goto(`${server.url}/index.html`);
  return server;
}

const element = (page: Page, index = 0): Locator => page.locator('attention-playground').nth(index);
const chips = (page: Page, index = 0): Locator => element(page, index).locator('.chip');
const globals = <T>(page: Page, read: (found: Globals) => T): Promise<T> =>
  page.evaluate(`(${read.toString()})(globalThis)`) as Promise<T>;

const kElement = '<attention-playground model="/model/" text="abcab"></attention-playground>';

test('of many heads the one that it names is in view, and the page stays at its top', async ({ page }) => {
  await open(page, '<attention-playground model="/tall/" text="abc" head="23.5"></attention-playground>');
  const heads = element(page).locator('#grid [role=gridcell]');
  await expect(heads).toHaveCount(288);
  const grid = element(page).locator('#grid > *');
  const isInView = () =>
    grid.evaluate((all) => {
      const [frame, head] = [all, all.querySelector('[aria-selected=true]')!].map((part) =>
        part.getBoundingClientRect(),
      );
      return head!.top >= frame!.top && head!.bottom <= frame!.bottom + 0.5;
    });
  await expect.poll(isInView).toBe(true);
  expect(await grid.evaluate((all) => all.scrollHeight > all.clientHeight && all.scrollTop > 0)).toBe(true);
  expect(await page.evaluate(() => scrollY)).toBe(0);
});

test('two elements draw the same picture as the page, with one worker between them', async ({ page }) => {
  await open(
    page,
    `${kElement}<attention-playground model="/model/" text="cab" view="arcs" readonly></attention-playground>`,
  );
  await expect(chips(page)).toHaveText(['a', 'b', 'c', 'a', 'b']);
  await expect(chips(page, 1)).toHaveText(['c', 'a', 'b']);
  await expect(element(page).locator('#large [role=gridcell]')).toBeVisible();
  await expect(element(page, 1).locator('#large [role=listbox]')).toBeVisible();
  await expect(element(page).locator('#sum')).toContainText('q · k');
  await expect(element(page, 1).locator('input')).toHaveCount(0);
  expect(await globals(page, ({ workers }) => workers.length)).toBe(1);
  expect(await globals(page, ({ violations }) => violations)).toEqual([]);
});

test('an encoder looks both ways, with a decoder beside it too', async ({ page }) => {
  await open(
    page,
    `<attention-playground model="/encoder/" text="abcd"></attention-playground>
     <attention-playground model="/both/" text="cab" attention="encoder" head="1.2"></attention-playground>`,
  );
  await expect(chips(page)).toHaveText(['a', 'b', 'c', 'd']);
  await expect(chips(page, 1)).toHaveText(['c', 'a', 'b']);
  await expect(element(page, 1).locator('.bar strong')).toHaveText('Layer 1 · head 2');
  for (const index of [0, 1]) {
    const grid = element(page, index).locator('#large [role=gridcell]');
    await grid.focus();
    for (const key of ['Control+Home', 'ArrowRight']) await grid.press(key);
    await expect(grid).toHaveAttribute('aria-label', /\d%/);
    await expect(element(page, index).locator('.failure')).toHaveCount(0);
  }
});

test('cross attention goes from the answer to the text, and another attention is asked for', async ({ page }) => {
  await open(page, '<attention-playground model="/dates/" text="5 May 1999"></attention-playground>');
  const read = [...'5␣May␣1999'];
  const written = ['<bos>', ...'1999-05-05'];
  await expect(chips(page)).toHaveText([...read, ...written]);
  await element(page).evaluate((node: AttentionPlayground) => (node.attention = 'decoder'));
  await expect(chips(page)).toHaveText(written);
  await element(page).evaluate((node: AttentionPlayground) => node.setAttribute('attention', 'nonsense'));
  await expect(chips(page)).toHaveText([...read, ...written]);
});

test('attributes are properties: text and head from outside and from inside', async ({ page }) => {
  await open(page, kElement);
  await expect(chips(page)).toHaveCount(5);
  await element(page).evaluate((found: AttentionPlayground) => found.setAttribute('text', 'bb'));
  await expect(chips(page)).toHaveText(['b', 'b']);
  await element(page).locator('input').fill('abca');
  await expect(chips(page)).toHaveCount(4);
  await expect(element(page)).toHaveAttribute('text', 'abca');
  await element(page).locator('#grid [role=gridcell]').last().click();
  const head = await element(page).getAttribute('head');
  expect(head).toMatch(/^[1-9]\d*\.[1-9]\d*$|^\d\.[1-9]$|^[1-9]\.\d$/);
  await element(page).evaluate((found: AttentionPlayground) => found.setAttribute('head', '0.0'));
  await expect(element(page).locator('.bar strong')).toHaveText('Layer 0 · head 0');
});

test('tells its run: the pattern of the text that stands in it', async ({ page }) => {
  await open(page, '');
  await page.evaluate(() => {
    document.addEventListener('attention-run', (event) => {
      const { activations } = (event as CustomEvent).detail;
      document.body.dataset.shape = String(activations['blocks.0.attn.pattern'].shape.slice(1));
    });
    const made = document.createElement('attention-playground');
    made.setAttribute('model', '/model/');
    made.setAttribute('text', 'abcabc');
    document.querySelector('main')!.append(made);
  });
  await expect(page.locator('body')).toHaveAttribute('data-shape', '6,6');
});

test('a broken model is told by its code, and the last picture stays', async ({ page }) => {
  await open(page, kElement);
  await expect(chips(page)).toHaveCount(5);
  const code = await element(page).evaluate(
    (found: AttentionPlayground) =>
      new Promise((resolve) => {
        found.addEventListener('attention-error', (event) => resolve((event as CustomEvent).detail.code));
        found.setAttribute('model', '/broken/');
      }),
  );
  expect(code).toBeTruthy();
  await expect(element(page).locator('.failure')).toContainText(String(code));
  await expect(chips(page)).toHaveCount(5);
});

test('loads nothing before it comes near the window', async ({ page }) => {
  const server = await open(page, `<div class="tall"></div>${kElement}`);
  await expect(element(page).locator('input')).toBeAttached();
  // Long enough for a load that should not begin.
  await page.waitForTimeout(500);
  expect(server.asked.filter((path) => /wasm|model/.test(path))).toEqual([]);
  await element(page).scrollIntoViewIfNeeded();
  await expect(chips(page)).toHaveCount(5);
  expect(server.asked.some((path) => path.endsWith('.wasm'))).toBe(true);
});

test('draws again after its worker was replaced', async ({ page }) => {
  await open(page, kElement);
  await expect(chips(page)).toHaveCount(5);
  await page.evaluate(() =>
    (globalThis as unknown as Globals).workers[0]!.postMessage({ id: 1e9, method: 'fail', args: ['trap'] }),
  );
  await expect.poll(() => globals(page, ({ workers }) => workers.length)).toBe(2);
  await element(page).locator('input').fill('cab');
  await expect(chips(page)).toHaveText(['c', 'a', 'b']);
});

test('an element that was taken out and put back draws on', async ({ page }) => {
  await open(page, kElement);
  await expect(chips(page)).toHaveCount(5);
  await element(page).evaluate((found: AttentionPlayground) => {
    const parent = found.parentElement!;
    found.remove();
    found.text = 'ca';
    parent.append(found);
  });
  await expect(chips(page)).toHaveText(['c', 'a']);
});

test('takes the page’s colours and has no accessibility violations', async ({ page }) => {
  await open(page, kElement);
  await expect(chips(page)).toHaveCount(5);
  const colour = await element(page)
    .locator('.chip.query')
    .evaluate((chip) => getComputedStyle(chip).backgroundColor);
  expect(colour).toBe('rgb(122, 31, 92)');
  const { violations } = await new AxeBuilder({ page }).analyze();
  expect(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])).toEqual([]);
});

test('the demo shows two of them side by side', async ({ page }) => {
  await page.goto('/demos/embed/index.html');
  await expect(chips(page)).not.toHaveCount(0);
  await expect(chips(page, 1)).not.toHaveCount(0);
  const [left, right] = [(await element(page).boundingBox())!, (await element(page, 1).boundingBox())!];
  expect(right.x).toBeGreaterThanOrEqual(left.x + left.width);
});
