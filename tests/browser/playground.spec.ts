import AxeBuilder from '@axe-core/playwright';
import { expect, test } from '@playwright/test';
import {
  arithmetic,
  bars,
  cell,
  chips,
  enter,
  field,
  headline,
  nextTokens,
  open,
  readCsv,
  save,
  type,
} from './playgroundPage.ts';

/** The playground on the built site, as a visitor meets it. */

test('opens with a real sentence, a real head and its true links, from its own host alone', async ({
  page,
  baseURL,
}) => {
  const foreign: string[] = [];
  const complaints: string[] = [];
  page.on('request', (request) => {
    if (!request.url().startsWith(baseURL!) && !/^(data|blob):/.test(request.url())) foreign.push(request.url());
  });
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  await open(page);
  const heads = JSON.parse(await (await page.request.get('/models/sentences/heads.json')).text());
  const scores = heads.phenomena.map(({ best }: { best: { score: number } }) => best.score);
  const first = heads.phenomena[scores.indexOf(Math.max(...scores))].best;
  await expect(headline(page)).toHaveText(`Layer ${first.layer} · head ${first.head}`);
  await expect(page.getByText('Rings mark where')).toBeVisible();
  await expect(page.locator('footer')).toContainText(/Forward pass: [\d.]+ ms/);
  await expect(page.locator('footer')).toContainText(/Build: WebAssembly (relaxed )?SIMD/);
  expect(foreign).toEqual([]);
  expect(complaints).toEqual([]);
});

test('rows of the numbers sum to 1, and nothing looks ahead', async ({ page }) => {
  await open(page);
  await type(page, 'anna loved ben .', 5);
  const cells = await readCsv(page);
  expect(cells).toHaveLength(25);
  for (let query = 0; query < 5; ++query) {
    const row = cells.filter((one) => one.query === query);
    expect(row.reduce((sum, { weight }) => sum + weight, 0)).toBeCloseTo(1, 5);
    expect(row.filter(({ key }) => key > query).every(({ weight }) => weight === 0)).toBe(true);
  }
});

test('next-token probabilities over the whole vocabulary sum to 1', async ({ page }) => {
  await open(page);
  const rows = await nextTokens(page);
  expect(rows).toHaveLength(11);
  expect(rows[10]!.token).toMatch(/^all \d+ others$/);
  const sum = rows.reduce((total, { cells }) => total + (cells[0]!.startsWith('<') ? 0 : parseFloat(cells[0]!)), 0);
  expect(Math.abs(sum - 100)).toBeLessThan(1);
});

test('completes words by keyboard, marks and counts unknown ones, and offers a character model', async ({ page }) => {
  await open(page);
  await field(page).fill('the cab');
  await expect(page.locator('.words').getByRole('option', { name: 'cabinet', exact: true })).toBeVisible();
  await field(page).press('End');
  await field(page).press('ArrowDown');
  await field(page).press('Enter');
  await expect(field(page)).toHaveValue(/^the cabinets? $/);
  await field(page).fill('the dragon loved the unicorn');
  await expect(page.locator('token-chips .chip.unknown')).toHaveText(['dragon', 'unicorn']);
  await expect(page.getByText('does not know 2 of these tokens')).toBeVisible();
  await page.getByRole('button', { name: 'Use a character model instead' }).click();
  await expect(page.getByRole('combobox', { name: 'Model' })).toHaveValue('shakespeare');
  await expect(chips(page)).toHaveCount('the dragon loved the unicorn'.length);
  await expect(field(page)).toHaveValue('the dragon loved the unicorn');
});

test('tokens and cells are linked by hover and by arrow keys, and each cell tells its arithmetic', async ({ page }) => {
  await open(page);
  await type(page, 'anna loved ben .', 5);
  await chips(page).nth(2).hover();
  await expect(page.locator('token-chips .chip.query')).toHaveText('loved');
  await cell(page).focus();
  for (const key of ['Control+End', 'ArrowUp', 'Home', 'ArrowRight']) await cell(page).press(key);
  await expect(page.locator('token-chips .chip.query')).toHaveText('ben');
  await expect(page.locator('token-chips .chip.key')).toHaveText('anna');
  await expect(arithmetic(page)).toContainText('q · k');
  await expect(arithmetic(page)).toContainText('softmax share');
  const shown = (await arithmetic(page).locator('tr').last().locator('td').last().textContent())!;
  const weight = (await readCsv(page)).find(({ query, key }) => query === 3 && key === 1)!.weight;
  if (shown.startsWith('<')) expect(weight).toBeLessThan(0.0005);
  else expect(Math.abs(parseFloat(shown) - 100 * weight)).toBeLessThan(0.06);
});

test('the same head as arcs, and another head by keyboard', async ({ page }) => {
  await open(page);
  await page.getByRole('button', { name: 'Arcs' }).click();
  await expect(page.locator('attention-view #large [role=listbox]')).toBeVisible();
  const before = await headline(page).textContent();
  await page.locator('attention-view #grid [tabindex="0"]').focus();
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Enter');
  await expect(headline(page)).not.toHaveText(before!);
  await expect(arithmetic(page)).toContainText('q · k');
});

test('a head switched off shows in the probabilities beside the old ones; undo and reset take it back', async ({
  page,
}) => {
  await open(page);
  const plain = await nextTokens(page);
  await page.getByRole('switch', { name: /This head is on/ }).click();
  await expect(headline(page)).toContainText('switched off');
  await expect(bars(page).first()).toContainText('before');
  const after = await nextTokens(page);
  expect(after[0]!.cells).toHaveLength(3);
  const best = after.find(({ token }) => token === plain[0]!.token);
  if (best) expect(best.cells[1]).toBe(plain[0]!.cells[0]);
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(bars(page).first()).not.toContainText('before');
  expect(await nextTokens(page)).toEqual(plain);
  await page.getByRole('switch', { name: /This head is on/ }).click();
  await expect(bars(page).first()).toContainText('before');
  await page.getByRole('button', { name: 'Reset all changes' }).click();
  await expect(bars(page).first()).not.toContainText('before');
  await expect(page.getByRole('button', { name: 'Reset all changes' })).toBeDisabled();
});

test('the mask is painted cell by cell, with the keyboard and with the mouse', async ({ page }) => {
  await open(page);
  await type(page, 'anna loved ben .', 5);
  await page.getByRole('switch', { name: 'Paint the mask' }).click();
  await cell(page).focus();
  for (const key of ['Control+Home', 'ArrowDown', 'Space']) await cell(page).press(key);
  await expect(page.getByText('Cells painted: 1')).toBeVisible();
  await expect
    .poll(async () => (await readCsv(page)).find(({ query, key }) => query === 1 && key === 0)!.weight)
    .toBe(0);
  await cell(page).scrollIntoViewIfNeeded();
  const box = (await cell(page).boundingBox())!;
  await page.mouse.move(box.x + box.width / 2, box.y + box.height * 1.5);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 1.5, box.y + box.height * 1.5, { steps: 5 });
  await page.mouse.up();
  await expect(page.getByText('Cells painted: 3')).toBeVisible();
  await expect
    .poll(async () => (await readCsv(page)).find(({ query, key }) => query === 2 && key === 2)!.weight)
    .toBe(1);
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(page.getByText('Cells painted: 1')).toBeVisible();
});

test('temperature inside attention sharpens it', async ({ page }) => {
  await open(page, '#model=sentences&text=anna+loved+ben+.&head=0.0');
  const strongest = async () =>
    Math.max(...(await readCsv(page)).filter(({ query }) => query === 4).map(({ weight }) => weight));
  const plain = await strongest();
  const slider = page.getByRole('slider', { name: 'Temperature inside attention' });
  await slider.focus();
  for (let step = 0; step < 30; ++step) await slider.press('ArrowLeft');
  await expect(page.locator('output')).toHaveText('0.50');
  await expect.poll(strongest).toBeGreaterThan(plain);
  await expect(arithmetic(page)).toContainText('temperature');
});

test('writes on, the same for the same seed, and stops when told', async ({ page }) => {
  await open(page);
  const output = page.getByRole('log');
  await page.getByText('How it chooses').click();
  const write = async (number: string, before: string) => {
    await enter(page, 'Seed', number);
    await page.getByRole('button', { name: 'Continue the text' }).click();
    await expect(output).not.toHaveText(before);
    await expect(page.getByText('40 tokens in')).toBeVisible();
    return (await output.textContent())!;
  };
  const first = await write('1', '');
  const second = await write('7', first);
  expect(second).not.toBe(first);
  expect(await write('1', second)).toBe(first);
  await page.getByLabel('Stop at').fill('.');
  await page.getByRole('button', { name: 'Continue the text' }).click();
  await expect(output).not.toHaveText(first);
  await expect(output).toHaveAttribute('aria-busy', 'false');
  const written = (await output.textContent())!.slice((await field(page).inputValue()).length);
  expect(written.trimEnd()).toMatch(/^[^.]*\.$/);
});

test('a long text is stopped by the button', async ({ page }) => {
  await open(page);
  await page.getByText('How it chooses').click();
  await enter(page, 'Tokens', '500');
  // Faster than a driver's hand: 500 tokens take less than a second.
  await page.evaluate(async () => {
    const button = document.querySelector<HTMLButtonElement>('.write .primary')!;
    button.click();
    while (button.textContent!.trim() !== 'Stop') await new Promise(requestAnimationFrame);
    button.click();
  });
  await expect(page.getByText(/Stopped after \d+ tokens/)).toBeVisible();
});

test('a link shows the same again', async ({ page, context }) => {
  await open(page);
  await type(page, 'maria thanked tom because', 5);
  await page.locator('attention-view #grid [role=gridcell]').nth(1).click();
  await page.getByRole('switch', { name: /This head is on/ }).click();
  await page.getByRole('button', { name: 'Arcs' }).click();
  const shown = await headline(page).textContent();
  await expect(bars(page).first()).toContainText('before');
  const numbers = await nextTokens(page);
  await expect(page).toHaveURL(/text=maria\+thanked.*view=arcs.*off=/);
  const other = await context.newPage();
  await open(other, new URL(page.url()).hash);
  await expect(field(other)).toHaveValue('maria thanked tom because');
  await expect(headline(other)).toHaveText(shown!);
  await expect(bars(other).first()).toContainText('before');
  expect(await nextTokens(other)).toEqual(numbers);
});

test('downloads the picture as SVG and PNG', async ({ page }) => {
  await open(page);
  const svg = await save(page, 'SVG picture');
  expect(svg.name).toMatch(/^attention-sentences-layer\d-head\d\.svg$/);
  expect(svg.bytes.toString('utf8')).toMatch(/^<svg[^>]*xmlns=/);
  for (const token of await chips(page).allTextContents()) expect(svg.bytes.toString('utf8')).toContain(`>${token}<`);
  const png = await save(page, 'PNG picture');
  expect(png.bytes.subarray(1, 4).toString()).toBe('PNG');
});

test('every shipped model runs', async ({ page }) => {
  await open(page);
  for (const model of ['tang', 'shakespeare', 'sort']) {
    await page.getByRole('combobox', { name: 'Model' }).selectOption(model);
    const info = JSON.parse(await (await page.request.get(`/models/${model}/config.json`)).text());
    const examples: { text: string; lang: string }[] = info.attention_playground.examples;
    const example = examples.find(({ lang }) => lang === 'en') ?? examples[0]!;
    await expect(field(page)).toHaveValue(example.text);
    await expect(chips(page)).toHaveCount([...example.text].length);
    await expect(arithmetic(page)).toContainText('q · k');
    await expect(page.getByRole('alert')).toBeEmpty();
  }
});

test('speaks Chinese, turns dark, and remembers both', async ({ page }) => {
  await open(page);
  await page.getByRole('button', { name: /中文/ }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('注意力游乐场');
  expect(await page.evaluate(() => document.documentElement.lang)).toBe('zh-CN');
  await page.getByRole('button', { name: '配色：跟随系统' }).click();
  await page.getByRole('button', { name: '配色：浅色' }).click();
  await expect(page.getByRole('button', { name: '配色：深色' })).toBeVisible();
  const paper = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const dark = await paper();
  await open(page);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('注意力游乐场');
  expect(await paper()).toBe(dark);
});

for (const [lang, theme] of [
  ['en', 'light'],
  ['zh', 'dark'],
] as const) {
  test(`has no accessibility violations (${lang}, ${theme})`, async ({ page }) => {
    await open(page, `#lang=${lang}&theme=${theme}&text=the+dragon+loved+anna+.&off=0.1&model=sentences`);
    await page.locator('summary').click();
    await page.getByRole('button', { name: lang === 'en' ? 'Continue the text' : '接着写' }).click();
    await expect(page.getByRole('log')).toHaveAttribute('aria-busy', 'false');
    const { violations } = await new AxeBuilder({ page })
      .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'])
      .analyze();
    expect(
      violations.map(({ id, nodes }) => [id, nodes.map(({ html, failureSummary }) => `${html}\n${failureSummary}`)]),
    ).toEqual([]);
  });
}

test('fits 320 pixels without scrolling sideways', async ({ page }) => {
  await page.setViewportSize({ width: 320, height: 700 });
  await open(page);
  const overflow = () => page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  expect(await overflow()).toBeLessThanOrEqual(0);
  await page.getByRole('button', { name: 'Arcs' }).click();
  expect(await overflow()).toBeLessThanOrEqual(0);
});

test('everything that can be pressed is at least 24 pixels wide and high', async ({ page }) => {
  await open(page);
  const small = await page.evaluate(() =>
    [...document.querySelectorAll('button, a:not(.skip), select, summary, input:not([type=file])')].flatMap(
      (element) => {
        const { width, height } = element.getBoundingClientRect();
        const label = element.closest('label')?.getBoundingClientRect();
        const enough =
          (Math.max(width, label?.width ?? 0) >= 24 && Math.max(height, label?.height ?? 0) >= 24) || width === 0;
        return enough ? [] : [`${element.outerHTML.slice(0, 80)}: ${width} x ${height}`];
      },
    ),
  );
  expect(small).toEqual([]);
});
