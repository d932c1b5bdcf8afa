import { expect, type Locator, type Page } from '@playwright/test';

/** The parts of the playground and what a visitor does with them, for its tests. */

export const field = (page: Page): Locator => page.locator('textarea');
export const chips = (page: Page): Locator => page.locator('token-chips .chip');
export const bars = (page: Page): Locator => page.locator('.next table tr');
export const headline = (page: Page): Locator => page.locator('attention-view .bar strong');
export const cell = (page: Page): Locator => page.locator('attention-view #large [role=gridcell]');
export const arithmetic = (page: Page): Locator => page.locator('attention-view #sum');

/** Opens the page and waits for its first picture. */
export async function open(page: Page, hash = ''): Promise<void> {
  await page.goto(`/${hash}`);
  await expect(chips(page).first()).toBeVisible();
  await expect(bars(page).first()).toBeAttached();
}

/** Types into the field in one go and waits until the chips show `tokens` tokens. */
export async function type(page: Page, text: string, tokens: number): Promise<void> {
  await field(page).fill(text);
  await expect(chips(page)).toHaveCount(tokens);
}

/** Types a number in place of the one that is there; `fill` adds to it in Firefox. */
export async function enter(page: Page, name: string, number: string): Promise<void> {
  const input = page.getByRole('spinbutton', { name });
  await input.press('Control+a');
  await input.pressSequentially(number);
}

/** The likeliest next tokens and their probabilities, as the table for readers says them. */
export async function nextTokens(page: Page): Promise<{ token: string; cells: string[] }[]> {
  const rows = await bars(page).evaluateAll((all) =>
    all.map((row) => [...row.children].map((part) => part.textContent ?? '')),
  );
  return rows.slice(1).map(([token = '', ...cells]) => ({ token, cells }));
}

/** Drops files on the page as a file manager would, and waits until the model is open. */
export async function dropModel(page: Page, files: Record<string, string | Uint8Array>): Promise<void> {
  const contents = Object.entries(files).map(([name, body]) => [name, Buffer.from(body).toString('base64')] as const);
  await page.evaluate((all) => {
    const data = new DataTransfer();
    for (const [name, base64] of all) {
      data.items.add(new File([Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0))], name));
    }
    document.body.dispatchEvent(new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true }));
  }, contents);
  await expect(page.locator('#model')).toHaveValue('local');
}

interface Saved {
  name: string;
  base64: string;
}

/** What the page saves, caught where it becomes a file: not every browser tells its driver of downloads. */
export async function save(page: Page, button: string): Promise<{ name: string; bytes: Buffer }> {
  const waiting = page.evaluate(
    () =>
      new Promise<Saved>((resolve) => {
        const reader = new FileReader();
        URL.createObjectURL = (blob) => {
          reader.readAsDataURL(blob as Blob);
          return '#';
        };
        HTMLAnchorElement.prototype.click = function (this: HTMLAnchorElement) {
          reader.onload = () => resolve({ name: this.download, base64: String(reader.result).split(',')[1]! });
        };
      }),
  );
  await page.getByRole('button', { name: button, exact: true }).click();
  const { name, base64 } = await waiting;
  return { name, bytes: Buffer.from(base64, 'base64') };
}

/** The numbers that the CSV file gives for every cell of the head shown. */
export async function readCsv(page: Page): Promise<{ query: number; key: number; token: string; weight: number }[]> {
  const { bytes } = await save(page, 'Numbers (CSV)');
  return bytes
    .toString('utf8')
    .trim()
    .split('\r\n')
    .slice(1)
    .map((line) => {
      const [, query, key, token, , weight] = /^(\d+),(\d+),"((?:[^"]|"")*)","((?:[^"]|"")*)",(.+)$/s.exec(line)!;
      return { query: Number(query), key: Number(key), token: token!, weight: Number(weight) };
    });
}
