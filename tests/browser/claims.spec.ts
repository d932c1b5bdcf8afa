import AxeBuilder from '@axe-core/playwright';
import { expect, test, type Page } from '@playwright/test';
import { drawn } from '../../web/src/elements/rooms/tensors.ts';
import { init } from '../../web/src/index.node.ts';

/** The page of sentences, each judged by numbers that were computed for it. */

/** What the numbers must come to: laws of the operators, not of this machine. */
const verdicts = {
  variance: 'limited',
  memory: 'wrong',
  window: 'wrong',
  diagonal: 'wrong',
  'masked-row': 'limited',
  scale: 'wrong',
  merge: 'limited',
  distance: 'wrong',
  heads: 'wrong',
  queries: 'wrong',
} as const;
const names = Object.keys(verdicts) as (keyof typeof verdicts)[];

const claim = (page: Page, name: string) => page.locator(`${name}-claim`);
const texts = (all: Element[]): string[] => all.map((one) => one.textContent!.trim());

/** Opens the page; claims are computed once they come near the window. */
async function open(page: Page, name: string): Promise<string[]> {
  const problems: string[] = [];
  page.on('pageerror', (error) => problems.push(error.message));
  page.on('console', (message) => message.type() === 'error' && problems.push(message.text()));
  await page.goto(`/claims.html#${name}`);
  await expect(claim(page, name).locator('[data-verdict]')).toBeVisible();
  return problems;
}

test('every claim is judged by its numbers', async ({ page }) => {
  const problems = await open(page, names[0]!);
  expect(await page.locator('section.room').evaluateAll((all) => all.map(({ id }) => id))).toEqual(names);
  for (const name of names) {
    await claim(page, name).scrollIntoViewIfNeeded();
    await expect(claim(page, name).locator('[data-verdict]')).toHaveAttribute('data-verdict', verdicts[name]);
    await expect(claim(page, name).locator('.answer')).toContainText(/\d/);
  }
  await expect(page.locator('.failure')).toHaveCount(0);
  expect(problems).toEqual([]);
});

test('the variances are those of the same products in Node, and follow d', async ({ page }) => {
  await open(page, 'variance');
  const engine = await init();
  const variance = (d: number, scoring: string): number => {
    const [q, k] = [drawn([10_000, 1, d], 1), drawn([10_000, 1, d], 2)];
    const { data } = engine.attention(q, k, drawn([10_000, 1, 1], 3), {
      scoring,
      qk_matmul_output_mode: 0,
    }).qk_matmul_output!;
    const mean = data.reduce((a, b) => a + b, 0) / data.length;
    return data.reduce((sum, x) => sum + (x - mean) ** 2, 0) / data.length;
  };
  const cells = claim(page, 'variance').locator('tbody tr').first().locator('td');
  for (const d of [64, 16]) {
    await claim(page, 'variance')
      .locator('#variance-d')
      .fill(String(Math.log2(d)));
    await expect(cells.nth(1)).toHaveText(variance(d, 'dot_product').toFixed(2));
    await expect(cells.nth(3)).toHaveText(variance(d, 'scaled_dot_product').toFixed(2));
  }
});

test('a row that sees nothing: uniform, zeros, or not a number', async ({ page }) => {
  await open(page, 'masked-row');
  const rows = claim(page, 'masked-row').locator('tbody tr.marked');
  const cells = (n: number) => rows.nth(n).locator('td').evaluateAll(texts);
  expect(await cells(0)).toEqual(Array(4).fill('0.25'));
  expect(await cells(1)).toEqual(Array(4).fill('0.00'));
  expect(await cells(2)).toEqual(Array(4).fill('NaN'));
});

test('weights times queries are refused by the engine, in its own words', async ({ page }) => {
  await open(page, 'queries');
  const engine = await init();
  const [q, k] = [drawn([1, 3, 4], 1), drawn([1, 5, 4], 2)];
  expect(() => engine.attention(q, k, q)).toThrow();
  await expect(claim(page, 'queries').locator('[data-refusal]')).toContainText('expected');
});

test('each claim leads to a place where its state stands', async ({ page }) => {
  await open(page, 'scale');
  await claim(page, 'scale').locator('.play a').click();
  await expect(page.locator('scaling-section output').first()).toHaveText('512');
  await open(page, 'merge');
  await claim(page, 'merge').locator('.play a').click();
  await expect(page.locator('#vectors-A-scoring')).toHaveValue('general');
  await expect(page.locator('#vectors-B-scoring')).toHaveValue('dot_product');
  await page.goto('/claims.html');
  const links = await page
    .locator('section.room > *')
    .evaluateAll((all) => all.flatMap((one) => [...(one.shadowRoot?.querySelectorAll('.play a') ?? [])]).length);
  expect(links).toBeLessThanOrEqual(names.length);
});

for (const [width, colorScheme, locale] of [
  [1280, 'light', 'en-US'],
  [390, 'dark', 'zh-CN'],
] as const) {
  test.describe(`${width} px, ${colorScheme}, ${locale}`, () => {
    test.use({ viewport: { width, height: 900 }, colorScheme, locale });
    test('axe finds nothing, and nothing scrolls sideways', async ({ page, browserName }) => {
      await open(page, names[0]!);
      for (const name of names) {
        await claim(page, name).scrollIntoViewIfNeeded();
        await expect(claim(page, name).locator('[data-verdict]')).toBeVisible();
      }
      const builder = new AxeBuilder({ page });
      // Firefox takes half a minute for the contrast of so many cells; Chromium checks the same colours.
      if (browserName === 'firefox') builder.disableRules(['color-contrast']);
      const { violations } = await builder.analyze();
      expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)).toEqual([]);
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
    });
  });
}
