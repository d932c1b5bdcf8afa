import AxeBuilder from '@axe-core/playwright';
import { expect, test, type Page } from '@playwright/test';
import { readTable, type Reading } from '../../web/src/elements/lineage/csv.ts';
import { iris } from '../../web/src/elements/lineage/iris.ts';
import { standardised } from '../../web/src/elements/lineage/table.ts';
import { init } from '../../web/src/index.node.ts';

/** The room from a dissimilarity matrix to attention, against plain loops over the irises. */

const room = (page: Page) => page.locator('dissimilarity-room');
const fact = (page: Page, name: string) => room(page).locator(`[data-fact=${name}]`);
const told = (x: number, digits: number) => (x < 0 ? '−' : '') + Math.abs(x).toFixed(digits);

async function open(page: Page, state = ''): Promise<string[]> {
  const problems: string[] = [];
  page.on('pageerror', (error) => problems.push(error.message));
  page.on('console', (message) => message.type() === 'error' && problems.push(message.text()));
  await page.goto(`/lineage.html#dissimilarity${state && `?${state}`}`);
  await expect(fact(page, 'after-pca')).toContainText('%');
  return problems;
}

const n = iris.rows;
const width = iris.columns.length;

/** Similarities of the irises, larger for what is more alike, and what they are divided by. */
function scoresOf(measure: string, values: ArrayLike<number>): number[][] {
  const row = (i: number) => Array.from({ length: width }, (_, c) => values[i * width + c]!);
  const dot = (a: number[], b: number[]) => a.reduce((sum, x, c) => sum + x * b[c]!, 0);
  const square = (a: number[], b: number[]) => a.reduce((sum, x, c) => sum + (x - b[c]!) ** 2, 0);
  const by: Record<string, (a: number[], b: number[]) => number> = {
    distance: (a, b) => -Math.sqrt(square(a, b)),
    gaussian_kernel: (a, b) => -square(a, b) / 2,
    cosine: (a, b) => dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b)),
    dot_product: dot,
  };
  return Array.from({ length: n }, (_, i) => Array.from({ length: n }, (_, j) => by[measure]!(row(i), row(j))));
}

function weightsOf(scores: number[], own: number, temperature: number): number[] {
  const others = scores.map((s, j) => (j === own ? -Infinity : s));
  const most = Math.max(...others);
  const shares = others.map((s) =>
    s === -Infinity ? 0 : temperature === Infinity ? 1 : Math.exp((s - most) / temperature),
  );
  const sum = shares.reduce((a, b) => a + b, 0);
  return shares.map((share) => share / sum);
}

function accuracyOf(scores: number[][], temperature: number): number {
  const right = scores.filter((row, i) => {
    const votes = [0, 0, 0];
    weightsOf(row, i, temperature).forEach((w, j) => (votes[iris.labels![j]!]! += w));
    return votes.indexOf(Math.max(...votes)) === iris.labels![i];
  });
  return right.length / n;
}

const nearestTo = (row: number[], own: number) =>
  row.reduce((best, s, j) => (j !== own && (best === own || s > row[best]!) ? j : best), own);

for (const [measure, bandwidth, isStandardised] of [
  ['distance', 0.5, false],
  ['gaussian_kernel', 0.7, true],
  ['cosine', 0.02, false],
  ['dot_product', 3, true],
] as const) {
  test(`weights, votes and accuracy by ${measure} are those of plain loops`, async ({ page }) => {
    const at = 70;
    await open(
      page,
      `measure=${measure}&bandwidth=${bandwidth}&row=${at + 1}&standardised=${isStandardised ? 'on' : 'off'}`,
    );
    const scores = scoresOf(measure, isStandardised ? standardised(iris) : iris.values);
    const temperature = measure === 'gaussian_kernel' ? bandwidth ** 2 : bandwidth;
    const near = nearestTo(scores[at]!, at);
    const weights = weightsOf(scores[at]!, at, temperature);
    await expect(fact(page, 'nearest')).toContainText(`flower ${near + 1} `);
    await expect(fact(page, 'neighbour')).toHaveText(told(weights[near]!, 4));
    const votes = iris.classes.map((_, one) =>
      told(
        weights.reduce((sum, w, j) => sum + (iris.labels![j] === one ? w : 0), 0),
        3,
      ),
    );
    await expect(fact(page, 'votes')).toHaveText(votes);
    const share = (all: number[][]) => `${told(100 * accuracyOf(all, temperature), 1)}%`;
    await expect(fact(page, 'accuracy-nearest')).toHaveText(share(scores));
    await expect(fact(page, 'accuracy-flipped')).toHaveText(share(scores.map((row) => row.map((s) => -s))));
    // the flipped sign takes the weight from the nearest and gives it to the farthest
    const [first, second] = await Promise.all(
      ['near-flipped', 'near-nearest'].map((one) => fact(page, one).innerText()),
    );
    expect(Number(first)).toBeLessThan(Number(second));
  });
}

test('bandwidth 0 asks the nearest alone, infinity everyone alike: limits, not NaN', async ({ page }) => {
  const problems = await open(page, 'bandwidth=0&row=71');
  const scores = scoresOf('distance', iris.values);
  const right = scores.filter((row, i) => iris.labels![nearestTo(row, i)] === iris.labels![i]).length;
  await expect(fact(page, 'accuracy-nearest')).toHaveText(`${told((100 * right) / n, 1)}%`);
  await expect(fact(page, 'near-nearest')).toHaveText('1.0000');
  const bandwidth = page.locator('#dissimilarity-bandwidth');
  for (const measure of ['distance', 'gaussian_kernel', 'cosine', 'dot_product']) {
    await page.locator('#dissimilarity-measure').selectOption(measure);
    for (const key of ['Home', 'End']) {
      await bandwidth.press(key);
      await expect(room(page).locator('.slider output').first()).toHaveText(key === 'Home' ? '0.000' : '∞');
    }
    // everyone has one vote but for the own row, so a class of 50 loses to the other two
    await expect(fact(page, 'accuracy-nearest')).toHaveText('0.0%');
    await expect(fact(page, 'near-nearest')).toHaveText(told(1 / (n - 1), 4));
  }
  await expect(room(page)).not.toContainText('NaN');
  expect(problems).toEqual([]);
});

test('the matrix tells a pair by keyboard, and a click or Enter chooses a row', async ({ page }) => {
  await open(page, 'row=1');
  const map = room(page).locator('heat-map').first();
  const canvas = map.locator('canvas');
  await canvas.focus();
  for (const key of ['ArrowRight', 'ArrowRight', 'ArrowDown']) await page.keyboard.press(key);
  const distance = -scoresOf('distance', iris.values)[1]![1]!;
  await expect(map.locator('output')).toContainText(`flower 2 (setosa) – flower 2 (setosa): ${told(distance, 3)}`);
  await page.keyboard.press('Enter');
  await expect(page.locator('#dissimilarity-row')).toHaveValue('2');
  const box = (await canvas.boundingBox())!;
  await canvas.click({ position: { x: box.width / 4, y: (box.height * 120.5) / n } });
  await expect(page.locator('#dissimilarity-row')).toHaveValue('121');
  await expect(room(page).locator('h3').first()).toContainText('flower 121 (virginica)');
  await page.locator('#dissimilarity-row').press('ArrowLeft');
  await expect(room(page).locator('h3').first()).toContainText('flower 120 (virginica)');
});

test('projections: the vote after each is that of the core, and the fit goes on step by step', async ({ page }) => {
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await open(page, 'projection=fitted&measure=distance&bandwidth=0.3');
  const engine = await init();
  const x = { shape: [n, width], data: Float32Array.from(iris.values) };
  const own = { shape: [n], data: iris.labels! };
  const shareOf = (map: { shape: readonly number[]; data: Float32Array }) => {
    const z = engine.matmul(x, map);
    const d = engine.pairwiseDistances(z, z);
    const { accuracy } = engine.leaveOneOutVote({ ...d, data: d.data.map((s) => -s) }, own, { temperature: 0.3 });
    return `${told(100 * accuracy, 1)}%`;
  };
  const { components: c } = engine.principalComponents(x, { count: 2 });
  const turned = Float32Array.from({ length: 2 * width }, (_, i) => c.data[(i % 2) * width + Math.floor(i / 2)]!);
  await expect(fact(page, 'after-pca')).toHaveText(shareOf({ shape: [width, 2], data: turned }));
  const loss = async () => Number(await fact(page, 'loss').innerText());
  const first = await loss();
  await room(page).getByRole('button', { name: 'Step', exact: true }).click();
  await expect(fact(page, 'steps')).toHaveText('1');
  expect(await loss()).toBeLessThan(first);
  await room(page).getByRole('button', { name: /^Run/ }).click();
  await expect(fact(page, 'steps')).toHaveText('201');
  expect(await loss()).toBeLessThan(0.05);
  // the map that is shown gives the vote that is shown
  const shown = await room(page)
    .locator('.named tbody td')
    .evaluateAll((all) => all.map((one) => Number(one.textContent!.trim().replace('−', '-'))));
  expect(shown).toHaveLength(2 * width);
  const after = parseFloat(await fact(page, 'after-fitted').innerText());
  expect(Math.abs(after - parseFloat(shareOf({ shape: [width, 2], data: Float32Array.from(shown) })))).toBeLessThan(2);
  await room(page).getByRole('button', { name: 'Start again' }).click();
  await expect(fact(page, 'steps')).toHaveText('0');
  await expect(fact(page, 'loss')).toHaveText(told(first, 4));
});

test('a running fit can be watched and stopped', async ({ page }) => {
  await open(page, 'projection=fitted');
  await room(page).getByRole('button', { name: /^Run/ }).click();
  await expect(fact(page, 'steps')).not.toHaveText('0');
  const stop = room(page).getByRole('button', { name: 'Stop' });
  if (await stop.isVisible()) await stop.click();
  await expect(room(page).getByRole('button', { name: /^Run/ })).toBeVisible();
  await expect(room(page).locator('.failure')).toHaveCount(0);
});

test('nonsense in the address becomes what it can', async ({ page }) => {
  const problems = await open(page, 'measure=telepathy&bandwidth=-3&row=9999&projection=x&seed=abc&sign=up');
  await expect(page.locator('#dissimilarity-measure')).toHaveValue('distance');
  await expect(page.locator('#dissimilarity-row')).toHaveValue('150');
  await expect(fact(page, 'near-nearest')).toHaveText('1.0000');
  expect(problems).toEqual([]);
});

const tableIn = (text: string) => {
  const reading = readTable('own.csv', text);
  if ('why' in reading) throw new Error(reading.why[0]);
  return reading;
};
const codeIn = (text: string) => (readTable('own.csv', text) as Extract<Reading, { why: unknown }>).code;
const lines = (count: number, line: (i: number) => string) =>
  Array.from({ length: count }, (_, i) => line(i)).join('\n');

test('tables are read with and without a header, other separators and gaps; what is left out is said', () => {
  const plain = tableIn('1,2,a\n3,4,b\n5,6,a\n');
  expect(plain.table).toMatchObject({ rows: 3, columns: ['x1', 'x2'], classes: ['a', 'b'], places: [1, 3, 2] });
  expect([...plain.table.values]).toEqual([1, 2, 5, 6, 3, 4]);
  const german = tableIn('Art;Länge;Breite\r\nx;1,5;2\r\ny;2,5;\r\nx;3;4\r\n\r\n');
  expect(german.table).toMatchObject({ rows: 2, columns: ['Länge', 'Breite'], classes: ['x'], places: [2, 4] });
  expect(german.notes.map(([en]) => en).join()).toContain('Row 3 has a gap');
  expect(tableIn('a,b,target\n1,2,0\n2,3,1\n').table.classes).toEqual(['0', '1']);
  expect(tableIn('1,2\n3,4\n').table.labels).toBeNull();
  const one = tableIn('5\n5\n');
  expect(one.notes.map(([en]) => en).join()).toMatch(/constant.*projection needs two/);
  expect([...standardised(one.table)]).toEqual([0, 0]);
  const many = tableIn(lines(1203, (i) => `${i},${i % 7},k${i % 2}`));
  expect(many.table.rows).toBe(500);
  expect(many.notes[0]![0]).toContain('1203');
  // a period in the rows loses no class
  expect(tableIn(lines(900, (i) => `${i},k${i % 9}`)).table.classes).toHaveLength(9);
  expect(tableIn(lines(3, (i) => lines(70, (c) => `${i * c}`).replaceAll('\n', ','))).table.columns).toHaveLength(64);
  const classes = tableIn(lines(20, (i) => `${i},name${i}`));
  expect(classes.table.labels).toBeNull();
  expect(classes.notes[0]![0]).toContain('more than 12 different texts');
});

test('files that are no tables are refused by code, row and column', () => {
  expect(codeIn('')).toBe('csv_empty');
  expect(codeIn('a,b\n1,2\n')).toBe('csv_rows');
  expect(codeIn('a,b\nx,y\nz,w\n')).toBe('csv_columns');
  expect(codeIn('1,2\n3,4,5\n')).toBe('csv_width');
  expect(codeIn('1,2\n3,1e40\n')).toBe('csv_range');
  expect(codeIn('1,Infinity\n3,4\n')).toBe('csv_range');
  expect(readTable('own.csv', 'a,b\n1,2\n3,4\n5,six\n')).toEqual({
    code: 'csv_text',
    why: ['Row 4, column 2 (“b”): found “six”, expected a number.', '第 4 行第 2 列（“b”）：是“six”，应为数字。'],
  });
});

test('an own table takes the place of the irises; a bad one leaves the last; back to iris', async ({ page }) => {
  const problems = await open(page, 'row=120');
  const file = (text: string) => ({ name: 'own.csv', mimeType: 'text/csv', buffer: Buffer.from(text) });
  const input = room(page).locator('input[type=file]');
  await input.setInputFiles(file('1,1,a\n1.1,1,a\n9,9,b\n9,9.2,b\n'));
  await expect(room(page).locator('.told')).toContainText('own.csv: 4 rows');
  await expect(fact(page, 'accuracy-nearest')).toHaveText('100.0%');
  await expect(room(page).locator('h3').first()).toContainText('row 4 (b)');
  await input.setInputFiles(file('1,2\n3,oops\n4,5\n6,7\n'));
  await expect(room(page).locator('.told')).toContainText('csv_text');
  await expect(room(page).locator('h3').first()).toContainText('row 4 (b)');
  await input.setInputFiles(file('5,a\n5,a\n5,b\n'));
  await expect(room(page).locator('.told')).toContainText('constant');
  await expect(room(page)).toContainText('nothing to project');
  await expect(room(page)).not.toContainText('NaN');
  await expect(room(page).locator('.failure')).toHaveCount(0);
  await input.setInputFiles(file('1,2\n3,4\n5,7\n'));
  await expect(room(page).locator('.told')).toContainText('no vote');
  await expect(fact(page, 'accuracy-nearest')).toHaveText('–');
  await room(page).getByRole('button', { name: 'Back to iris' }).click();
  await expect(room(page).locator('h3').first()).toContainText('flower');
  await expect(fact(page, 'accuracy-nearest')).toContainText('%');
  expect(problems).toEqual([]);
});

for (const { width: wide, colorScheme, locale } of [
  { width: 1280, colorScheme: 'light', locale: 'en-US' },
  { width: 390, colorScheme: 'dark', locale: 'zh-CN' },
  { width: 320, colorScheme: 'light', locale: 'en-US' },
] as const) {
  test.describe(`${wide} px, ${colorScheme}, ${locale}`, () => {
    test.use({ viewport: { width: wide, height: 844 }, colorScheme, locale });
    test('axe finds nothing, and nothing scrolls sideways', async ({ page, browserName }) => {
      const problems = await open(page, 'projection=fitted');
      await expect(fact(page, 'loss')).toBeVisible();
      // Contrasts are the same in both browsers, and take Firefox long.
      const axe = new AxeBuilder({ page }).include('dissimilarity-room');
      if (browserName === 'firefox') axe.disableRules(['color-contrast']);
      // at 320 px formulas scroll, which browsers make reachable by themselves
      if (wide > 320) expect((await axe.analyze()).violations).toEqual([]);
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(wide);
      expect(problems).toEqual([]);
    });
  });
}
