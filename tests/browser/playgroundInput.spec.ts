import { expect, test, type Page } from '@playwright/test';
import { arithmetic, chips, field, open, type } from './playgroundPage.ts';

/** What the playground does with bad input, broken files, a lost worker and an old browser. */

test('a link that says nonsense is not believed', async ({ page }) => {
  const nonsense = `#model=../../etc&head=9999.9999&cell=x&off=1.1_bad&mask=<img>&heat=1e9&view=3d&lang=xx&theme=red&other=1&text=${encodeURIComponent('<img src=x onerror=alert(1)>')}`;
  await open(page, nonsense);
  await expect(page.getByRole('combobox', { name: 'Model' })).toHaveValue('sentences');
  await expect(page.getByRole('button', { name: 'Reset all changes' })).toBeDisabled();
  expect(await page.locator('main img').count()).toBe(0);
});

/** Drops files on the page as a file manager would. */
async function drop(page: Page, files: Record<string, string>): Promise<void> {
  await page.evaluate((contents) => {
    const data = new DataTransfer();
    for (const [name, text] of Object.entries(contents)) data.items.add(new File([text], name));
    document.body.dispatchEvent(new DragEvent('dragover', { dataTransfer: data, bubbles: true, cancelable: true }));
    document.body.dispatchEvent(new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true }));
  }, files);
}

test('a broken model folder is refused by name, and the model in use stays', async ({ page }) => {
  await open(page);
  const config = await (await page.request.get('/models/sentences/config.json')).text();
  const tokenizer = await (await page.request.get('/models/sentences/tokenizer.json')).text();
  await drop(page, { 'config.json': config, 'model.safetensors': 'x'.repeat(100), 'tokenizer.json': tokenizer });
  const alert = page.getByRole('alert');
  await expect(alert).toContainText('That model could not be opened');
  await expect(alert.locator('code')).not.toBeEmpty();
  await expect(alert).toContainText('The model in use stays in use.');
  await drop(page, { 'config.json': config });
  await expect(alert.locator('code')).toHaveText('file_missing');
  await page.getByRole('button', { name: 'Close this message' }).click();
  await expect(alert).toBeEmpty();
  await type(page, 'the keys', 3);
  await expect(page.getByRole('combobox', { name: 'Model' })).toHaveValue('sentences');
});

test('a good model folder is opened from the visitor’s files', async ({ page }) => {
  await open(page);
  await page.evaluate(async () => {
    const data = new DataTransfer();
    for (const name of ['config.json', 'model.safetensors', 'tokenizer.json']) {
      data.items.add(new File([await (await fetch(`models/sort/${name}`)).blob()], name));
    }
    document.body.dispatchEvent(new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true }));
  });
  await expect(page.getByRole('combobox', { name: 'Model' })).toHaveValue('local');
  await expect(page.locator('option:checked')).toContainText('Your own');
  await expect(arithmetic(page)).toContainText('q · k');
});

test('odd text: empty, emoji, lone surrogates, control characters', async ({ page }) => {
  await open(page);
  const before = await chips(page).allTextContents();
  await field(page).fill('   ');
  await expect(page.getByText('Nothing to read yet.')).toBeVisible();
  expect(await chips(page).allTextContents()).toEqual(before);
  await page.evaluate(() => {
    const area = document.querySelector('textarea')!;
    area.value = 'anna 😀 \ud800 \u0007 ben';
    area.dispatchEvent(new InputEvent('input', { bubbles: true }));
  });
  await expect(page.getByText('does not know 3 of these tokens')).toBeVisible();
  await expect(page.locator('token-chips .chip.unknown').first()).toHaveText('😀');
  await expect(page.getByRole('alert')).toBeEmpty();
});

test('a text longer than the context says which part was read; 100,000 characters leave the page alive', async ({
  page,
}) => {
  await open(page);
  await field(page).fill('anna loved ben . '.repeat(100));
  await expect(page.getByText(/^The text has 40\d tokens, and this model reads at most/)).toBeVisible();
  await field(page).fill('anna loved ben . '.repeat(5883).slice(0, 100_000));
  await expect(page.getByText(/^The text has 23,\d\d\d tokens/)).toBeVisible();
  await expect(page.getByText('The text is too long for a link')).toBeVisible();
  await type(page, 'the keys', 3);
});

test('a worker that dies is replaced, the model loaded again, and the page says so', async ({ page }) => {
  await page.addInitScript(() => {
    const spied = globalThis as unknown as { workers: Worker[]; Worker: typeof Worker };
    spied.workers = [];
    spied.Worker = class extends Worker {
      constructor(url: string | URL, options?: WorkerOptions) {
        super(url, options);
        spied.workers.push(this);
      }
    };
  });
  await open(page);
  await page.evaluate(() => {
    const { workers } = globalThis as unknown as { workers: Worker[] };
    // Nothing on the page fails on purpose, so the test asks the worker itself.
    workers[0]!.postMessage({ id: 1e9, method: 'fail', args: ['trap'] });
  });
  await expect(page.getByText('It was replaced, and the model is loaded again.')).toBeVisible();
  await type(page, 'the keys near', 4);
  await expect(page.getByRole('alert')).toBeEmpty();
});

test('a browser without WebAssembly SIMD gets a readable sentence', async ({ page }) => {
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(error.message));
  await page.addInitScript(() => {
    WebAssembly.validate = () => false;
  });
  await page.goto('/');
  await expect(page.getByRole('alert')).toContainText('it has no WebAssembly SIMD');
  await expect(page.getByRole('alert')).toContainText('请换用新版的 Firefox');
  expect(errors).toEqual([]);
});
