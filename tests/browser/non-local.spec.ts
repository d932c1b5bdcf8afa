import AxeBuilder from '@axe-core/playwright';
import { expect, test, type Page } from '@playwright/test';

/** The room of the non-local block: what it shows against the formulas, from the numbers that it shows. */

const side = 32;
const room = (page: Page) => page.locator('non-local-room');
const fact = (page: Page, name: string) => room(page).locator(`[data-fact=${name}]`);
const numberIn = (text: string) => Number(text.trim().replaceAll('−', '-').replace('∞', 'Infinity'));
const kinds = ['embedded_gaussian', 'gaussian', 'dot_product', 'concatenation'];
/** Of numbers shown with one digit. */
const rounding = 0.05 + 1e-9;

async function open(page: Page, state = ''): Promise<string[]> {
  const problems: string[] = [];
  page.on('pageerror', (error) => problems.push(error.message));
  page.on('console', (message) => message.type() === 'error' && problems.push(message.text()));
  // another hash alone would not load the page anew
  await page.goto('about:blank');
  await page.goto(`/lineage.html#non-local${state && `?${state}`}`);
  await expect(fact(page, 'apart')).toBeVisible();
  return problems;
}

/** A table's numbers by the name of the row. */
async function rowsOf(page: Page, caption: RegExp): Promise<Record<string, number[]>> {
  const rows = await room(page)
    .locator('table.matrix')
    .filter({ hasText: caption })
    .locator('tbody tr')
    .evaluateAll((all) =>
      all.map((row) => [
        row.querySelector('th')!.textContent!.trim(),
        [...row.querySelectorAll('td')].map((cell) => cell.textContent!.trim()),
      ]),
    );
  return Object.fromEntries(rows.map(([name, cells]) => [name, (cells as string[]).map(numberIn)]));
}

test('each kind: weights sum to 1 with softmax, and the residual sum holds', async ({ page }) => {
  const problems = await open(page);
  for (const [at, kind] of kinds.entries()) {
    await room(page).locator('.kinds button').nth(at).click();
    await expect(room(page)).toHaveJSProperty('kind', kind);
    const isCount = at >= 2;
    await expect(room(page).locator('.large figcaption')).toContainText(isCount ? '1/N' : 'softmax');
    if (!isCount) await expect(fact(page, 'sum')).toHaveText('1.000');
    else {
      // the weight is the score over the number of positions
      const score = numberIn(await fact(page, 'score').innerText());
      await expect
        .poll(async () => Math.abs(numberIn(await fact(page, 'weight').innerText()) - score / side ** 2))
        .toBeLessThan(1e-4);
    }
    const { xᵢ: x, zᵢ: z, 'W_z yᵢ': added } = await rowsOf(page, /Features/);
    x!.forEach((one, c) => expect(Math.abs(one + added![c]! - z![c]!)).toBeLessThan(3 * rounding));
  }
  await room(page).getByLabel('softmax for all four').check();
  await expect(fact(page, 'sum')).toHaveText('1.000');
  expect(problems).toEqual([]);
});

test('the score of embedded Gaussian is the dot product of the two vectors shown', async ({ page }) => {
  for (const maps of ['principal', 'identity', 'random']) {
    await open(page, `maps=${maps}&row=20&column=5`);
    const { θxᵢ: q, φxⱼ: k } = await rowsOf(page, /Mapped/);
    const dot = q!.reduce((sum, one, c) => sum + one * k![c]!, 0);
    // two digits each
    const slack = q!.reduce((sum, one, c) => sum + 0.006 * (Math.abs(one) + Math.abs(k![c]!) + 1), 0);
    expect(Math.abs(numberIn(await fact(page, 'score').innerText()) - dot)).toBeLessThan(slack);
  }
});

test('embedded Gaussian is attention with one head, number by number', async ({ page }) => {
  for (const state of ['maps=random&seed=5', 'picture=brick&maps=principal', 'picture=gravel&kind=concatenation']) {
    await open(page, state);
    expect(numberIn(await fact(page, 'apart').innerText())).toBeLessThan(1e-4);
    const rows = await rowsOf(page, /number by number/);
    rows.block!.forEach((one, c) => expect(Math.abs(one - rows.attention![c]!)).toBeLessThan(1e-4));
    for (const one of rows.difference!) expect(Math.abs(one)).toBeLessThan(1e-4);
  }
});

test('with W_z = 0 output is input', async ({ page }) => {
  await open(page, 'maps=random');
  await room(page)
    .getByLabel(/W_z = 0/)
    .check();
  await expect
    .poll(async () => {
      const { xᵢ: x, zᵢ: z, 'W_z yᵢ': added } = await rowsOf(page, /Features/);
      return added!.every((one) => one === 0) && x!.every((one, c) => one === z![c]);
    })
    .toBe(true);
});

test('the position moves by mouse and keyboard, and stays in the picture', async ({ page }) => {
  await open(page, 'row=0&column=31');
  const field = room(page).getByRole('application');
  const place = room(page).locator('.stack .facts dd').first();
  await expect(place).toHaveText('0, 31');
  await field.focus();
  for (const key of ['ArrowUp', 'ArrowRight', 'ArrowDown', 'ArrowLeft', 'ArrowLeft']) await page.keyboard.press(key);
  await expect(place).toHaveText('1, 29');
  const { width, height } = (await field.boundingBox())!;
  await field.click({ position: { x: (width * 10.5) / side, y: (height * 4.5) / side } });
  await expect(place).toHaveText('4, 10');
  await expect(room(page)).toHaveJSProperty('column', 10);
});

test('nonsense in the address becomes what it can', async ({ page }) => {
  const problems = await open(page, 'kind=telepathy&maps=x&seed=-4&row=99&column=NaN&normalisation=none&picture=');
  await expect(room(page).locator('.stack .facts dd').first()).toHaveText('31, 14');
  await expect(room(page).locator('.failure')).toHaveCount(0);
  expect(problems).toEqual([]);
});

for (const { width, colorScheme, locale } of [
  { width: 1280, colorScheme: 'light', locale: 'en-US' },
  { width: 390, colorScheme: 'dark', locale: 'zh-CN' },
  { width: 320, colorScheme: 'light', locale: 'en-US' },
] as const) {
  test.describe(`${width} px, ${colorScheme}, ${locale}`, () => {
    test.use({ viewport: { width, height: 844 }, colorScheme, locale });
    test('axe finds nothing, and nothing scrolls sideways', async ({ page, browserName }) => {
      const problems = await open(page, 'maps=random&zero=on');
      // Contrasts are the same in both browsers, and take Firefox long.
      const axe = new AxeBuilder({ page }).include('non-local-room');
      if (browserName === 'firefox') axe.disableRules(['color-contrast']);
      // at 320 px formulas scroll, which browsers make reachable by themselves
      if (width > 320) expect((await axe.analyze()).violations).toEqual([]);
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
      expect(problems).toEqual([]);
    });
  });
}
