import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import AxeBuilder from '@axe-core/playwright';
import { expect, test } from '@playwright/test';

/** The gallery of the built site against the folders of demos/. */

const kDemos = join(import.meta.dirname, '../../demos');
const kNames = readdirSync(kDemos).filter((name) => existsSync(join(kDemos, name, 'index.html')));
const kMostBytes = 80_000;

test('links to every demo with a page, in both languages, with a picture that loads', async ({ page }) => {
  await page.goto('/gallery.html');
  const cards = page.locator('.card');
  const links = await cards.locator('a').evaluateAll((all) => all.map((link) => link.getAttribute('href') ?? ''));
  expect([...links].sort()).toEqual(kNames.map((name) => `demos/${name}/index.html`).sort());
  for (const card of await cards.all()) {
    await card.scrollIntoViewIfNeeded();
    const picture = card.locator('img.in-light');
    await expect(picture).toBeVisible();
    await expect.poll(() => picture.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBe(1280);
    await expect(card.locator('h2 [data-lang="en"]')).toBeVisible();
    await expect(card.locator('h2 [data-lang="zh"]')).toBeHidden();
  }
  for (const link of links) expect((await page.request.get(`/${link}`)).status()).toBe(200);
});

test('pictures are small, one for light and one for dark pages', () => {
  for (const name of kNames) {
    for (const file of ['picture.webp', 'picture-dark.webp']) {
      expect(statSync(join(kDemos, name, file)).size, `demos/${name}/${file}`).toBeLessThanOrEqual(kMostBytes);
    }
  }
});

test('language and colours follow a choice that the playground and the demos share', async ({ page }) => {
  await page.goto('/gallery.html');
  await page.getByRole('button', { name: '中文' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(/作品集/);
  await expect(page).toHaveTitle('作品集 · 注意力游乐场');
  await page.getByRole('button', { name: '配色：跟随系统' }).click();
  await page.getByRole('button', { name: '配色：浅色' }).click();
  await expect(page.locator('.card img.in-dark').first()).toBeVisible();
  await page.getByRole('link', { name: '谁爱过谁' }).click();
  await expect(page.locator('html')).toHaveAttribute('lang', 'zh-CN');
  await expect(page.locator('html')).toHaveAttribute('data-shade', 'dark');
  await page.getByRole('link', { name: '在游乐场里打开' }).click();
  await expect(page.locator('html')).toHaveAttribute('lang', 'zh-CN');
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark');
});

for (const colorScheme of ['light', 'dark'] as const) {
  test(`axe finds nothing, and nothing scrolls sideways at 390 px: ${colorScheme}`, async ({ page }) => {
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize({ width: 390, height: 800 });
    await page.goto('/gallery.html');
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
    expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
  });
}

test('every page of the site is reached from here', async ({ page }) => {
  await page.goto('/gallery.html');
  for (const name of ['index', 'lineage', 'mechanisms', 'claims', 'arrays', 'benchmark']) {
    await expect(page.locator(`nav a[href="${name}.html"]`)).toHaveCount(1);
  }
});
