import { expect, test, type Page } from '@playwright/test';
import { shippedModels } from '../../web/app/models.ts';
import { chips, headline, open, readCsv, save } from './playgroundPage.ts';

/** The shipped models that do not continue a text, in the playground: from its menu and from links. */

const menu = (page: Page) => page.getByRole('combobox', { name: 'Model' });

/** The tint over the image: its width and height, and the alpha of each patch. */
const tint = (page: Page) =>
  page.locator('image-field .heat').evaluate((canvas: HTMLCanvasElement) => {
    const { width, height } = canvas;
    const { data } = canvas.getContext('2d')!.getImageData(0, 0, width, height);
    return { width, height, alpha: [...data].filter((_, index) => index % 4 === 3) };
  });

test('every shipped model stands in the menu, and opens at its head', async ({ page }) => {
  await open(page);
  expect(await menu(page).locator('option').count()).toBe(shippedModels.length);
  for (const { name, opensAt } of shippedModels.filter((model) => model.opensAt)) {
    await menu(page).selectOption(name);
    await expect(headline(page)).toHaveText(`Layer ${opensAt!.layer} · head ${opensAt!.head}`);
    await expect(page.getByRole('alert')).toBeEmpty();
  }
});

test('a link opens the dates, and its head comes before the standard one', async ({ page }) => {
  await page.goto('/#model=dates&text=5+May+1999');
  await expect(page.locator('.answer')).toHaveText('1999-05-05');
  await expect(headline(page)).toHaveText('Layer 1 · head 0');
  await page.goto('/#model=dates&text=5+May+1999&head=0.2');
  await expect(headline(page)).toHaveText('Layer 0 · head 2');
});

test('an image is coloured up to its largest weight, a text up to 1, and the legend says so', async ({ page }) => {
  const texts = async () => {
    const svg = (await save(page, 'SVG picture')).bytes.toString('utf8');
    return [...svg.matchAll(/<text[^>]*>([^<]*)</g)].map(([, text]) => text!);
  };
  await page.goto('/#model=digits&head=0.0');
  await expect(chips(page)).toHaveCount(50);
  const largest = Math.max(...(await readCsv(page)).map(({ weight }) => weight));
  expect(largest).toBeLessThan(0.9);
  expect(await texts()).toContain(String(Number(largest.toPrecision(2))));
  // Neither this date nor its answer has a 1.
  await page.goto('about:blank');
  await page.goto('/#model=dates&text=5+May+2023&stand=encoder&head=0.0');
  await expect(page.locator('.answer')).toHaveText('2023-05-05');
  expect(Math.max(...(await readCsv(page)).map(({ weight }) => weight))).toBeLessThan(0.9);
  expect(await texts()).toContain('1');
});

test('the tint over the image is the row of the class token, then of the chosen patch', async ({ page }) => {
  await page.goto('/#model=digits');
  await expect(chips(page)).toHaveCount(50);
  const key = page.locator('.heat-key');
  for (const query of [0, 25]) {
    if (query > 0) await chips(page).nth(query).click();
    const token = await chips(page).nth(query).textContent();
    await expect(key).toContainText(`where ${token} looks in layer 3, head 1`);
    const row = (await readCsv(page)).filter((cell) => cell.query === query).map(({ weight }) => weight);
    const patches = row.slice(1);
    const most = Math.max(...patches);
    await expect(key).toContainText(`Full colour is ${(100 * most).toFixed(1)}%; ${(100 * row[0]!).toFixed(1)}% is on`);
    const { width, height, alpha } = await tint(page);
    expect([width, height]).toEqual([7, 7]);
    alpha.forEach((value, patch) => expect(value).toBeCloseTo((255 * 0.72 * patches[patch]!) / most, -0.5));
  }
});
