import { expect, test, type Page } from '@playwright/test';

/** The page of six rooms as a whole: its address, what it shares, and fingers instead of a mouse. */

const ids = ['average', 'bridge', 'denoising', 'non-local', 'dissimilarity', 'four'];

async function open(page: Page, hash: string): Promise<string[]> {
  const problems: string[] = [];
  page.on('pageerror', (error) => problems.push(error.message));
  page.on('console', (message) => message.type() === 'error' && problems.push(message.text()));
  await page.goto(`/lineage.html${hash}`);
  return problems;
}

test('six rooms, and between any two what stayed and what was added', async ({ page }) => {
  const problems = await open(page, '');
  expect(await page.locator('section.room').evaluateAll((all) => all.map(({ id }) => id))).toEqual(ids);
  await expect(page.locator('.bridge')).toHaveCount(ids.length - 1);
  for (const line of await page.locator('.bridge [data-lang="en"]').allTextContents())
    expect(line.replace(/\s+/g, ' ')).toMatch(/Kept.*: .*\. (Added|What differs)/);
  for (const id of ids) {
    await page.locator(`#${id}`).scrollIntoViewIfNeeded();
    await expect(page.locator(`#${id} .caption`).first()).toBeVisible();
    await expect(page.locator(`#${id} .failure, #${id} .waiting`)).toHaveCount(0);
  }
  expect(problems).toEqual([]);
});

test('an address leads to a room in its state, and a room tells the address of its own', async ({ page, context }) => {
  await open(page, '#average?kernel=boxcar&bandwidth=0.7&nonsense=1');
  const room = page.locator('weighted-average-room');
  await expect(room.locator('select').first()).toHaveValue('boxcar');
  await room.locator('select').first().selectOption('epanechnikov');
  await page.locator('#average .share button').first().click();
  await expect(page).toHaveURL(/#average\?kernel=epanechnikov&bandwidth=0\.7$/);
  const copy = await context.newPage();
  await copy.goto(page.url());
  await expect(copy.locator('weighted-average-room select').first()).toHaveValue('epanechnikov');
  await copy.close();
  await page.evaluate(() => (location.hash = '#bridge?share=1'));
  await expect(page.locator('distance-room')).toHaveAttribute('share', '1');
});

test('the markup of a room is its tag with its state', async ({ page }) => {
  await page.addInitScript(() => {
    const clipboard = { writeText: (text: string) => Promise.resolve(void (document.title = text)) };
    Object.defineProperty(navigator, 'clipboard', { value: clipboard });
  });
  await open(page, '#average?kernel=boxcar&query=');
  await expect(page.locator('weighted-average-room select').first()).toHaveValue('boxcar');
  await page.locator('#average .share button').nth(1).click();
  await expect(page).toHaveTitle('<weighted-average-room kernel="boxcar" query=""></weighted-average-room>');
  await expect(page.locator('#average .share [role="status"]')).toContainText('copied');
});

test('a room that an address leads to stays in view while those above it grow', async ({ page }) => {
  await open(page, '#four');
  await expect(page.locator('four-mechanisms-room picture-field').first()).toBeVisible();
  await expect(page.locator('dissimilarity-room heat-map').first()).toBeVisible();
  await expect(page.locator('#four h2')).toBeInViewport();
  await page.mouse.wheel(0, -3000);
  await expect(page.locator('#four h2')).not.toBeInViewport();
});
