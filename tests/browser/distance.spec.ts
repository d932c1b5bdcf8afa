import AxeBuilder from '@axe-core/playwright';
import { expect, test, type Locator, type Page } from '@playwright/test';
import { cloudOf, firstScene, firstScores, headOf } from '../../web/src/elements/lineage/distance-scene.ts';
import { init } from '../../web/src/index.node.ts';

/** The room between distances and dot products: its laws, and its numbers against the engine in Node. */

const room = (page: Page): Locator => page.locator('distance-room');
const read = (text: string): number => parseFloat(text.replaceAll('−', '-'));
const fact = async (page: Page, name: string): Promise<number> =>
  read(await room(page).locator(`[data-fact=${name}]`).first().innerText());
const cells = (within: Locator, what = 'tbody td:not(.last)'): Promise<number[]> =>
  within.locator(what).evaluateAll((all) => all.map((one) => parseFloat(one.textContent!.replaceAll('−', '-'))));
const set = (page: Page, state: Record<string, string>) =>
  room(page).evaluate((element, given) => {
    for (const [name, value] of Object.entries(given)) element.setAttribute(name, value);
  }, state);
const way = (page: Page, name: string): Locator => room(page).locator(`[data-way=${name}]`);
const rounded = (data: Iterable<number>, digits: number): number[] =>
  Array.from(data, (one) => Number(one.toFixed(digits)));

async function open(page: Page, hash = ''): Promise<string[]> {
  const problems: string[] = [];
  page.on('pageerror', (error) => problems.push(error.message));
  page.on('console', (message) => message.type() === 'error' && problems.push(message.text()));
  await page.goto(`/lineage.html#bridge${hash}`);
  await expect(room(page).locator('[data-fact=distances-apart]')).toBeVisible();
  return problems;
}

test('a Gaussian kernel is dot-product attention with a bias by key length', async ({ page }) => {
  const problems = await open(page);
  const engine = await init();
  const [q, k] = [headOf(firstScene.queries), headOf(firstScene.keys)];
  const tables = room(page).locator('.tables .side');
  for (const share of [0, 0.4, 1]) {
    await set(page, { share: String(share) });
    const { pattern } = engine.attention(q, k, k, {
      scoring: 'dot_product_key_norm',
      params: { share, width: 1 },
    });
    await expect.poll(() => cells(tables.nth(1))).toEqual(rounded(pattern.data, 3));
    if (share < 1) expect(await fact(page, 'apart')).toBeGreaterThan(0.05);
  }
  // Rounding: some units in the last place of numbers up to 1.
  expect(await fact(page, 'apart')).toBeLessThan(1e-6);
  const { pattern } = engine.attention(q, k, k, { scoring: 'gaussian_kernel' });
  expect(await cells(tables.nth(0))).toEqual(rounded(pattern.data, 3));
  expect(problems).toEqual([]);
});

test('with all keys of length 1 the share no longer matters', async ({ page }) => {
  await open(page);
  await room(page).getByLabel('all keys of length 1').check();
  const slider = room(page).locator('#distance-share');
  for (const key of ['Home', 'PageUp', 'End']) {
    await slider.focus();
    await page.keyboard.press(key);
    await expect.poll(() => fact(page, 'apart')).toBeLessThan(1e-6);
  }
});

test('the terms of a pair add up to its distance, also when a tip is dragged', async ({ page }) => {
  await open(page, '?query=2&key=3');
  const check = async (): Promise<void> => {
    const [product, key, query, sum, distance] = await Promise.all(
      ['product', 'key', 'query', 'sum', 'distance'].map((name) => fact(page, name)),
    );
    expect(product! + key! + query!).toBeCloseTo(sum!, 2);
    expect(sum).toBeCloseTo(distance!, 2);
  };
  const [q, k] = [firstScene.queries[1]!, firstScene.keys[2]!];
  expect(await fact(page, 'distance')).toBeCloseTo(-((q[0] - k[0]) ** 2 + (q[1] - k[1]) ** 2) / 2, 3);
  await check();
  const tip = room(page).getByRole('button', { name: /^k4:/ });
  await tip.scrollIntoViewIfNeeded();
  const { x, y, width, height } = (await tip.boundingBox())!;
  await page.mouse.move(x + width / 2, y + height / 2);
  await page.mouse.down();
  await page.mouse.move(x + width / 2 + 30, y - 20);
  await page.mouse.up();
  await expect.poll(() => fact(page, 'key')).not.toBeCloseTo(-(0.3 ** 2 + 1.6 ** 2) / 2, 2);
  await check();
  await room(page).getByRole('button', { name: /^k1:/ }).focus();
  await page.keyboard.press('ArrowLeft');
  await expect(room(page).getByRole('button', { name: 'k1: 1.60, 1.20' })).toBeFocused();
  await expect.poll(() => fact(page, 'key')).toBeCloseTo(-(1.6 ** 2 + 1.2 ** 2) / 2, 3);
  await check();
});

test('distances by one product are those by loops, but for digits lost far from the origin', async ({ page }) => {
  await open(page, '?n=32&d=16');
  const engine = await init();
  const largest = (offset: number): number => {
    const [a, b] = [1, 2].map((seed) => cloudOf({ n: 32, d: 16, offset }, seed));
    return Math.max(...engine.pairwiseDistances(a!, b!).data);
  };
  await expect.poll(() => fact(page, 'farthest')).toBe(Number(largest(0).toFixed(2)));
  const near = await fact(page, 'distances-apart');
  expect(near).toBeLessThan(1e-5);
  for (const method of ['loops', 'product']) expect(await fact(page, method)).toBeGreaterThanOrEqual(0);
  await room(page).locator('#distance-offset').focus();
  await page.keyboard.press('End');
  await expect.poll(() => fact(page, 'distances-apart')).toBeGreaterThan(100 * near);
  expect(await fact(page, 'farthest')).toBeCloseTo(largest(1000), 1);
});

test('softmax over rows, columns and all: what the margins sum to, and what swapping Q and K does', async ({
  page,
}) => {
  await open(page);
  const map = (name: string): Locator => room(page).locator(`[data-map=${name}]`);
  const ofRows = (name: string) => cells(map(name), 'tbody td.last');
  const ofColumns = async (name: string) => (await cells(map(name), 'tfoot td')).slice(0, -1);
  const onlyOnes = (sums: number[]): boolean => sums.every((sum) => sum === 1);
  for (const [over, text] of [
    ['rows', /each row/],
    ['columns', /each column/],
    ['all', /everything/],
  ] as const) {
    await room(page).getByRole('radio', { name: text }).check();
    for (const name of ['straight', 'swapped']) {
      await expect.poll(async () => onlyOnes(await ofRows(name))).toBe(over === 'rows');
      await expect.poll(async () => onlyOnes(await ofColumns(name))).toBe(over === 'columns');
    }
    if (over === 'all') expect(await fact(page, 'swapped-apart')).toBe(0);
    else expect(await fact(page, 'swapped-apart')).toBeGreaterThan(0.1);
  }
  const total = (await ofRows('straight')).reduce((a, b) => a + b, 0);
  expect(total).toBeCloseTo(1, 1);
});

test('five ways from scores to weights: their numbers, and the only one that nothing upsets', async ({ page }) => {
  const problems = await open(page);
  const engine = await init();
  const head = (data: readonly number[]) => ({ shape: [1, data.length, 1], data: Float32Array.from(data) });
  const weigh = (scores: readonly number[], normalisation: string) =>
    engine.attention(head([1]), head(scores), head(scores.map(() => 1)), { scoring: 'dot_product', normalisation });
  for (const shift of [0, 1.5]) {
    await set(page, { shift: String(shift) });
    const scores = firstScores.map((score) => score + shift);
    for (const name of ['softmax', 'linear', 'square', 'relu', 'count']) {
      const { pattern, output } = weigh(scores, name);
      await expect.poll(() => cells(way(page, name), '.row-numbers li')).toEqual(rounded(pattern.data, 2));
      expect(read(await way(page, name).locator('[data-fact=sum]').innerText())).toBeCloseTo(output.data[0]!, 2);
      const entropy = await way(page, name).locator('[data-fact=entropy]').innerText();
      const hasOne = name !== 'count' && pattern.data.every((weight) => weight >= 0);
      if (hasOne) expect(read(entropy)).toBeCloseTo(engine.headEntropy(pattern).data[0]!, 2);
      else expect(entropy).toBe('—');
    }
  }
  await set(page, { scores: '-1,-2,-0.5', shift: '0' });
  await expect(way(page, 'relu')).toContainText('no weight is left');
  for (const name of ['softmax', 'linear', 'square', 'relu', 'count']) {
    // Under softmax alone all is well, even for scores below 0.
    await expect.poll(async () => (await way(page, name).locator('.checks .no').count()) > 0).toBe(name !== 'softmax');
  }
  const typed = room(page).getByLabel('score 1', { exact: true });
  await typed.evaluate((input: HTMLInputElement) => {
    input.value = '1e9';
    input.dispatchEvent(new Event('change'));
  });
  await expect(typed).toHaveValue('-1');
  await set(page, { scores: 'one, two' });
  await expect(typed).toHaveValue(String(firstScores[0]));
  expect(problems).toEqual([]);
});

for (const { width, colorScheme, locale } of [
  { width: 390, colorScheme: 'dark', locale: 'zh-CN' },
  { width: 1280, colorScheme: 'light', locale: 'en-US' },
] as const) {
  test.describe(`${width} px, ${colorScheme}, ${locale}`, () => {
    test.use({ viewport: { width, height: 844 }, colorScheme, locale });
    test('axe finds nothing, and nothing scrolls sideways', async ({ page, browserName }) => {
      await open(page);
      const axe = new AxeBuilder({ page })
        .include('distance-room')
        .disableRules(browserName === 'firefox' ? ['color-contrast'] : []);
      expect((await axe.analyze()).violations).toEqual([]);
      for (const narrow of [width, 320]) {
        await page.setViewportSize({ width: narrow, height: 844 });
        await expect.poll(() => room(page).evaluate((one) => one.scrollWidth - one.clientWidth)).toBe(0);
        expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(narrow);
      }
    });
  });
}
