import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import AxeBuilder from '@axe-core/playwright';
import { expect, test, type Locator, type Page } from '@playwright/test';

/** Every demo of the built site: opens on its own, draws real numbers, reacts to typing. */

const kDemos = join(import.meta.dirname, '../../demos');
const kNames = readdirSync(kDemos).filter((name) => existsSync(join(kDemos, name, 'index.html')));

/** What shows that a demo has drawn something computed. */
const kDrawn: Record<string, string> = {
  sentences: '#left .bars table td',
  sort: 'heat-text > span',
  tang: 'heat-text > span',
  shakespeare: 'heat-text > span',
  embed: 'attention-playground #large [role=gridcell]',
  vite: '#shares li',
  digits: '#bars tr.most',
  dates: '#source button',
};

async function open(page: Page, name: string): Promise<void> {
  await page.goto(`/demos/${name}/index.html`);
  await expect(page.locator(kDrawn[name] ?? 'figure').first()).toBeAttached({ timeout: 30_000 });
}

/** The shares of attention in percent that the shaded text tells. */
const shares = (page: Page): Promise<number[]> =>
  page.locator('heat-text > span').evaluateAll((all) => all.map((token) => parseFloat((token as HTMLElement).title)));

/** Probabilities in percent that a table of bars tells; "<0.1%" counts as nothing. */
const tableSum = async (table: Locator): Promise<number> => {
  const texts = await table.locator('tr td:first-of-type').allTextContents();
  return texts.reduce((sum, text) => sum + (text.startsWith('<') ? 0 : parseFloat(text)), 0);
};

/** Presses the button whether or not the writing has ended by itself. */
const stopWriting = (page: Page): Promise<void> =>
  page
    .locator('button[name=stop]')
    .evaluateAll((all) => all.forEach((button) => (button as HTMLButtonElement).click()));

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

for (const name of kNames) {
  test(`${name} opens on its own, complains of nothing and asks no other host`, async ({ page, baseURL }) => {
    const foreign: string[] = [];
    const complaints: string[] = [];
    page.on('request', (request) => {
      if (!request.url().startsWith(baseURL!) && !/^(data|blob):/.test(request.url())) foreign.push(request.url());
    });
    page.on('console', (message) => {
      // Browsers ask for an icon by themselves where a page names none.
      const isIcon = message.location().url.endsWith('/favicon.ico');
      if (!isIcon && (message.type() === 'error' || message.type() === 'warning')) complaints.push(message.text());
    });
    page.on('pageerror', (error) => complaints.push(error.message));
    await open(page, name);
    expect(foreign).toEqual([]);
    expect(complaints).toEqual([]);
    await expect(page.getByRole('alert')).toHaveCount(0);
  });

  test(`${name} passes axe and fits 390 px`, async ({ page }) => {
    await page.setViewportSize({ width: 390, height: 800 });
    await open(page, name);
    // A text that is being written changes under the checker's hands.
    await stopWriting(page);
    const { violations } = await new AxeBuilder({ page }).analyze();
    expect(
      violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(' ')).join(', ')}`),
    ).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
  });
}

test('sentences: the same words in another order move attention and the next word', async ({ page }) => {
  await open(page, 'sentences');
  await expect(page.locator('#left [data-value="next"]').first()).toHaveText('ben');
  await expect(page.locator('#right [data-value="next"]').first()).toHaveText('anna');
  await expect(page.getByText('The same words, in another order.')).toBeVisible();
  for (const side of ['left', 'right'])
    expect(Math.abs((await tableSum(page.locator(`#${side} .bars table`))) - 100)).toBeLessThan(1);
  await page.getByRole('textbox', { name: 'The other order' }).fill('lucy loved tom . who was loved ?');
  await expect(page.locator('#right [data-value="answer"]').first()).toHaveText('tom');
  await expect(page.getByText('These are not the same words.')).toBeVisible();
  await page.getByRole('textbox', { name: 'The other order' }).fill('lucy loved the unicorn');
  await expect(page.getByText('Not known to the model: unicorn')).toBeVisible();
});

test('sentences: a head that is switched off is compared with before', async ({ page }) => {
  await open(page, 'sentences');
  const headings = page.locator('#left .bars table th[scope=col]');
  await expect(headings).toHaveText(['token', 'probability']);
  await page.getByRole('checkbox').check();
  await expect(headings).toHaveText(['token', 'after', 'before', 'change']);
});

test('sort: writes typed digits in order and says how its head points at each', async ({ page }) => {
  await open(page, 'sort');
  await page.getByRole('textbox').fill('918273');
  const text = page.locator('heat-text');
  await expect(text).toHaveText('918273>123789;');
  expect(Math.abs(sum(await shares(page)) - 100)).toBeLessThan(1);
  expect(Math.abs((await tableSum(page.locator('#bars table'))) - 100)).toBeLessThan(1);
  const ringed = text.locator('[aria-selected="true"]');
  for (const digit of '123789') {
    await expect(ringed).toHaveText(digit);
    // The digit that is looked at most stands in the list and equals the one that is written.
    const all = await shares(page);
    const strongest = all.indexOf(Math.max(...all));
    expect(strongest).toBeLessThan(6);
    await expect(text.locator('span').nth(strongest)).toHaveText(digit);
    await page.getByRole('button', { name: 'Next' }).click();
  }
  await expect(ringed).toHaveText(';');
  await page.getByRole('textbox').fill('3x1');
  await expect(text.locator('.unknown')).toHaveText(['x']);
});

test('sort: measures a hundred random lists when asked', async ({ page }) => {
  await open(page, 'sort');
  await page.getByRole('button', { name: 'Measure 100 random lists' }).click();
  await expect(page.locator('#measured')).toBeVisible({ timeout: 45_000 });
  expect(Number(await page.locator('[data-value="right"]').first().textContent())).toBeGreaterThanOrEqual(98);
  await expect(page.locator('[data-value="allSteps"]').first()).toHaveText(/^7[89]\d|8\d\d$/);
});

for (const { name, own } of [
  { name: 'tang', own: '春眠不觉晓，' },
  { name: 'shakespeare', own: 'ROMEO' },
]) {
  test(`${name}: writes on from typed text, the same for the same seed, and stops when told`, async ({ page }) => {
    await open(page, name);
    const text = page.locator('heat-text');
    const tokens = text.locator('span');
    const writeSome = async () => {
      await page.locator('[name=text]').fill(own);
      await expect(tokens).toHaveCount(own.length);
      await page.getByRole('button', { name: 'Write on' }).click();
      await expect.poll(() => tokens.count(), { timeout: 40_000 }).toBeGreaterThan(own.length + 5);
      await stopWriting(page);
      await expect(page.getByRole('button', { name: 'Write on' })).toBeEnabled();
      return (await tokens.allTextContents()).slice(0, own.length + 5).join('');
    };
    const once = await writeSome();
    expect(once.startsWith(own)).toBe(true);
    expect(await writeSome()).toBe(once);
    expect(Math.abs(sum(await shares(page)) - 100)).toBeLessThan(2);
    // Another character is asked about: what it was read from sums to one as well.
    await tokens.nth(own.length).click();
    await expect(tokens.nth(own.length)).toHaveAttribute('aria-selected', 'true');
    expect(Math.abs(sum(await shares(page)) - 100)).toBeLessThan(1);
  });
}

test('tang: marks characters outside the vocabulary', async ({ page }) => {
  await open(page, 'tang');
  await page.locator('[name=text]').fill('床前X光，');
  await expect(page.locator('heat-text .unknown')).toHaveText(['X']);
});

test('shakespeare: names another head for another question', async ({ page }) => {
  await open(page, 'shakespeare');
  await page.locator('[name=text]').fill('First Citizen:\nBefore we proceed any further, hear me speak.');
  const best = page.locator('#finding [data-value="best"]').first();
  await expect(best).toHaveText(/^L\d·H\d$/);
  const before = await page.locator('#finding [data-value="share"]').first().textContent();
  await page.getByRole('radio', { name: 'the last line break?' }).check();
  await expect(page.locator('#finding [data-value="share"]').first()).not.toHaveText(before!);
  await expect(page.locator('#finding [data-value="places"]').first()).toHaveText('45');
});

test('embed: two elements draw rows that sum to 1, and follow what is typed', async ({ page }) => {
  await open(page, 'embed');
  const elements = page.locator('attention-playground');
  await expect(elements).toHaveCount(2);
  for (const element of await elements.all()) {
    await expect(element.locator('#large [role=gridcell]').first()).toBeAttached();
    await element.getByRole('textbox').fill('ben helped lucy .');
    await expect(element.locator('token-chips .chip')).toHaveText(['[BOS]', 'ben', 'helped', 'lucy', '.']);
    const rows = await element.evaluate((node) => {
      const { activations } = (
        node as unknown as { run: { of: { activations: Record<string, { data: Float32Array }> } } }
      ).run.of;
      const { data } = activations['blocks.0.attn.pattern']!;
      return Array.from({ length: data.length / 5 }, (_, row) =>
        data.slice(5 * row, 5 * row + 5).reduce((total, x) => total + x, 0),
      );
    });
    for (const total of rows) expect(total).toBeCloseTo(1, 4);
  }
});

test('each demo leads back to the gallery and opens the same text in the playground', async ({ page }) => {
  await open(page, 'sort');
  await page.getByRole('textbox').fill('302');
  await expect(page.locator('heat-text')).toHaveText('302>023;');
  await page.getByRole('link', { name: 'Open in the playground' }).click();
  await expect(page.locator('textarea')).toHaveValue('302>023;');
  await open(page, 'sort');
  await page.getByRole('link', { name: 'Gallery' }).click();
  await expect(page).toHaveURL(/gallery\.html$/);
});
