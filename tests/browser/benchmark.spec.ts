import AxeBuilder from '@axe-core/playwright';
import { expect, test, type Page } from '@playwright/test';
import { cases, chosenRows, measurementsOf } from '../../web/app/benchmark/cases.ts';
import { errorLimit, errorOf, samplesOf } from '../../web/app/benchmark/check.ts';
import { problemOf } from '../../web/app/benchmark/problem.ts';
import { measureRounds } from '../../web/app/benchmark/timing.ts';

/** The page that measures the operators in the visitor's browser. */

const twoRows = '#length=quick&rows=matmul+64,attention+64';
const numbers = /^[\d.]+$/;

const start = (page: Page) => page.getByRole('button', { name: /^Start/ });
const cancel = (page: Page) => page.getByRole('button', { name: 'Cancel' });
const line = (page: Page, name: string) => page.locator(`tr[data-case="${name}"]`);
const cells = (page: Page, name: string) => line(page, name).first().locator('td').allInnerTexts();

/** What the page writes to the clipboard from now on. */
async function catchCopies(page: Page, allowed = true): Promise<() => Promise<string>> {
  await page.evaluate((isAllowed) => {
    const writeText = async (text: string) => {
      if (!isAllowed) throw new Error('forbidden');
      document.documentElement.dataset.copied = text;
    };
    Object.defineProperty(navigator, 'clipboard', { value: { writeText }, configurable: true });
  }, allowed);
  return () => page.evaluate(() => document.documentElement.dataset.copied ?? '');
}

async function runTwoRows(page: Page): Promise<void> {
  await page.goto(`/benchmark.html${twoRows}`);
  await start(page).click();
  await expect(page.getByRole('status')).toHaveText('Done.', { timeout: 50_000 });
}

test('shows no number before a run, and real ones after it', async ({ page }) => {
  const problems: string[] = [];
  page.on('pageerror', (error) => problems.push(error.message));
  page.on('console', (message) => message.type() === 'error' && problems.push(message.text()));
  await page.goto(`/benchmark.html${twoRows}`);
  await expect(page.locator('tr[data-case]')).toHaveCount(3);
  expect((await page.locator('td').allInnerTexts()).filter((text) => /\d/.test(text))).toEqual([]);
  await expect(page.getByRole('button', { name: 'Copy as JSON' })).toBeDisabled();
  await start(page).click();
  await expect(page.getByRole('status')).toHaveText('Done.', { timeout: 50_000 });
  for (const name of ['matmul 64', 'attention 64']) {
    const [best, median, flops, share] = await cells(page, name);
    for (const text of [best, median, flops]) expect(text).toMatch(numbers);
    expect(Number(best)).toBeGreaterThan(0);
    expect(Number(median)).toBeGreaterThanOrEqual(Number(best));
    expect(share).toMatch(/^\d+%/);
  }
  await expect(page.locator('.facts')).toContainText(/WebAssembly (relaxed )?SIMD/);
  await expect(page.locator('.facts')).toContainText(await page.evaluate(() => navigator.userAgent));
  await expect(start(page)).toBeFocused();
  expect(problems).toEqual([]);
});

test('what is copied is what is shown: Markdown and JSON, or a field to copy from', async ({ page }) => {
  await runTwoRows(page);
  const copied = await catchCopies(page);
  await page.getByRole('button', { name: 'Copy as a Markdown table' }).click();
  await expect(page.getByRole('status')).toContainText('a table in Markdown');
  const [best, median, flops, share] = (await cells(page, 'attention 64')).map((text) => text.trim());
  const table = await copied();
  expect(table).toContain('| --- | ---: | ---: | ---: | ---: |');
  expect(table).toContain(`| Attention, 8 heads of 64, tokens: 64 | ${best} | ${median} | ${flops} | ${share} |`);
  await page.getByRole('button', { name: 'Copy as JSON' }).click();
  await expect(page.getByRole('status')).toContainText('JSON');
  const { rows, complete, peakFlopsPerSecond, build } = JSON.parse(await copied());
  expect(rows.map((row: { case: string; form: string }) => `${row.case} ${row.form}`)).toEqual([
    'matmul 64 io',
    'matmul 64 held',
    'attention 64 io',
  ]);
  expect(complete).toBe(true);
  expect(build).toMatch(/simd$/);
  for (const row of rows) {
    expect(row.median).toBeGreaterThanOrEqual(row.best);
    expect(row.rounds).toBeGreaterThanOrEqual(3);
    expect(row.shareOfPeak).toBeCloseTo(row.flopsPerSecond / peakFlopsPerSecond, 6);
  }
  await catchCopies(page, false);
  await page.getByRole('button', { name: 'Copy as a Markdown table' }).click();
  await expect(page.getByRole('textbox', { name: 'Text to copy' })).toHaveValue(table);
});

test('cancel stops at once and keeps what was measured; a new run starts from nothing', async ({ page }) => {
  await page.goto('/benchmark.html');
  await start(page).click();
  await expect(cancel(page)).toBeFocused();
  await expect(line(page, 'matmul 64').first().locator('td').first()).toHaveText(numbers, { timeout: 30_000 });
  await cancel(page).click();
  await expect(page.getByRole('status')).toContainText(/Cancelled; \d+ of 25/);
  await expect(cancel(page)).toBeDisabled();
  const shown = () => page.locator('#bench td').allInnerTexts();
  const before = await shown();
  // Longer than any line would have taken.
  await page.waitForTimeout(3000);
  expect(await shown()).toEqual(before);
  await start(page).click();
  await expect(page.getByText('Starting the engine')).toBeVisible();
  expect((await cells(page, 'matmul 64'))[0]).toBe('–');
  await cancel(page).click();
});

test('the page answers while it measures', async ({ page }) => {
  await page.goto('/benchmark.html#length=quick');
  await start(page).click();
  await page.getByRole('button', { name: '中文' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(/性能测试/);
  await expect(page.getByRole('button', { name: '取消' })).toBeEnabled();
  await expect(page).toHaveTitle('性能测试 · 注意力游乐场');
  await page.getByRole('button', { name: '取消' }).click();
  await expect(page.getByRole('status')).toContainText('已取消');
});

test('a wrong result is shown as an error and not timed; a worker that fails says why', async ({ page }) => {
  const reports = [
    { kind: 'started', build: 'simd', clock: 0.1 },
    { kind: 'peak', flops: 2e10 },
    { kind: 'measured', index: 0, outcome: { error: 0.0123, limit: 1e-5 } },
    { kind: 'failed', code: 'engine_broken', message: 'the engine stopped' },
  ];
  const body = `addEventListener('message', () => ${JSON.stringify(reports)}.forEach((report) => postMessage(report)));`;
  await page.route('**/bench-worker-*.js', (route) => route.fulfill({ contentType: 'text/javascript', body }));
  await page.goto(`/benchmark.html${twoRows}`);
  await start(page).click();
  await expect(line(page, 'matmul 64').first().locator('td')).toHaveText([/Wrong result, not timed.*1\.2e-2/]);
  await expect(page.getByRole('alert')).toContainText('engine_broken the engine stopped');
  await expect(start(page)).toBeEnabled();
  const copied = await catchCopies(page);
  await page.getByRole('button', { name: 'Copy as JSON' }).click();
  const [row] = JSON.parse(await copied()).rows;
  expect(row).toMatchObject({ case: 'matmul 64', error: 0.0123, flopsPerSecond: null });
  expect(row.best).toBeUndefined();
});

test('a link that names a row that does not exist is told so', async ({ page }) => {
  await page.goto('/benchmark.html#rows=matmul+64,matmul+65');
  await expect(page.getByRole('alert')).toContainText('matmul 65');
  await expect(page.locator('tr[data-case]')).toHaveCount(2);
  await page.getByRole('link', { name: 'All rows' }).click();
  await expect(page.locator('tr[data-case]')).toHaveCount(25);
  await expect(page.getByRole('alert')).toBeEmpty();
});

test('is linked from the playground and the gallery', async ({ page }) => {
  for (const from of ['/', '/gallery.html']) {
    await page.goto(from);
    await page.locator('a[href="benchmark.html"]').click();
    await expect(page.getByRole('heading', { level: 1 })).toContainText('Benchmark');
  }
});

for (const colorScheme of ['light', 'dark'] as const) {
  test(`axe finds nothing, and nothing scrolls sideways at 390 px: ${colorScheme}`, async ({ page }) => {
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize({ width: 390, height: 800 });
    await page.goto(`/benchmark.html${twoRows}`);
    await expect(start(page)).toBeVisible();
    expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([]);
    await runTwoRows(page);
    expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
  });
}

test('a result that is wrong in one sampled number, or no number, fails the check', () => {
  for (const row of cases.filter(({ label }) => !/1024|3072/.test(label))) {
    const problem = problemOf(row);
    const samples = samplesOf(problem);
    const right = new Float32Array(samples.length);
    samples.places.forEach((place, i) => (right[place] = samples.values[i]!));
    expect(errorOf(right, samples), row.name).toBeLessThan(errorLimit / 10);
    for (const wrong of [(value: number) => value + 1e-3 * Math.max(...samples.scales), () => NaN]) {
      const spoilt = right.slice();
      const place = samples.places[40]!;
      spoilt[place] = wrong(spoilt[place]!);
      expect(errorOf(spoilt, samples), row.name).toBeGreaterThan(errorLimit);
    }
    expect(errorOf(right.subarray(1), samples), row.name).toBe(Infinity);
  }
});

test('every row has a name of its own that a link finds', () => {
  for (const row of cases) expect(chosenRows(`#rows=${encodeURIComponent(row.name)}`).rows).toEqual([row]);
  expect(measurementsOf(cases)).toHaveLength(25);
});

test('best and median are those of the rounds', () => {
  const times = [5, 3, 4, 9];
  let now = 0;
  const clock = performance.now;
  performance.now = () => now;
  try {
    // The budget is over with the fourth round.
    const round = () => ((now += 25), times.shift()!);
    expect(measureRounds(round, 100)).toEqual({ best: 3, median: 4.5, rounds: 4 });
  } finally {
    performance.now = clock;
  }
});
