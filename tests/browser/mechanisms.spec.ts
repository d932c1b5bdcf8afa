import AxeBuilder from '@axe-core/playwright';
import { expect, test, type Page } from '@playwright/test';
import { track } from '../../web/src/elements/rooms/controls.ts';
import { init } from '../../web/src/index.node.ts';

/** The page that puts every way to attend side by side; its menus against the tables of the core. */

const section = (page: Page, name: string) => page.locator(`${name}-section`);
const side = (page: Page, name: 'A' | 'B') => page.getByRole('region', { name: `Setting ${name}` });
const matrixNumbers = (page: Page, name: 'A' | 'B', caption: RegExp) =>
  side(page, name).locator('table.matrix').filter({ hasText: caption }).locator('tbody td').evaluateAll(texts);
const texts = (all: Element[]): string[] => all.map((one) => one.textContent!.trim());
const noFailure = (page: Page) => expect(page.locator('.failure')).toHaveCount(0);

async function open(page: Page): Promise<string[]> {
  const problems: string[] = [];
  page.on('pageerror', (error) => problems.push(error.message));
  page.on('console', (message) => message.type() === 'error' && problems.push(message.text()));
  await page.goto('/mechanisms.html');
  // Scores, weights and output of both settings.
  await expect(section(page, 'vectors').locator('table.matrix')).toHaveCount(6);
  return problems;
}

const optionsOf = (page: Page, id: string) =>
  page.locator(`#${id} option`).evaluateAll((all) => all.map((option) => (option as HTMLOptionElement).value));

test('the menus hold the rows of the core, and every row computes', async ({ page }) => {
  const problems = await open(page);
  const engine = await init();
  for (const axis of ['scoring', 'normalisation', 'structure'] as const) {
    const names = engine
      .variants()
      .filter((row) => row.axis === axis)
      .map(({ name }) => name);
    expect(await optionsOf(page, `vectors-A-${axis}`)).toEqual(names);
    for (const name of names) {
      await page.locator(`#vectors-A-${axis}`).selectOption(name);
      await expect(page.locator(`#vectors-A-${axis}`)).toHaveValue(name);
      await noFailure(page);
      await expect(side(page, 'A').locator('.explained math')).toHaveCount(3);
      await expect(side(page, 'A').locator('.explained pre')).toHaveCount(3);
      for (const text of await matrixNumbers(page, 'A', /Weights/)) expect(text).toMatch(/^−?\d+\.\d\d$/);
    }
  }
  expect(problems).toEqual([]);
});

test('a slider reaches both ends of every range, and comes back to where it was put', async () => {
  const engine = await init();
  for (const parameter of [...engine.variants(), ...engine.encodings()].flatMap(({ params }) => params)) {
    const { from, to } = track(parameter);
    if (!parameter.whole) {
      expect([to(0), to(1)], parameter.name).toEqual([parameter.minimum, parameter.maximum]);
    }
    expect([from(to(0)), from(to(1))], parameter.name).toEqual([0, 1]);
    for (const t of [0.2, 0.5, 0.9]) expect(to(from(to(t))), parameter.name).toBeCloseTo(to(t), 6);
    expect(to(from(parameter.standard)), parameter.name).toBe(parameter.standard);
  }
});

test('the weights shown are those of the core', async ({ page }) => {
  await open(page);
  const engine = await init();
  const tensor = (rows: number[][]) => ({
    shape: [1, rows.length, rows[0]!.length],
    data: Float32Array.from(rows.flat()),
  });
  const fields = await section(page, 'vectors')
    .locator('.numbers tbody tr')
    .evaluateAll((rows) =>
      rows.map((row) =>
        [...row.querySelectorAll<HTMLInputElement>('input[type=number]')].map((input) => Number(input.value)),
      ),
    );
  const q = tensor(fields.map((row) => row.slice(0, 2)));
  const k = tensor(fields.map((row) => row.slice(2)));
  for (const structure of ['bidirectional', 'causal']) {
    await page.locator('#vectors-A-structure').selectOption(structure);
    const { pattern } = engine.attention(q, k, k, { structure });
    await expect
      .poll(async () =>
        (await matrixNumbers(page, 'A', /Weights/)).map((text) => Number(text)).filter((_, i) => i % 5 < 4),
      )
      .toEqual(Array.from(pattern.data, (share) => Number(share.toFixed(2))));
  }
});

test('a row that the table gains appears in the menu; what the core does not know is said, and the page lives', async ({
  page,
}) => {
  await page.addInitScript(() => {
    // The worker's answer to `variants` is the one list of rows with an axis.
    const listen = EventTarget.prototype.addEventListener;
    const extended = (data: unknown): unknown => {
      const result = (data as { result?: { axis?: string }[] }).result;
      if (!Array.isArray(result) || !result.some((row) => row.axis === 'scoring')) return data;
      const row = {
        ...result[0],
        name: 'telepathic',
        label: 'Telepathic',
        label_zh: '心灵感应',
        formula: 's_{ij} = ?',
      };
      return { ...(data as object), result: [...result, row] };
    };
    Worker.prototype.addEventListener = function (this: Worker, type: string, hear: (event: MessageEvent) => void) {
      const heard = (event: MessageEvent) => hear(new MessageEvent('message', { data: extended(event.data) }));
      listen.call(this, type, (type === 'message' ? heard : hear) as EventListener);
    } as typeof Worker.prototype.addEventListener;
  });
  await open(page);
  const before = await matrixNumbers(page, 'A', /Weights/);
  await page.locator('#vectors-A-scoring').selectOption({ label: 'Telepathic' });
  await expect(side(page, 'A').getByRole('alert')).toContainText('variant_unknown');
  await expect(side(page, 'A')).toContainText('s_{ij} = ?');
  expect(await matrixNumbers(page, 'A', /Weights/)).toEqual(before);
  await page.locator('#vectors-A-scoring').selectOption('cosine');
  await noFailure(page);
});

test('a key is dragged, or moved with the keyboard, and the output follows', async ({ page }) => {
  await open(page);
  const output = () => matrixNumbers(page, 'A', /Output/);
  const key = page.getByRole('button', { name: /^k1:/ });
  const first = await output();
  await key.focus();
  await page.keyboard.press('ArrowUp');
  await expect(key).toHaveAttribute('aria-label', /^k1: 1\.70, −0\.10/);
  await expect.poll(output).not.toEqual(first);
  const second = await output();
  const place = (await key.boundingBox())!;
  const [x, y] = [place.x + place.width / 2, place.y + place.height / 2];
  await page.mouse.move(x, y);
  await page.mouse.down();
  await page.mouse.move(x - 80, y - 60, { steps: 4 });
  await page.mouse.up();
  await expect.poll(output).not.toEqual(second);
  await page.getByRole('button', { name: 'Back to the start' }).click();
  await expect.poll(output).toEqual(first);
  const typed = page.getByRole('spinbutton', { name: 'q1, 1' });
  for (const nonsense of ['1e39', '-101', '']) {
    await typed.evaluate((input: HTMLInputElement, text) => {
      input.value = text;
      input.dispatchEvent(new Event('change'));
    }, nonsense);
    await expect(typed).toHaveValue('1.3');
  }
  expect(await output()).toEqual(first);
});

test('keys longer than queries: additive scores take them, a dot product says why it cannot', async ({ page }) => {
  await open(page);
  await page.getByLabel(/Keys with a third number/).check();
  await expect(side(page, 'A').getByRole('alert')).toContainText('argument_shape');
  await expect(side(page, 'A')).toContainText('both vectors need as many');
  await expect(side(page, 'B').getByRole('alert')).toHaveCount(0);
  const before = await matrixNumbers(page, 'B', /Scores/);
  await side(page, 'B')
    .getByLabel(/d_hidden/)
    .fill('9');
  await expect.poll(() => matrixNumbers(page, 'B', /Scores/)).not.toEqual(before);
});

test('the root of d: scores keep a spread of 1 with it, and grow without', async ({ page }) => {
  await open(page);
  const fact = async (at: number, name: string) =>
    parseFloat(await section(page, 'scaling').locator('.side').nth(at).locator(`[data-fact=${name}]`).innerText());
  for (const exponent of [2, 10]) {
    await page.locator('#scaling-d').fill(String(exponent));
    const d = 2 ** exponent;
    // 1,024 scores: their spread is known to a few percent, less for the few numbers of a short vector
    expect(Math.abs((await fact(0, 'spread')) / Math.sqrt(d) - 1)).toBeLessThan(0.25);
    expect(Math.abs((await fact(1, 'spread')) - 1)).toBeLessThan(0.25);
  }
  expect(await fact(0, 'entropy')).toBeLessThan(0.3);
  expect(await fact(1, 'entropy')).toBeGreaterThan(1.5);
});

test('masks are painted by mouse and keyboard; an empty row is zeros, or uniform with -1e20', async ({ page }) => {
  await open(page);
  const masks = section(page, 'mask');
  const cell = (n: number) => masks.locator(`[data-cell="${n}"]`);
  const row = (n: number) =>
    masks.locator('table.matrix').first().locator('tbody tr').nth(n).locator('td').evaluateAll(texts);
  await masks.getByRole('button', { name: 'All' }).click();
  await expect(cell(7)).toHaveClass(/open/);
  await cell(0).hover();
  await page.mouse.down();
  for (const n of [1, 2, 3]) await cell(n).hover();
  await page.mouse.up();
  for (const n of [0, 1, 2, 3]) await expect(cell(n)).not.toHaveClass(/open/);
  await expect.poll(async () => (await row(0)).slice(0, 4)).toEqual(['0.00', '0.00', '0.00', '0.00']);
  await cell(3).focus();
  await page.keyboard.press(' ');
  await expect(cell(3)).toHaveClass(/open/);
  await page.keyboard.press('ArrowDown');
  await expect(cell(11)).toBeFocused();

  await masks.getByRole('button', { name: 'Empty row 3' }).click();
  await expect(masks.locator('[data-fact=empty-row]')).toContainText('NaN');
  await expect.poll(async () => (await row(2)).slice(0, 8)).toEqual(Array(8).fill('0.00'));
  await masks.getByLabel('add −1e20, as many tutorials do').check();
  await expect.poll(async () => (await row(2)).slice(0, 8)).toEqual(Array(8).fill('0.13'));
  await masks.getByLabel('add −∞', { exact: true }).check();
  await expect.poll(async () => (await row(2)).slice(0, 8)).toEqual(Array(8).fill('0.00'));
  await noFailure(page);
});

test('structures go to the grid, padding hides keys', async ({ page }) => {
  await open(page);
  const masks = section(page, 'mask');
  const block = masks.locator('.structure').filter({ hasText: 'Block-local' });
  await block.getByRole('button', { name: 'Take it to the grid' }).click();
  await expect(masks.locator('[data-cell="4"]')).not.toHaveClass(/open/);
  await expect(masks.locator('[data-cell="36"]')).toHaveClass(/open/);
  await page.locator('#mask-length-0').fill('1');
  const first = masks.locator('.structure').filter({ hasText: 'Sequence 1' }).locator('tbody tr');
  await expect
    .poll(() => first.nth(3).locator('td').evaluateAll(texts))
    .toEqual(['1.0', ...Array(7).fill('0.0'), expect.stringMatching(/^\d\.\d$/)]);
});

test('every encoding has a picture, and tells who loved whom', async ({ page }) => {
  test.slow();
  const problems = await open(page);
  const engine = await init();
  const names = engine.encodings().map(({ name }) => name);
  expect(await optionsOf(page, 'positions-encoding')).toEqual(names);
  const difference = async () => {
    const text = await section(page, 'order').locator('[data-fact=order]').innerText();
    return Number(text.replace('−', '-'));
  };
  for (const name of names) {
    await page.locator('#positions-encoding').selectOption(name);
    await expect(section(page, 'positions').locator('.explained pre')).toHaveCount(name === 'none' ? 0 : 1);
    const { kind } = engine.encodings().find((row) => row.name === name)!;
    await expect(section(page, 'positions').locator('canvas')).toHaveCount(
      { none: 0, added: 2, rotated: 2, biased: 1 }[kind],
    );
    await page.locator('#order-encoding').selectOption(name);
    for (const sentence of ['我爱过他 / 他爱过我', 'I loved him / him loved I']) {
      await page.getByLabel(sentence).check();
      const expected = kind === 'none' ? 'the same sentence' : 'who loved whom';
      await expect(section(page, 'order').getByRole('status')).toContainText(expected);
      if (kind === 'none') expect(await difference()).toBeLessThan(1e-6);
      else expect(await difference()).toBeGreaterThan(1e-3);
    }
  }
  await noFailure(page);
  expect(problems).toEqual([]);
});

test('everything fits 320 pixels', async ({ page }) => {
  await page.setViewportSize({ width: 320, height: 700 });
  await open(page);
  await page.getByLabel(/Keys with a third number/).check();
  await expect(page.locator('.bars').first()).toBeVisible();
  await expect.poll(() => page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(320);
});

test('a heat map tells the number under the pointer and the keyboard', async ({ page }) => {
  await open(page);
  await page.locator('#positions-encoding').selectOption('sinusoidal');
  const map = section(page, 'positions').locator('heat-map').first();
  await map.locator('canvas').focus();
  for (const key of ['ArrowRight', 'ArrowRight', 'ArrowDown']) await page.keyboard.press(key);
  await expect(map.locator('output')).toHaveText('position 1, component 1: 0.540');
});

test('the stages of several heads end where the one operator does', async ({ page }) => {
  await open(page);
  for (const n of [1, 2, 4, 8]) {
    await page.locator('#heads-heads').getByLabel(String(n), { exact: true }).check();
    await expect(section(page, 'heads').getByRole('button', { name: /^Follow head/ })).toHaveCount(n);
    const apart = await section(page, 'heads').locator('[data-fact=apart]').innerText();
    expect(Number(apart.replace('−', '-'))).toBeLessThan(1e-5);
  }
  await page.locator('#heads-groups').getByLabel('2', { exact: true }).check();
  await expect(section(page, 'heads')).toContainText('of K and V (4, 2)');
  const apart = await section(page, 'heads').locator('[data-fact=apart]').innerText();
  expect(Number(apart.replace('−', '-'))).toBeLessThan(1e-5);
});

test('linear attention implies a pattern, and the module of many tutorials sees what it should not', async ({
  page,
}) => {
  await open(page);
  const relatives = section(page, 'relatives');
  for (const causal of [true, false]) {
    await relatives.getByLabel('causal: a recurrence over the tokens').setChecked(causal);
    const rows = relatives.locator('table.matrix').nth(1).locator('tbody tr');
    const last = async () => (await rows.first().locator('td').evaluateAll(texts)).at(-1);
    if (causal) await expect.poll(last).toBe('0.00');
    else await expect.poll(last).not.toBe('0.00');
    const apart = await relatives.locator('[data-fact=implied]').innerText();
    expect(Number(apart.replace('−', '-'))).toBeLessThan(1e-5);
  }
  await expect(relatives.locator('[data-fact=blind]')).toHaveText('0.125');
});

test('formulas are MathML, beside the lines that compute them', async ({ page }) => {
  await open(page);
  await expect(side(page, 'B').locator('math').first()).toContainText('tanh');
  await expect(side(page, 'B').locator('pre').first()).toContainText('weighted_tanh');
  const shown = await page
    .locator('.formula')
    .evaluateAll((all) => all.filter((one) => !one.querySelector('math')).length);
  expect(shown).toBe(0);
});

for (const { width, colorScheme, locale } of [
  { width: 390, colorScheme: 'dark', locale: 'zh-CN' },
  { width: 390, colorScheme: 'light', locale: 'en-US' },
  { width: 1280, colorScheme: 'light', locale: 'en-US' },
] as const) {
  test.describe(`${width} px, ${colorScheme}, ${locale}`, () => {
    test.use({ viewport: { width, height: 844 }, colorScheme, locale });
    test('axe finds nothing, and nothing scrolls sideways', async ({ page, browserName }) => {
      const problems = await open(page);
      await expect(page.locator('.bars').first()).toBeVisible();
      await expect(page.locator('heat-map canvas').first()).toBeVisible();
      // Contrasts are the same in both browsers, and take Firefox half a minute.
      const axe = new AxeBuilder({ page }).disableRules(browserName === 'firefox' ? ['color-contrast'] : []);
      expect((await axe.analyze()).violations).toEqual([]);
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
      expect(problems).toEqual([]);
    });
  });
}
