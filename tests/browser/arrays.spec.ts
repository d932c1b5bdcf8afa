import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import AxeBuilder from '@axe-core/playwright';
import { expect, test, type Page } from '@playwright/test';
import { readArrays } from '../../web/src/arrays/index.ts';
import { init } from '../../web/src/index.node.ts';
import { save } from './playgroundPage.ts';

/** Attention from a file of arrays: what is drawn and told is what stands in the file. */

const file = join(import.meta.dirname, '../golden/arrays/stored.npz');
const room = (page: Page) => page.locator('own-attention');

async function open(page: Page): Promise<string[]> {
  const problems: string[] = [];
  page.on('pageerror', (error) => problems.push(error.message));
  page.on('console', (message) => message.type() === 'error' && problems.push(message.text()));
  await page.goto('/arrays.html');
  await expect(room(page).locator('#map canvas').first()).toBeVisible();
  return problems;
}

const choose = (page: Page, name: string, buffer: Buffer) =>
  room(page).locator('input[type=file]').setInputFiles({ name, mimeType: 'application/octet-stream', buffer });

test('a file with cross attention: its heads, its tokens, its measures', async ({ page }) => {
  const problems = await open(page);
  await choose(page, 'mine.npz', readFileSync(file));
  await expect(room(page).getByRole('status')).toContainText('2 layers of 3 heads, 4 queries, 5 keys');
  const arrays = readArrays(new Uint8Array(readFileSync(file)), 'mine.npz');
  const attention = arrays['attention'] as { shape: number[]; data: Float32Array };
  const engine = await init();
  const { data: entropy } = engine.headEntropy(attention);
  await expect(room(page).locator('figcaption')).toContainText(`Entropy of its rows ${entropy[0]!.toFixed(2)}`);
  const cell = room(page).locator('#map [role=gridcell]').first();
  await expect(cell).toHaveAttribute('aria-label', new RegExp(`我.*i.*${(100 * attention.data[0]!).toFixed(1)}%`));
  await room(page).locator('#grid [aria-selected]').nth(4).click();
  await expect(room(page).locator('figcaption')).toContainText(
    `Layer 1, head 1. Entropy of its rows ${entropy[4]!.toFixed(2)}`,
  );
  expect(problems).toEqual([]);
});

test('a broken file is refused by code, and what was shown stays', async ({ page }) => {
  await open(page);
  const before = await room(page).getByRole('status').textContent();
  await choose(page, 'broken.npz', Buffer.from('PK and nothing'));
  await expect(room(page).locator('.failure code')).toHaveText('array_invalid');
  await choose(page, 'none.json', Buffer.from('{"x": 1}'));
  await expect(room(page).locator('.failure code')).toHaveText('array_missing');
  expect(await room(page).getByRole('status').textContent()).toBe(before);
  await choose(page, 'good.json', Buffer.from('{"attention": [[0.25, 0.75], [1, 0]], "tokens": ["<b>", "x"]}'));
  await expect(room(page).getByRole('status')).toContainText('2 queries, 2 keys');
  await expect(room(page).locator('.failure')).toHaveCount(0);
});

test('what is shown can be saved and read again', async ({ page }) => {
  await open(page);
  await choose(page, 'mine.npz', readFileSync(file));
  await expect(room(page).getByRole('status')).toContainText('4 queries');
  const given = readArrays(new Uint8Array(readFileSync(file)), 'given');
  for (const format of ['npz', 'json']) {
    const { name, bytes } = await save(page, `.${format}`);
    expect(name).toBe(`attention.${format}`);
    const saved = readArrays(new Uint8Array(bytes), format);
    expect(saved['attention']).toEqual(given['attention']);
    expect(saved['key_tokens']).toEqual(given['key_tokens']);
  }
});

for (const [width, colorScheme, locale] of [
  [1280, 'light', 'en-US'],
  [320, 'dark', 'zh-CN'],
] as const) {
  test.describe(`${width} px, ${colorScheme}, ${locale}`, () => {
    test.use({ viewport: { width, height: 900 }, colorScheme, locale });
    test('axe finds nothing, and nothing scrolls sideways', async ({ page, browserName }) => {
      await open(page);
      const builder = new AxeBuilder({ page });
      if (browserName === 'firefox') builder.disableRules(['color-contrast']);
      const { violations } = await builder.analyze();
      expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)).toEqual([]);
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
    });
  });
}
