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

test.describe('with a finger', () => {
  test.use({ hasTouch: true, viewport: { width: 390, height: 844 } });
  test.skip(({ browserName }) => browserName !== 'chromium', 'only its protocol has fingers that drag');

  test('the query is dragged, and a pixel is chosen by a tap', async ({ page }) => {
    const problems = await open(page, '#average');
    const room = page.locator('weighted-average-room');
    await expect(room.locator('.failure, .waiting')).toHaveCount(0);
    const handle = room.getByRole('slider').and(room.locator('.query'));
    await handle.scrollIntoViewIfNeeded();
    const from = (await handle.boundingBox())!;
    const at = { x: from.x + from.width / 2, y: from.y + from.height / 2 };
    const session = await page.context().newCDPSession(page);
    const touch = (type: string, points: { x: number; y: number }[]) =>
      session.send('Input.dispatchTouchEvent', { type: type as 'touchStart', touchPoints: points });
    const before = await room.evaluate((one) => (one as unknown as { query: number }).query);
    await touch('touchStart', [at]);
    for (let step = 1; step <= 4; ++step) await touch('touchMove', [{ x: at.x + 15 * step, y: at.y }]);
    await touch('touchEnd', []);
    await expect
      .poll(() => room.evaluate((one) => (one as unknown as { query: number }).query))
      .toBeGreaterThan(before);

    await page.evaluate(() => (location.hash = '#four'));
    const picture = page.locator('four-mechanisms-room picture-field .stage[role="application"]').first();
    await picture.scrollIntoViewIfNeeded();
    const box = (await picture.boundingBox())!;
    await picture.tap({ position: { x: box.width * 0.27, y: box.height * 0.27 } });
    await expect
      .poll(() => page.locator('four-mechanisms-room').evaluate((one) => (one as unknown as { row: number }).row))
      .toBe(17);
    expect(problems).toEqual([]);
  });
});
