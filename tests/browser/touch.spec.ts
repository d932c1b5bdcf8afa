import { expect, test } from '@playwright/test';

/** Fingers instead of a mouse, in Chromium: only its protocol has fingers that drag. */

test.use({ hasTouch: true, viewport: { width: 390, height: 844 } });

test('the query is dragged, and a pixel is chosen by a tap', async ({ page }) => {
  const problems: string[] = [];
  page.on('pageerror', (error) => problems.push(error.message));
  await page.goto('/lineage.html#average');
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
  await expect.poll(() => room.evaluate((one) => (one as unknown as { query: number }).query)).toBeGreaterThan(before);

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
