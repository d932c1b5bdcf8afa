import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import AxeBuilder from '@axe-core/playwright';
import { expect, test, type Page } from '@playwright/test';
import { centred, inkOf } from '../../demos/digits/drawing.ts';

/** The page of handwritten digits: what is drawn is what the model reads, and what is changed is told by numbers. */

const kModel = join(import.meta.dirname, '../../demos/digits/model');
const kPatches = 49;
/** Of a seven, as shares of the sheet. */
const kSeven = [
  [0.28, 0.22],
  [0.72, 0.22],
  [0.45, 0.85],
] as const;

async function open(page: Page, width = 1280): Promise<void> {
  await page.setViewportSize({ width, height: 900 });
  await page.goto('/demos/digits/index.html');
  await expect(page.locator('#bars tr.most')).toBeAttached({ timeout: 30_000 });
}

async function drawSeven(page: Page): Promise<void> {
  const sheet = page.locator('#pen');
  await sheet.scrollIntoViewIfNeeded();
  const { x, y, width, height } = (await sheet.boundingBox())!;
  const [start, ...rest] = kSeven.map(([left, top]) => [x + left * width, y + top * height] as const);
  await page.mouse.move(...start!);
  await page.mouse.down();
  for (const corner of rest) await page.mouse.move(...corner, { steps: 8 });
  await page.mouse.up();
}

/** The ten probabilities in percent, as the bars tell them. */
const bars = async (page: Page): Promise<number[]> =>
  (await page.locator('#bars td:last-child').allTextContents()).map(parseFloat);
const digit = (page: Page) => page.locator('#verdict [data-value="digit"]').first();
const patch = (page: Page, row: number, column: number) =>
  page.locator('#board [role=gridcell]').nth(7 * (row - 1) + column - 1);
const finding = (page: Page, name: string) => page.locator(`[data-case="${name}"]`);
const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
/** The shares of the 49 patches in percent, as a reader hears them. */
const shares = (page: Page): Promise<number[]> =>
  page
    .locator('#board [role=gridcell]')
    .evaluateAll((all) => all.map((cell) => parseFloat(/([\d.]+)%/.exec(cell.getAttribute('aria-label')!)![1]!)));

test('a drawing becomes the picture that make.py made of it', () => {
  const { inputs } = JSON.parse(readFileSync(join(kModel, 'reference.json'), 'utf8')) as {
    inputs: { label: number; image: { data: number[] } }[];
  };
  const turn = (n: number) => (2 * Math.PI * n) / 32;
  const strokes: Record<number, [row: number, column: number][]> = {
    0: Array.from({ length: 33 }, (_, n) => [0.5 - 0.35 * Math.cos(turn(n)), 0.5 + 0.22 * Math.sin(turn(n))]),
    1: [
      [0.15, 0.5],
      [0.85, 0.5],
    ],
    7: [
      [0.2, 0.3],
      [0.2, 0.7],
      [0.85, 0.45],
    ],
  };
  expect(inputs.map(({ label }) => label).sort()).toEqual([0, 1, 7]);
  for (const { label, image } of inputs) {
    const picture = centred(inkOf([strokes[label]!.map(([y, x]) => ({ x, y }))], 112, 6))!;
    const most = picture.reduce((far, value, index) => Math.max(far, Math.abs(value - image.data[index]!)), 0);
    expect(most, `digit ${label}`).toBeLessThan(1e-6);
  }
  expect(centred(inkOf([]))).toBeNull();
});

test('a seven drawn with the mouse is read as a seven, and the probabilities follow the pen', async ({ page }) => {
  await open(page);
  await expect(digit(page)).toHaveText('8');
  await drawSeven(page);
  await expect(digit(page)).toHaveText('7');
  const all = await bars(page);
  expect(all.indexOf(Math.max(...all))).toBe(7);
  expect(Math.abs(sum(all) - 100)).toBeLessThan(0.6);
  await page.getByRole('button', { name: 'Clear' }).click();
  await expect(page.getByText('Nothing drawn yet.')).toBeVisible();
  await expect(page.locator('#bars tr.most')).toHaveCount(0);
});

test('every example is read as what it is', async ({ page }) => {
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await open(page);
  for (let n = 0; n < 10; ++n) {
    await page.getByRole('button', { name: `Draw a ${n}` }).click();
    await expect(digit(page)).toHaveText(String(n));
  }
});

test('shares are those of the head and of the one who is asked, and sum to one', async ({ page }) => {
  await open(page);
  const self = async () => parseFloat((await page.locator('#told [data-value="onSelf"]').first().textContent())!);
  const before = await shares(page);
  expect(before).toHaveLength(kPatches);
  expect(Math.abs(sum(before) + (await self()) - 100)).toBeLessThan(2.6);
  await patch(page, 3, 4).click();
  await expect(page.locator('#told')).toContainText('the patch in row 3, column 4');
  expect(await shares(page)).not.toEqual(before);
  expect(Math.abs(sum(await shares(page)) + (await self()) - 100)).toBeLessThan(2.6);
  await page.getByRole('button', { name: 'Back to the class token' }).click();
  expect(await shares(page)).toEqual(before);
  await page.locator('#heads [role=gridcell]').first().click();
  await expect(page.locator('#told')).toContainText('L0·H0');
  await page.locator('#heads [role=gridcell]').last().click();
  await expect(page.locator('#told')).toContainText('Rollout to L3');
  await expect(page.locator('#head-off')).toBeHidden();
});

test('patches are covered and hidden by keyboard, which differ, and all is undone', async ({ page }) => {
  await open(page);
  const before = await bars(page);
  await page.getByRole('radio', { name: 'cover it' }).check();
  await patch(page, 1, 1).focus();
  for (const key of ['ArrowDown', 'ArrowDown', 'ArrowRight', 'ArrowRight']) await page.keyboard.press(key);
  for (let n = 0; n < 3; ++n) {
    await page.keyboard.press('Enter');
    await page.keyboard.press('ArrowRight');
  }
  await expect(patch(page, 3, 4)).toHaveAttribute('aria-label', /covered$/);
  await expect(page.locator('#changes')).toContainText('covered: 3');
  const covered = await bars(page);
  expect(covered).not.toEqual(before);
  await page.getByRole('button', { name: 'Undo all changes' }).click();
  await expect.poll(() => bars(page)).toEqual(before);
  await page.getByRole('radio', { name: 'hide it' }).check();
  for (const column of [3, 4, 5]) await patch(page, 3, column).press('Enter');
  await expect(page.locator('#changes')).toContainText('hidden: 3');
  // No head may look there.
  for (const column of [3, 4, 5]) await expect(patch(page, 3, column)).toHaveAttribute('aria-label', /, 0.0%, hidden$/);
  expect(await bars(page)).not.toEqual(covered);
});

test('a patch is dragged onto another, and a drag covers several', async ({ page }) => {
  await open(page);
  const middle = async (row: number, column: number): Promise<[number, number]> => {
    const { x, y, width, height } = (await patch(page, row, column).boundingBox())!;
    return [x + width / 2, y + height / 2];
  };
  const drag = async (from: [number, number], to: [number, number]) => {
    await page.mouse.move(...from);
    await page.mouse.down();
    await page.mouse.move(...to, { steps: 12 });
    await page.mouse.up();
  };
  await page.getByRole('radio', { name: 'move it' }).check();
  await drag(await middle(2, 4), await middle(6, 1));
  await expect(page.locator('#changes')).toContainText('Moved: 2');
  await expect(patch(page, 6, 1)).toHaveAttribute('aria-label', /moved$/);
  await patch(page, 6, 1).press('Enter');
  await patch(page, 2, 4).press('Enter');
  await expect(page.locator('#changes')).toBeHidden();
  await page.getByRole('radio', { name: 'cover it' }).check();
  await drag(await middle(4, 2), await middle(4, 6));
  await expect(page.locator('#changes')).toContainText('covered: 5');
});

test('shuffled patches are misread; without position embedding shuffling changes nothing', async ({ page }) => {
  await open(page);
  await drawSeven(page);
  await expect(digit(page)).toHaveText('7');
  await page.getByRole('button', { name: 'Shuffle' }).click();
  await expect(finding(page, 'moved')).toBeVisible();
  await expect(finding(page, 'moved').locator('[data-value="backDigit"]').first()).toHaveText('7');
  await expect(digit(page)).not.toHaveText('7');
  await page.getByRole('checkbox', { name: 'Position embedding' }).uncheck();
  await expect(finding(page, 'bag')).toBeVisible();
  const difference = Number(await page.locator('#difference').textContent());
  expect(difference).toBeLessThan(1e-4);
  const shuffled = await bars(page);
  await page.getByRole('button', { name: 'Put back' }).click();
  await expect(finding(page, 'unplaced')).toBeVisible();
  (await bars(page)).forEach((share, n) => expect(Math.abs(share - shuffled[n]!)).toBeLessThan(0.11));
  await page.getByRole('checkbox', { name: 'Position embedding' }).check();
  await expect(digit(page)).toHaveText('7');
  await expect(finding(page, 'untouched')).toBeVisible();
});

test('a head is switched off, and the untouched reading stays beside', async ({ page }) => {
  await open(page);
  const before = await bars(page);
  await page.locator('#heads [role=gridcell]').nth(2).click();
  await page.getByRole('checkbox', { name: 'Switch off L0·H2' }).check();
  await expect(page.locator('#heads .off')).toHaveCount(1);
  await expect(page.locator('#changes')).toContainText('L0·H2');
  expect(await bars(page)).not.toEqual(before);
  await expect(finding(page, 'other')).toContainText('with nothing changed 8');
});

for (const { width, colorScheme } of [
  { width: 1280, colorScheme: 'light' },
  { width: 390, colorScheme: 'dark' },
] as const) {
  test(`axe finds nothing at ${width} px, ${colorScheme}, with everything changed`, async ({ page }) => {
    await page.emulateMedia({ colorScheme });
    await open(page, width);
    await page.getByRole('checkbox', { name: 'Switch off' }).check();
    await page.getByRole('radio', { name: 'cover it' }).check();
    await patch(page, 2, 4).click();
    await page.getByRole('radio', { name: 'hide it' }).check();
    await patch(page, 5, 4).click();
    await page.getByRole('button', { name: 'Shuffle' }).click();
    await expect(finding(page, 'moved')).toBeVisible();
    const { violations } = await new AxeBuilder({ page }).analyze();
    expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(' '))}`)).toEqual([]);
  });
}

for (const width of [390, 320]) {
  test(`nothing scrolls sideways at ${width} px, and what is pressed is large enough`, async ({ page }) => {
    await open(page, width);
    await page.getByRole('button', { name: 'Shuffle' }).click();
    await expect(finding(page, 'moved')).toBeVisible();
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
    for (const button of await page.locator('main :is(button, [role=gridcell]):visible').all()) {
      const box = (await button.boundingBox())!;
      expect(Math.min(box.width, box.height)).toBeGreaterThanOrEqual(24);
    }
  });
}

test('speaks Chinese, its labels too', async ({ page }) => {
  await open(page);
  await page.getByRole('button', { name: '中文' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(/把图片切成小块来读/);
  await expect(patch(page, 3, 4)).toHaveAttribute('aria-label', /^第 3 行第 4 列，[\d.]+%$/);
  await expect(page.getByRole('button', { name: '代写一个 3' })).toBeVisible();
  await patch(page, 3, 4).click();
  await expect(page.locator('#told')).toContainText('第 3 行第 4 列的小块');
  await page.getByRole('button', { name: '打乱' }).click();
  await expect(finding(page, 'moved')).toContainText('同样的小块换了位置');
});
