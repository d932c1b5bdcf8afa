import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import AxeBuilder from '@axe-core/playwright';
import { expect, test, type Page } from '@playwright/test';
import { init } from '../../web/src/index.node.ts';

/** The page of dates: what it writes, where it looks, and what it may not see. */

const kModel = pathToFileURL(join(import.meta.dirname, '../../demos/dates/model/'));

const characters = (page: Page) => page.locator('#source button');
const steps = (page: Page) => page.locator('#answer button');
const current = (page: Page) => page.locator('#answer [aria-current="step"]');

async function open(page: Page): Promise<void> {
  await page.goto('/demos/dates/index.html');
  await expect(steps(page)).toHaveText([...'2026-11-21', '<eos>']);
}

async function type(page: Page, text: string, answer: string): Promise<void> {
  await page.locator('#text').fill(text);
  await expect(characters(page)).toHaveText(Array.from(text, (character) => (character === ' ' ? '␣' : character)));
  await expect(steps(page)).toHaveText([...answer, '<eos>']);
}

async function coverLongText(page: Page): Promise<void> {
  await page.locator('#text').fill('Date: Saturday, November 21st, 2026');
  await expect(characters(page)).toHaveCount(35);
  await page.locator('#covers [data-part="month"]').click();
  await expect(page.locator('#changes')).toBeVisible();
}

/** The shares of attention in percent that the characters of the text tell. */
const shares = (page: Page): Promise<number[]> =>
  characters(page).evaluateAll((all) => all.map((button) => parseFloat(button.getAttribute('aria-label')!.slice(2))));

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

/** `6.7 × 10⁻⁶` as a number. */
function numberOf(text: string): number {
  const [digits = '', power = ''] = text.split(' × 10');
  const raised = Array.from(power, (sign) => '-0123456789'['⁻⁰¹²³⁴⁵⁶⁷⁸⁹'.indexOf(sign)]).join('');
  return Number(digits) * 10 ** Number(raised);
}

test('writes one date for two spellings, and says that it is right', async ({ page }) => {
  await open(page);
  await type(page, '二〇二六年十一月二十一日', '2026-11-21');
  await expect(page.locator('[data-verdict="right"]')).toBeVisible();
  await type(page, '５ May ’99', '1999-05-05');
  await expect(page.getByText('69 to 99 mean 1969 to 1999')).toBeVisible();
  await type(page, '21 Nov 2026', '2026-11-21');
  await expect(page.locator('#verdict p:visible')).toHaveText([/2026-11-21/]);
});

test('one character decides whether the month or the day comes first', async ({ page }) => {
  await open(page);
  await type(page, '11/12/26', '2026-11-12');
  await expect(page.locator('[data-rule="slash-us"]')).toBeVisible();
  await type(page, '13/12/26', '2026-12-13');
  await expect(page.locator('[data-rule="slash-over-12"]')).toBeVisible();
  await expect(page.locator('[data-rule="slash-us"]')).toBeHidden();
});

test('says what it cannot judge: no date, no such day, unknown characters', async ({ page }) => {
  await open(page);
  await page.locator('#text').fill('hello');
  await expect(page.locator('[data-verdict="unread"]')).toBeVisible();
  await page.locator('#text').fill('30 Feb 2024?');
  await expect(page.locator('[data-note="impossible"]')).toBeVisible();
  await expect(page.locator('#source .unknown')).toHaveText(['?']);
  // Longer than most texts of the training; the verdict goes by the rules, whatever the model makes of it.
  await page.locator('#text').fill('Date: Saturday, November 21st, 2026');
  await expect(characters(page)).toHaveCount(35);
  const isRight = (await steps(page).allTextContents()).join('') === '2026-11-21<eos>';
  await expect(page.locator(`[data-verdict="${isRight ? 'right' : 'wrong'}"]`)).toBeVisible();
  await expect(page.locator('#verdict p:visible')).toContainText(['2026-11-21']);
  await page.locator('#text').fill('');
  await expect(page.locator('#empty')).toBeVisible();
});

test('each step shows its row of the cross attention: the numbers of the same model in Node', async ({ page }) => {
  await open(page);
  const engine = await init();
  using model = await engine.loadModel(kModel);
  const run = model.run({ text: '21 Nov 2026', target: '2026-11-21' }, { record: ['decoder.blocks.1.cross.pattern'] });
  const { shape, data } = run.activations['decoder.blocks.1.cross.pattern']!;
  const [heads = 0, rows = 0, keys = 0] = shape;
  for (let row = 0; row < rows; ++row) {
    await expect(steps(page).nth(row)).toHaveAttribute('aria-current', 'step');
    const shown = await shares(page);
    expect(Math.abs(sum(shown) - 100)).toBeLessThan(1);
    shown.forEach((share, key) => {
      const all = Array.from({ length: heads }, (_, head) => data[(head * rows + row) * keys + key]!);
      expect(Math.abs(share - (100 * sum(all)) / heads)).toBeLessThan(0.06);
    });
    await page.getByRole('button', { name: 'Next' }).click();
  }
});

test('another head, chosen by its picture or by a button, shows other weights that sum to one', async ({ page }) => {
  await open(page);
  await page.locator('#heads [role=gridcell]').nth(3).click();
  await expect(page.locator('#choice [value="0"][name$=layer]')).toBeChecked();
  await expect(page.locator('#choice-again [value="3"][name$=head]')).toBeChecked();
  await expect(page.getByText('layer 0, head 3').first()).toBeVisible();
  expect(Math.abs(sum(await shares(page)) - 100)).toBeLessThan(1);
  await page.locator('#choice').getByRole('radio', { name: 'mean' }).check();
  await expect(page.getByText('layer 0, mean of its heads').first()).toBeVisible();
});

test('steps by keyboard: along the answer, in the map, on the slider', async ({ page }) => {
  await open(page);
  await steps(page).first().focus();
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowRight');
  await expect(steps(page).nth(2)).toHaveAttribute('aria-current', 'step');
  await expect(steps(page).nth(2)).toBeFocused();
  await page.keyboard.press('End');
  await expect(current(page)).toHaveText('<eos>');
  await page.locator('#step').focus();
  await page.keyboard.press('ArrowLeft');
  await expect(steps(page).nth(9)).toHaveAttribute('aria-current', 'step');
  await page.locator('#map [role=gridcell]').focus();
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('Enter');
  await expect(steps(page).nth(8)).toHaveAttribute('aria-current', 'step');
});

test('plays the answer to its end', async ({ page }) => {
  await open(page);
  await steps(page).nth(8).click();
  await page.getByRole('button', { name: 'Play' }).click();
  await expect(page.locator('#answer .pale')).not.toHaveCount(0);
  await expect(current(page)).toHaveText('<eos>');
  await expect(page.getByRole('button', { name: 'Play' })).toHaveAttribute('aria-pressed', 'false');
  await expect(page.locator('#answer .pale')).toHaveCount(0);
});

test('padding is closed to every query and changes nothing; the future is closed to the decoder', async ({ page }) => {
  await open(page);
  await expect(page.locator('[data-value="padding"]').first()).toHaveText('4');
  expect(numberOf((await page.locator('[data-value="difference"]').first().textContent())!)).toBeLessThan(1e-4);
  await expect(page.locator('#padded .same').first()).toBeVisible();
  for (const [map, key] of [
    ['encoder', 'Control+End'],
    ['cross', 'Control+End'],
    ['decoder', 'End'],
  ] as const) {
    const cell = page.locator(`#${map} [role=gridcell]`);
    await cell.focus();
    await page.keyboard.press(key);
    await expect(cell).toHaveAttribute('aria-label', /masked$/);
  }
  await page.locator('#padding').fill('0');
  await expect(page.locator('#padded')).toBeHidden();
  await page.locator('#encoder [role=gridcell]').focus();
  await page.keyboard.press('Control+End');
  await expect(page.locator('#encoder [role=gridcell]')).toHaveAttribute('aria-label', /%$/);
});

test('the weights on padding are zero, and its rows reach no logit', async () => {
  const engine = await init();
  using model = await engine.loadModel(kModel);
  const stations = ['encoder.blocks.*.attn.pattern', 'decoder.blocks.*.cross.pattern'];
  const input = { text: '21 Nov 2026', target: '2026-11-21' };
  const plain = model.run(input);
  const padded = model.run({ ...input, padTo: 15 }, { record: stations });
  for (const { data } of Object.values(padded.activations)) {
    expect(data.every((weight, at) => at % 15 < 11 || weight === 0)).toBe(true);
    for (let row = 0; row < data.length; row += 15) expect(sum([...data.slice(row, row + 15)])).toBeCloseTo(1, 5);
  }
  plain.logits.data.forEach((logit, at) => expect(Math.abs(logit - padded.logits.data[at]!)).toBeLessThan(1e-4));
});

test('with a part covered, that part alone goes wrong', async ({ page }) => {
  await open(page);
  const cover = (name: string) => page.getByRole('button', { name: `Cover the ${name}` });
  const changed = page.locator('#unseen .changed');
  for (const part of ['year', 'month', 'day']) {
    await cover(part).click();
    await expect(page.locator('#source [aria-pressed="true"]')).toHaveCount({ year: 4, month: 3, day: 2 }[part]!);
    await expect(changed).toHaveCount(1);
    await expect(changed).toHaveAttribute('data-part', part);
    await cover(part).click();
    await expect(page.locator('#changes')).toBeHidden();
  }
  await expect(steps(page)).toHaveText([...'2026-11-21', '<eos>']);
});

test('characters are covered by clicks, by a mouse drawn across, and by the keyboard', async ({ page }) => {
  await open(page);
  const pressed = page.locator('#source [aria-pressed="true"]');
  await characters(page).nth(3).hover();
  await page.mouse.down();
  await characters(page).nth(4).hover();
  await characters(page).nth(5).hover();
  await page.mouse.up();
  await expect(pressed).toHaveText(['N', 'o', 'v']);
  await expect(page.locator('#unseen .changed')).toHaveAttribute('data-part', 'month');
  await page.getByRole('button', { name: 'Uncover all' }).click();
  await expect(pressed).toHaveCount(0);
  await characters(page).nth(5).focus();
  await page.keyboard.press('Home');
  await page.keyboard.press('Space');
  await page.keyboard.press('Shift+ArrowRight');
  await expect(pressed).toHaveText(['2', '1']);
  await expect(page.locator('#unseen .changed')).toHaveAttribute('data-part', 'day');
  await page.locator('#text').fill('21.11.2026');
  await expect(pressed).toHaveCount(0);
});

test('with everything covered it looks at nothing and still answers', async ({ page }) => {
  await open(page);
  await characters(page).first().click();
  await characters(page)
    .last()
    .click({ modifiers: ['Shift'] });
  await expect(page.locator('#blind')).toBeVisible();
  expect(sum(await shares(page))).toBe(0);
});

for (const [width, colorScheme, locale] of [
  [1280, 'light', 'en-US'],
  [390, 'dark', 'zh-CN'],
] as const) {
  test.describe(`${width} px, ${colorScheme}, ${locale}`, () => {
    test.use({ viewport: { width, height: 800 }, colorScheme, locale });
    test('passes axe, a long text with a part covered', async ({ page }) => {
      await open(page);
      await coverLongText(page);
      const { violations } = await new AxeBuilder({ page }).analyze();
      expect(
        violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(' ')).join(', ')}`),
      ).toEqual([]);
    });
  });
}

test('at 390 and 320 px nothing scrolls sideways, and every button is large enough', async ({ page }) => {
  for (const width of [390, 320]) {
    await page.setViewportSize({ width, height: 800 });
    await open(page);
    await coverLongText(page);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
    const small = await page
      .locator('main button:visible')
      .evaluateAll((all) =>
        all.map((one) => one.getBoundingClientRect()).filter((box) => box.width < 24 || box.height < 24),
      );
    expect(small).toEqual([]);
  }
});

test.describe('in Chinese', () => {
  test.use({ locale: 'zh-CN' });
  test('begins with a Chinese spelling, and switches', async ({ page }) => {
    await open(page);
    await expect(page.locator('#text')).toHaveValue('二〇二六年十一月二十一日');
    await expect(page.getByText('第 1 层各头的平均').first()).toBeVisible();
    await expect(page).toHaveTitle('日期，随便怎么写 · 注意力游乐场');
    await page.getByRole('button', { name: 'English' }).click();
    await expect(page.getByText('layer 1, mean of its heads').first()).toBeVisible();
  });
});
