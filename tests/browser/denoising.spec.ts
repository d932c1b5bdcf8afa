import AxeBuilder from '@axe-core/playwright';
import { expect, test, type Page } from '@playwright/test';
import { normals } from '../../web/src/elements/rooms/random.ts';
import { init } from '../../web/src/index.node.ts';
import { bitmapFile, numberIn, tensorIn } from './pictures.ts';

/** The room where pictures denoise themselves: its numbers against the engine, and against attention. */

const room = (page: Page) => page.locator('denoising-room');
const fact = (page: Page, name: string) => room(page).locator(`[data-fact=${name}]`);
const field = (page: Page, name: string) => room(page).locator(`picture-field[data-picture=${name}]`);
const shot = (page: Page, name: string) => room(page).locator(`[data-filter=${name}]`);
const knobs = { sigma: 0.7, radius: 4, sigma_space: 1.5, sigma_range: 0.12, h: 0.06, patch: 5, search: 21 };

async function open(page: Page, state = ''): Promise<string[]> {
  const problems: string[] = [];
  page.on('pageerror', (error) => problems.push(error.message));
  page.on('console', (message) => message.type() === 'error' && problems.push(message.text()));
  await page.goto(`/lineage.html#denoising${state}`);
  await settled(page);
  return problems;
}

/** Every filter has its picture, and nothing is under way. */
async function settled(page: Page): Promise<void> {
  await expect(room(page).locator('[data-filter] picture-field')).toHaveCount(4);
  await expect(room(page).locator('progress')).toHaveCount(0);
  await expect(fact(page, 'filtered')).not.toHaveText('…');
}

test('each filter of the table has its picture and its decibels, and the best is marked', async ({ page }) => {
  const problems = await open(page);
  const engine = await init();
  const clean = await tensorIn(room(page).locator('.shot picture-field').first());
  const noise = normals(clean.data.length, 1);
  const noisy = await tensorIn(field(page, 'noisy'));
  expect(noisy.data).toEqual(clean.data.map((x, at) => x + 0.06 * noise[at]!));
  expect(await numberIn(fact(page, 'noisy'))).toBeCloseTo(engine.peakSignalToNoise(noisy, clean), 1);
  const decibels: Record<string, number> = {};
  for (const { name, params } of engine.imageFilters()) {
    const own = Object.fromEntries(params.map((one) => [one.name, knobs[one.name as keyof typeof knobs]]));
    const filtered = engine.imageFilter(noisy, { filter: name, params: own });
    decibels[name] = engine.peakSignalToNoise(filtered, clean);
    expect(await numberIn(shot(page, name).locator('[data-fact=decibels]'))).toBe(Number(decibels[name].toFixed(1)));
  }
  const [best] = Object.entries(decibels).sort(([, a], [, b]) => b - a)[0]!;
  await expect(room(page).locator('.shot').filter({ hasText: 'best here' })).toHaveAttribute('data-filter', best);
  expect(best).toBe('non_local_means');
  await room(page).getByRole('button', { name: 'Gravel' }).click();
  await expect(room(page).locator('.verdict')).toContainText(/Best here: (?!Non-local means)/);
  expect(problems).toEqual([]);
});

test('a pixel chosen by mouse or keys is averaged as in the filtered picture, and as attention does', async ({
  page,
}) => {
  await open(page);
  const engine = await init();
  const stage = field(page, 'weights').locator('.stage');
  await stage.scrollIntoViewIfNeeded();
  const box = (await stage.boundingBox())!;
  await page.mouse.click(box.x + (40.5 / 128) * box.width, box.y + (20.5 / 128) * box.height);
  await expect(room(page)).toHaveJSProperty('column', 40);
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('Shift+ArrowRight');
  await expect(room(page).getByText('Pixel (19, 48)')).toBeVisible();
  const noisy = await tensorIn(field(page, 'noisy'));
  const params = { h: knobs.h, patch: knobs.patch, search: knobs.search };
  const found = engine.filterWeights(noisy, 19, 48, { params });
  await expect(fact(page, 'sum')).toHaveText(found.sum.toFixed(3));
  await expect(fact(page, 'mean')).toHaveText(found.value.data[0]!.toFixed(4));
  await expect(fact(page, 'filtered')).toHaveText(found.value.data[0]!.toFixed(4));
  await expect(fact(page, 'attention')).toHaveText(found.value.data[0]!.toFixed(4));
  expect(await numberIn(fact(page, 'apart'))).toBeLessThan(1e-5);
  expect(await numberIn(fact(page, 'mean-apart'))).toBeLessThan(1e-5);
  expect(await numberIn(fact(page, 'weight-apart'))).toBeLessThan(1e-5);
  await expect(fact(page, 'bandwidth')).toHaveText((0.06 * Math.sqrt(25 / 2)).toFixed(4));
  await expect(fact(page, 'reshape')).toHaveText('128 × 128 × 25 → 16\u202f384 × 25');
  const patch = engine.imagePatches(noisy, { size: 5 }).data.slice((19 * 128 + 48) * 25, (19 * 128 + 49) * 25);
  const shown = await room(page).locator('table.matrix tbody td').allInnerTexts();
  expect(shown.map((text) => Number(text.replace('−', '-')))).toEqual(Array.from(patch, (x) => Number(x.toFixed(2))));
  await room(page).getByLabel('the whole picture').check();
  await expect(room(page).getByText('Now every pixel of the picture may count')).toBeVisible();
});

test('at the border and in colour the numbers are the same too', async ({ page }) => {
  await open(page, '?picture=astronaut&row=0&column=500&h=0.1&search=11');
  await expect(room(page).getByText('Pixel (0, 127)')).toBeVisible();
  const engine = await init();
  const noisy = await tensorIn(field(page, 'noisy'));
  expect(noisy.shape).toEqual([128, 128, 3]);
  const found = engine.filterWeights(noisy, 0, 127, { params: { h: 0.1, patch: 5, search: 11 } });
  await expect(fact(page, 'mean')).toHaveText([...found.value.data].map((x) => x.toFixed(4)).join(', '));
  expect(await numberIn(fact(page, 'mean-apart'))).toBeLessThan(1e-5);
  await expect(fact(page, 'reshape')).toContainText('128 × 128 × 25 · 3');
});

test('the address sets the state; what the engine refuses is said, and the last picture stays', async ({ page }) => {
  await open(page, '?picture=gravel&noise=0.1&filter=bilateral&sigma_range=0.2&h=nonsense');
  await expect(room(page)).toHaveJSProperty('h', knobs.h);
  await expect(room(page).getByRole('button', { name: 'Gravel' })).toHaveAttribute('aria-pressed', 'true');
  await expect(room(page).getByRole('heading', { name: 'Bilateral' })).toBeVisible();
  await expect(room(page).locator('output[for=denoising-sigma_range]')).toHaveText('0.20');
  const before = await shot(page, 'non_local_means').locator('[data-fact=decibels]').innerText();
  await room(page).evaluate((element) => element.setAttribute('patch', '4'));
  await expect(room(page).getByRole('alert')).toContainText('argument_range');
  await expect(shot(page, 'non_local_means').locator('[data-fact=decibels]')).toHaveText(before);
  await room(page).evaluate((element) => element.setAttribute('filter', 'magic'));
  await expect(room(page).getByRole('alert')).toContainText('variant_unknown');
  await room(page).evaluate((element) => element.setAttribute('filter', 'non_local_means'));
  for (const h of ['0', 'Infinity']) {
    await room(page).evaluate((element, value) => {
      element.setAttribute('patch', '5');
      element.setAttribute('h', value);
    }, h);
    await expect(room(page).getByRole('alert')).toHaveCount(0);
    await expect(room(page).getByText('With this h there is no finite bandwidth')).toBeVisible();
  }
});

test('files of any size are scaled, files that are no images refused, and one may draw', async ({ page }) => {
  await open(page);
  const file = room(page).locator('input[type=file]');
  await file.setInputFiles({ name: 'wide.bmp', mimeType: 'image/bmp', buffer: bitmapFile(600, 300) });
  await expect(room(page).getByText('600 × 300 was scaled to 256 × 128')).toBeVisible();
  await expect.poll(async () => (await tensorIn(field(page, 'noisy'))).shape).toEqual([128, 256, 3]);
  await file.setInputFiles({ name: 'poem.png', mimeType: 'image/png', buffer: Buffer.from('no image') });
  await expect(room(page).getByRole('alert')).toContainText('poem.png');
  expect((await tensorIn(field(page, 'noisy'))).shape).toEqual([128, 256, 3]);
  const dropped = [...bitmapFile(40, 60)];
  await room(page)
    .locator('.choice-area')
    .evaluate((area, bytes) => {
      const dataTransfer = new DataTransfer();
      dataTransfer.items.add(new File([new Uint8Array(bytes)], 'tall.bmp', { type: 'image/bmp' }));
      area.dispatchEvent(new DragEvent('drop', { dataTransfer, bubbles: true, cancelable: true }));
    }, dropped);
  await expect.poll(async () => (await tensorIn(field(page, 'noisy'))).shape).toEqual([60, 40, 3]);
  await expect(room(page).getByRole('alert')).toHaveCount(0);
  await room(page).getByRole('button', { name: 'Draw one' }).click();
  await expect.poll(async () => (await tensorIn(field(page, 'noisy'))).shape).toEqual([128, 128]);
  await settled(page);
  const original = room(page).locator('.shot picture-field').first();
  const before = await tensorIn(original);
  const pad = (await room(page).getByLabel('Drawing pad').boundingBox())!;
  await page.mouse.move(pad.x + 20, pad.y + 20);
  await page.mouse.down();
  await page.mouse.move(pad.x + 90, pad.y + 60, { steps: 4 });
  await page.mouse.up();
  await expect.poll(async () => (await tensorIn(original)).data).not.toEqual(before.data);
});

test('nothing scrolls sideways at 320 pixels', async ({ page }) => {
  await page.setViewportSize({ width: 320, height: 700 });
  await open(page);
  await expect.poll(() => page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(320);
});

for (const { width, colorScheme, locale } of [
  { width: 390, colorScheme: 'dark', locale: 'zh-CN' },
  { width: 1280, colorScheme: 'light', locale: 'en-US' },
] as const) {
  test.describe(`${width} px, ${colorScheme}, ${locale}`, () => {
    test.use({ viewport: { width, height: 844 }, colorScheme, locale });
    test('axe finds nothing', async ({ page, browserName }) => {
      const problems = await open(page);
      // Contrasts are the same in both browsers, and take Firefox half a minute.
      const axe = new AxeBuilder({ page }).include('#denoising');
      if (browserName === 'firefox') axe.disableRules(['color-contrast']);
      expect((await axe.analyze()).violations).toEqual([]);
      expect(problems).toEqual([]);
    });
  });
}
