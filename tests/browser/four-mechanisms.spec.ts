import AxeBuilder from '@axe-core/playwright';
import { expect, test, type Page } from '@playwright/test';
import { init } from '../../web/src/index.node.ts';
import { tensorIn } from './pictures.ts';

/** One pixel under four mechanisms: their numbers against the engine. */

const room = (page: Page) => page.locator('four-mechanisms-room');
const mechanism = (page: Page, name: string) => room(page).locator(`[data-mechanism=${name}]`);
const value = (page: Page, name: string) => mechanism(page, name).locator('[data-fact=value]');

async function open(page: Page, state = ''): Promise<string[]> {
  const problems: string[] = [];
  page.on('pageerror', (error) => problems.push(error.message));
  page.on('console', (message) => message.type() === 'error' && problems.push(message.text()));
  await page.goto(`/lineage.html#four${state}`);
  await expect(room(page).locator('[data-mechanism] picture-field canvas')).toHaveCount(4);
  return problems;
}

const weightsOf = (page: Page, name: string) =>
  mechanism(page, name)
    .locator('picture-field')
    .evaluate((element) => Array.from((element as unknown as { overlay: { data: ArrayLike<number> } }).overlay.data));

test('the four sums are those of the engine, and their weights give them', async ({ page }) => {
  const problems = await open(page, '?row=20&column=33&stencil=gaussian&temperature=0.5');
  const engine = await init();
  const image = await tensorIn(mechanism(page, 'regression').locator('picture-field'));
  expect(image.shape).toEqual([64, 64]);
  const features = engine.localFeatures(image);
  const at = 20 * 64 + 33;
  const binomial = [1, 4, 6, 4, 1];
  const kernel = {
    shape: [5, 5],
    data: Float32Array.from(binomial.flatMap((a) => binomial.map((b) => (a * b) / 256))),
  };
  const expected = {
    regression: engine.filterWeights(image, 20, 33, { filter: 'gaussian', params: { sigma: 2, radius: 16 } }).value
      .data[0]!,
    non_local_means: engine.filterWeights(image, 20, 33, { params: { h: 0.05, patch: 5, search: 41 } }).value.data[0]!,
    convolution: engine.convolve(image, kernel).data[at]!,
    attention: engine.attention(
      { shape: [1, 1, 8], data: features.data.slice(8 * at, 8 * at + 8) },
      { shape: [1, 4096, 8], data: features.data },
      { shape: [1, 4096, 1], data: image.data },
      { params: { temperature: 0.5 } },
    ).output.data[0]!,
  };
  for (const [name, number] of Object.entries(expected)) {
    await expect(value(page, name)).toHaveText(number.toFixed(3));
    const weights = await weightsOf(page, name);
    expect(weights.reduce((sum, weight, i) => sum + weight * image.data[i]!, 0)).toBeCloseTo(number, 4);
    const sizes = weights.map(Math.abs).sort((a, b) => b - a);
    const half = Number(await mechanism(page, name).locator('[data-fact=half]').innerText());
    const carried = (count: number) => sizes.slice(0, count).reduce((sum, size) => sum + size, 0);
    expect(carried(half)).toBeGreaterThan(carried(4096) / 2 - 1e-4);
    expect(carried(half - 1)).toBeLessThan(carried(4096) / 2 + 1e-4);
  }
  expect(problems).toEqual([]);
});

test('one pixel for all, by mouse and keys; stencils may be negative, at the border mirrored', async ({ page }) => {
  await open(page);
  const stage = mechanism(page, 'attention').locator('.stage');
  await stage.scrollIntoViewIfNeeded();
  const box = (await stage.boundingBox())!;
  await page.mouse.click(box.x + box.width / 128, box.y + box.height / 128);
  await page.keyboard.press('ArrowRight');
  await expect(room(page).getByText('Chosen pixel (0, 1)')).toBeVisible();
  const engine = await init();
  const image = await tensorIn(mechanism(page, 'regression').locator('picture-field'));
  for (const [name, kernel] of [
    ['laplacian', [0, 1, 0, 1, -4, 1, 0, 1, 0]],
    ['sobel', [-1, 0, 1, -2, 0, 2, -1, 0, 1]],
  ] as const) {
    await room(page).locator('#four-stencil').selectOption(name);
    const number = engine.convolve(image, { shape: [3, 3], data: Float32Array.from(kernel) }).data[1]!;
    await expect(value(page, 'convolution')).toHaveText(number.toFixed(3).replace('-', '−'));
    const weights = await weightsOf(page, 'convolution');
    expect(weights.reduce((sum, weight, i) => sum + weight * image.data[i]!, 0)).toBeCloseTo(number, 4);
  }
});

test('limits are shown, and nothing scrolls sideways at 320 pixels', async ({ page }) => {
  await page.setViewportSize({ width: 320, height: 700 });
  await open(page, '?picture=astronaut&sigma=Infinity&h=0&temperature=0&search=1000&full=nonsense');
  await expect(room(page).getByRole('alert')).toHaveCount(0);
  await expect(mechanism(page, 'attention').locator('[data-fact=half]')).toHaveText('1');
  await expect(mechanism(page, 'non_local_means').locator('[data-fact=half]')).toHaveText('1');
  await expect(value(page, 'regression')).toHaveText(/^0\.\d{3}, 0\.\d{3}, 0\.\d{3}$/);
  await expect.poll(() => page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(320);
  await room(page).evaluate((element) => element.setAttribute('patch', '6'));
  await expect(room(page).getByRole('alert')).toContainText('argument_range');
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
      const axe = new AxeBuilder({ page }).include('#four');
      if (browserName === 'firefox') axe.disableRules(['color-contrast']);
      expect((await axe.analyze()).violations).toEqual([]);
      expect(problems).toEqual([]);
    });
  });
}
