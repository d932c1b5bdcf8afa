import { expect, test } from '@playwright/test';

/** What a first visit costs: time, bytes and hosts. */

const kMostMilliseconds = 1500;
const kMostBytes = 2_500_000;
const kTries = 3;

/** Writes down when the first attention map stands on the page, counted from the navigation. */
function watchFirstMap(): void {
  const look = (): void => {
    const map = document.querySelector('attention-view')?.shadowRoot?.querySelector('#large canvas');
    if (map) document.documentElement.dataset.firstMap = String(performance.now());
    else requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}

test('cold start: the first attention is shown soon, with few bytes, from its own host alone', async ({
  browser,
  baseURL,
}) => {
  const times: number[] = [];
  for (let attempt = 0; attempt < kTries; ++attempt) {
    const context = await browser.newContext({ baseURL });
    const page = await context.newPage();
    const hosts = new Set<string>();
    const sizes: Promise<number>[] = [];
    page.on('request', (request) => hosts.add(new URL(request.url()).host));
    page.on('response', (response) => sizes.push(response.body().then(({ length }) => length)));
    await page.addInitScript(watchFirstMap);
    await page.goto('/');
    const root = page.locator('html');
    await expect(root).toHaveAttribute('data-first-map', /./);
    await expect(page.locator('footer')).toContainText(/Forward pass: [\d.]+ ms/);
    times.push(Number(await root.getAttribute('data-first-map')));
    const bytes = await Promise.all(sizes);
    expect(Math.min(...bytes)).toBeGreaterThan(0);
    expect(bytes.reduce((sum, size) => sum + size, 0)).toBeLessThan(kMostBytes);
    expect([...hosts]).toEqual([new URL(baseURL!).host]);
    await context.close();
  }
  expect(Math.min(...times), `milliseconds of each try: ${times.map(Math.round).join(', ')}`).toBeLessThanOrEqual(
    kMostMilliseconds,
  );
});

test('a link to another model loads nothing of the first one', async ({ page }) => {
  const asked: string[] = [];
  page.on('request', (request) => asked.push(new URL(request.url()).pathname));
  await page.goto('/#model=sort');
  await expect(page.locator('footer')).toContainText(/Forward pass: [\d.]+ ms/);
  expect(asked.filter((path) => path.startsWith('/models/sort/')).length).toBeGreaterThan(0);
  expect(asked.filter((path) => /sentences|grammar|heads/.test(path))).toEqual([]);
  expect(asked.filter((path) => path.endsWith('.wasm'))).toHaveLength(1);
});
