import { readFileSync } from 'node:fs';
import AxeBuilder from '@axe-core/playwright';
import { expect, test, type Locator, type Page } from '@playwright/test';
import { paintCell, paintedMask, toEdits, toggleHead } from '../../web/app/changes.ts';
import { complete, take } from '../../web/app/completion.ts';
import { readHash, writeHash } from '../../web/app/hash.ts';
import { noChanges, standardSettings, type Settings } from '../../web/app/settings.ts';

/** The playground on the built site, as a visitor meets it. */

const field = (page: Page): Locator => page.locator('textarea');
const chips = (page: Page): Locator => page.locator('token-chips .chip');
const bars = (page: Page): Locator => page.locator('.next table tr');
const headline = (page: Page): Locator => page.locator('attention-view .bar strong');
const cell = (page: Page): Locator => page.locator('attention-view #large [role=gridcell]');
const arithmetic = (page: Page): Locator => page.locator('attention-view #sum');

/** Opens the page and waits for its first picture. */
async function open(page: Page, hash = ''): Promise<void> {
  await page.goto(`/${hash}`);
  await expect(chips(page).first()).toBeVisible();
  await expect(bars(page).first()).toBeAttached();
}

/** Types into the field in one go and waits until the chips show `tokens` tokens. */
async function type(page: Page, text: string, tokens: number): Promise<void> {
  await field(page).fill(text);
  await expect(chips(page)).toHaveCount(tokens);
}

/** Types a number in place of the one that is there; `fill` adds to it in Firefox. */
async function enter(page: Page, name: string, number: string): Promise<void> {
  const input = page.getByRole('spinbutton', { name });
  await input.press('Control+a');
  await input.pressSequentially(number);
}

/** The likeliest next tokens and their probabilities, as the table for readers says them. */
async function nextTokens(page: Page): Promise<{ token: string; cells: string[] }[]> {
  const rows = await bars(page).evaluateAll((all) => all.map((row) => [...row.children].map((part) => part.textContent ?? '')));
  return rows.slice(1).map(([token = '', ...cells]) => ({ token, cells }));
}

interface Saved {
  name: string;
  base64: string;
}

/** What the page saves, caught where it becomes a file: not every browser tells its driver of downloads. */
async function save(page: Page, button: string): Promise<{ name: string; bytes: Buffer }> {
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
  await page.getByRole('button', { name: button }).click();
  const { name, base64 } = await waiting;
  return { name, bytes: Buffer.from(base64, 'base64') };
}

/** The numbers that the CSV file gives for every cell of the head shown. */
async function readCsv(page: Page): Promise<{ query: number; key: number; token: string; weight: number }[]> {
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

test('both languages have the same messages with the same places', () => {
  const [en, zh] = ['en', 'zh'].map((lang) => JSON.parse(readFileSync(new URL(`../../web/app/messages/${lang}.json`, import.meta.url), 'utf8')));
  expect(Object.keys(zh)).toEqual(Object.keys(en));
  const places = (text: string) => [...text.matchAll(/\{\w+\}/g)].map(([place]) => place).sort();
  for (const key of Object.keys(en)) expect(places(zh[key]), key).toEqual(places(en[key]));
});

test('a link holds every setting, and what it does not say stays', () => {
  const standard = standardSettings('en', 'auto');
  const settings: Settings = {
    model: 'tang',
    text: '白日 & 依山#尽?',
    shown: { layer: 3, head: 2 },
    cell: { query: 4, key: 1 },
    view: 'arcs',
    links: false,
    changes: { off: [{ layer: 1, head: 0 }, { layer: 0, head: 2 }], mask: [{ query: 0, key: 3 }], temperature: 0.35 },
    sampling: { maxTokens: 12, temperature: 0, topK: 5, topP: 0.9, seed: 42, stop: '。' },
    lang: 'zh',
    theme: 'dark',
  };
  expect(readHash(writeHash(settings, standard), standard)).toEqual(settings);
  expect(readHash('', settings)).toEqual(settings);
  expect(readHash(`#text=${'x'.repeat(5000)}&seed=-1&topP=2&maxTokens=1.5&heat=0`, settings)).toEqual(settings);
  expect(writeHash({ ...settings, text: 'x'.repeat(5000) }, standard)).not.toContain('xxx');
});

test('changes become the engine’s edits', () => {
  const cell = { query: 2, key: 0 };
  const painted = paintCell(noChanges, cell, false);
  expect([...paintedMask(painted.mask, 3)]).toEqual([1, 0, 0, 1, 1, 0, 0, 1, 1]);
  expect(paintCell(painted, cell, true)).toEqual(noChanges);
  const changes = { ...toggleHead(painted, { layer: 1, head: 2 }), temperature: 0.5 };
  expect(toEdits(changes, 3).map(({ at, head, set, scale, mask }) => [at, head, set, scale, mask?.shape])).toEqual([
    ['blocks.*.attn.scores', undefined, undefined, 2, undefined],
    ['blocks.*.attn.scores', undefined, undefined, undefined, [3, 3]],
    ['blocks.1.attn.pattern', 2, 0, undefined, undefined],
  ]);
  // A cell outside a shorter text is no edit.
  expect(toEdits(painted, 2)).toEqual([]);
});

test('completion: English by prefix, Chinese by the last characters, spaces where they belong', () => {
  const known = ['key', 'keys', 'cabinet', '爱过', '小红', '小明', '。'];
  const [first] = complete('the ke', 6, known);
  expect(first).toEqual({ word: 'key', start: 4, end: 6 });
  expect(take('the ke', first!)).toEqual({ text: 'the key ', caret: 8 });
  expect(complete('我爱过小', 4, known).map(({ word }) => word)).toEqual(['小红', '小明']);
  expect(take('我爱过小', { word: '小红', start: 3, end: 4 })).toEqual({ text: '我爱过小红', caret: 5 });
  expect(complete('the ', 4, known)).toEqual([]);
  expect(take('anna .', { word: 'ben', start: 5, end: 5 })).toEqual({ text: 'anna ben .', caret: 9 });
});

test('opens with a real sentence, a real head and its true links, from its own host alone', async ({ page, baseURL }) => {
  const foreign: string[] = [];
  const complaints: string[] = [];
  page.on('request', (request) => {
    if (!request.url().startsWith(baseURL!) && !/^(data|blob):/.test(request.url())) foreign.push(request.url());
  });
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  await open(page);
  const heads = JSON.parse(await (await page.request.get('/models/sentences/heads.json')).text());
  const scores = heads.phenomena.map(({ best }: { best: { score: number } }) => best.score);
  const first = heads.phenomena[scores.indexOf(Math.max(...scores))].best;
  await expect(headline(page)).toHaveText(`Layer ${first.layer} · head ${first.head}`);
  await expect(page.getByText('Rings mark where')).toBeVisible();
  await expect(page.locator('footer')).toContainText(/Forward pass: [\d.]+ ms/);
  await expect(page.locator('footer')).toContainText(/Build: WebAssembly (relaxed )?SIMD/);
  expect(foreign).toEqual([]);
  expect(complaints).toEqual([]);
});

test('rows of the numbers sum to 1, and nothing looks ahead', async ({ page }) => {
  await open(page);
  await type(page, 'anna loved ben .', 5);
  const cells = await readCsv(page);
  expect(cells).toHaveLength(25);
  for (let query = 0; query < 5; ++query) {
    const row = cells.filter((one) => one.query === query);
    expect(row.reduce((sum, { weight }) => sum + weight, 0)).toBeCloseTo(1, 5);
    expect(row.filter(({ key }) => key > query).every(({ weight }) => weight === 0)).toBe(true);
  }
});

test('next-token probabilities over the whole vocabulary sum to 1', async ({ page }) => {
  await open(page);
  const rows = await nextTokens(page);
  expect(rows).toHaveLength(11);
  expect(rows[10]!.token).toMatch(/^all \d+ others$/);
  const sum = rows.reduce((total, { cells }) => total + (cells[0]!.startsWith('<') ? 0 : parseFloat(cells[0]!)), 0);
  expect(Math.abs(sum - 100)).toBeLessThan(1);
});

test('completes words by keyboard, marks and counts unknown ones, and offers a character model', async ({ page }) => {
  await open(page);
  await field(page).fill('the cab');
  await expect(page.locator('.words').getByRole('option', { name: 'cabinet', exact: true })).toBeVisible();
  await field(page).press('End');
  await field(page).press('ArrowDown');
  await field(page).press('Enter');
  await expect(field(page)).toHaveValue(/^the cabinets? $/);
  await field(page).fill('the dragon loved the unicorn');
  await expect(page.locator('token-chips .chip.unknown')).toHaveText(['dragon', 'unicorn']);
  await expect(page.getByText('does not know 2 of these tokens')).toBeVisible();
  await page.getByRole('button', { name: 'Use a character model instead' }).click();
  await expect(page.getByRole('combobox', { name: 'Model' })).toHaveValue('shakespeare');
  await expect(chips(page)).toHaveCount('the dragon loved the unicorn'.length);
  await expect(field(page)).toHaveValue('the dragon loved the unicorn');
});

test('tokens and cells are linked by hover and by arrow keys, and each cell tells its arithmetic', async ({ page }) => {
  await open(page);
  await type(page, 'anna loved ben .', 5);
  await chips(page).nth(2).hover();
  await expect(page.locator('token-chips .chip.query')).toHaveText('loved');
  await cell(page).focus();
  for (const key of ['Control+End', 'ArrowUp', 'Home', 'ArrowRight']) await cell(page).press(key);
  await expect(page.locator('token-chips .chip.query')).toHaveText('ben');
  await expect(page.locator('token-chips .chip.key')).toHaveText('anna');
  await expect(arithmetic(page)).toContainText('q · k');
  await expect(arithmetic(page)).toContainText('softmax share');
  const shown = (await arithmetic(page).locator('tr').last().locator('td').last().textContent())!;
  const weight = (await readCsv(page)).find(({ query, key }) => query === 3 && key === 1)!.weight;
  if (shown.startsWith('<')) expect(weight).toBeLessThan(0.0005);
  else expect(Math.abs(parseFloat(shown) - 100 * weight)).toBeLessThan(0.06);
});

test('the same head as arcs, and another head by keyboard', async ({ page }) => {
  await open(page);
  await page.getByRole('button', { name: 'Arcs' }).click();
  await expect(page.locator('attention-view #large [role=listbox]')).toBeVisible();
  const before = await headline(page).textContent();
  await page.locator('attention-view #grid [tabindex="0"]').focus();
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Enter');
  await expect(headline(page)).not.toHaveText(before!);
  await expect(arithmetic(page)).toContainText('q · k');
});

test('a head switched off shows in the probabilities beside the old ones; undo and reset take it back', async ({ page }) => {
  await open(page);
  const plain = await nextTokens(page);
  await page.getByRole('switch', { name: /This head is on/ }).click();
  await expect(headline(page)).toContainText('switched off');
  await expect(bars(page).first()).toContainText('before');
  const after = await nextTokens(page);
  expect(after[0]!.cells).toHaveLength(3);
  const best = after.find(({ token }) => token === plain[0]!.token);
  if (best) expect(best.cells[1]).toBe(plain[0]!.cells[0]);
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(bars(page).first()).not.toContainText('before');
  expect(await nextTokens(page)).toEqual(plain);
  await page.getByRole('switch', { name: /This head is on/ }).click();
  await expect(bars(page).first()).toContainText('before');
  await page.getByRole('button', { name: 'Reset all changes' }).click();
  await expect(bars(page).first()).not.toContainText('before');
  await expect(page.getByRole('button', { name: 'Reset all changes' })).toBeDisabled();
});

test('the mask is painted cell by cell, with the keyboard and with the mouse', async ({ page }) => {
  await open(page);
  await type(page, 'anna loved ben .', 5);
  await page.getByRole('switch', { name: 'Paint the mask' }).click();
  await cell(page).focus();
  for (const key of ['Control+Home', 'ArrowDown', 'Space']) await cell(page).press(key);
  await expect(page.getByText('Cells painted: 1')).toBeVisible();
  await expect.poll(async () => (await readCsv(page)).find(({ query, key }) => query === 1 && key === 0)!.weight).toBe(0);
  await cell(page).scrollIntoViewIfNeeded();
  const box = (await cell(page).boundingBox())!;
  await page.mouse.move(box.x + box.width / 2, box.y + box.height * 1.5);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 1.5, box.y + box.height * 1.5, { steps: 5 });
  await page.mouse.up();
  await expect(page.getByText('Cells painted: 3')).toBeVisible();
  await expect.poll(async () => (await readCsv(page)).find(({ query, key }) => query === 2 && key === 2)!.weight).toBe(1);
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(page.getByText('Cells painted: 1')).toBeVisible();
});

test('temperature inside attention sharpens it', async ({ page }) => {
  await open(page, '#model=sentences&text=anna+loved+ben+.&head=0.0');
  const strongest = async () => Math.max(...(await readCsv(page)).filter(({ query }) => query === 4).map(({ weight }) => weight));
  const plain = await strongest();
  const slider = page.getByRole('slider', { name: 'Temperature inside attention' });
  await slider.focus();
  for (let step = 0; step < 30; ++step) await slider.press('ArrowLeft');
  await expect(page.locator('output')).toHaveText('0.50');
  await expect.poll(strongest).toBeGreaterThan(plain);
  await expect(arithmetic(page)).toContainText('temperature');
});

test('writes on, the same for the same seed, and stops when told', async ({ page }) => {
  await open(page);
  const output = page.getByRole('log');
  await page.getByText('How it chooses').click();
  const write = async (number: string, before: string) => {
    await enter(page, 'Seed', number);
      await page.getByRole('button', { name: 'Continue the text' }).click();
    await expect(output).not.toHaveText(before);
    await expect(page.getByText('40 tokens in')).toBeVisible();
    return (await output.textContent())!;
  };
  const first = await write('1', '');
  const second = await write('7', first);
  expect(second).not.toBe(first);
  expect(await write('1', second)).toBe(first);
  await page.getByLabel('Stop at').fill('.');
  await page.getByRole('button', { name: 'Continue the text' }).click();
  await expect(output).not.toHaveText(first);
  await expect(output).toHaveAttribute('aria-busy', 'false');
  const written = (await output.textContent())!.slice((await field(page).inputValue()).length);
  expect(written.trimEnd()).toMatch(/^[^.]*\.$/);
});

test('a long text is stopped by the button', async ({ page }) => {
  await open(page);
  await page.getByText('How it chooses').click();
  await enter(page, 'Tokens', '500');
  // Faster than a driver's hand: 500 tokens take less than a second.
  await page.evaluate(async () => {
    const button = document.querySelector<HTMLButtonElement>('.write .primary')!;
    button.click();
    while (button.textContent!.trim() !== 'Stop') await new Promise(requestAnimationFrame);
    button.click();
  });
  await expect(page.getByText(/Stopped after \d+ tokens/)).toBeVisible();
});

test('a link shows the same again', async ({ page, context }) => {
  await open(page);
  await type(page, 'maria thanked tom because', 5);
  await page.locator('attention-view #grid [role=gridcell]').nth(1).click();
  await page.getByRole('switch', { name: /This head is on/ }).click();
  await page.getByRole('button', { name: 'Arcs' }).click();
  const shown = await headline(page).textContent();
  await expect(bars(page).first()).toContainText('before');
  const numbers = await nextTokens(page);
  await expect(page).toHaveURL(/text=maria\+thanked.*view=arcs.*off=/);
  const other = await context.newPage();
  await open(other, new URL(page.url()).hash);
  await expect(field(other)).toHaveValue('maria thanked tom because');
  await expect(headline(other)).toHaveText(shown!);
  await expect(bars(other).first()).toContainText('before');
  expect(await nextTokens(other)).toEqual(numbers);
});

test('a link that says nonsense is not believed', async ({ page }) => {
  const nonsense = `#model=../../etc&head=9999.9999&cell=x&off=1.1_bad&mask=<img>&heat=1e9&view=3d&lang=xx&theme=red&other=1&text=${encodeURIComponent('<img src=x onerror=alert(1)>')}`;
  await open(page, nonsense);
  await expect(page.getByRole('combobox', { name: 'Model' })).toHaveValue('sentences');
  await expect(page.getByRole('button', { name: 'Reset all changes' })).toBeDisabled();
  expect(await page.locator('main img').count()).toBe(0);
});

test('downloads the picture as SVG and PNG', async ({ page }) => {
  await open(page);
  const svg = await save(page, 'SVG picture');
  expect(svg.name).toMatch(/^attention-sentences-layer\d-head\d\.svg$/);
  expect(svg.bytes.toString('utf8')).toMatch(/^<svg[^>]*xmlns=/);
  for (const token of await chips(page).allTextContents()) expect(svg.bytes.toString('utf8')).toContain(`>${token}<`);
  const png = await save(page, 'PNG picture');
  expect(png.bytes.subarray(1, 4).toString()).toBe('PNG');
});

test('every shipped model runs', async ({ page }) => {
  await open(page);
  for (const model of ['tang', 'shakespeare', 'sort']) {
    await page.getByRole('combobox', { name: 'Model' }).selectOption(model);
    const info = JSON.parse(await (await page.request.get(`/models/${model}/config.json`)).text());
    const examples: { text: string; lang: string }[] = info.attention_playground.examples;
    const example = examples.find(({ lang }) => lang === 'en') ?? examples[0]!;
    await expect(field(page)).toHaveValue(example.text);
    await expect(chips(page)).toHaveCount([...example.text].length);
    await expect(arithmetic(page)).toContainText('q · k');
    await expect(page.getByRole('alert')).toBeEmpty();
  }
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
  await expect(page.locator('option:checked')).toContainText('From your folder');
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

test('a text longer than the context says which part was read; 100,000 characters leave the page alive', async ({ page }) => {
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

test('speaks Chinese, turns dark, and remembers both', async ({ page }) => {
  await open(page);
  await page.getByRole('button', { name: /中文/ }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('注意力游乐场');
  expect(await page.evaluate(() => document.documentElement.lang)).toBe('zh-CN');
  await page.getByRole('button', { name: '配色：跟随系统' }).click();
  await page.getByRole('button', { name: '配色：浅色' }).click();
  await expect(page.getByRole('button', { name: '配色：深色' })).toBeVisible();
  const paper = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const dark = await paper();
  await open(page);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('注意力游乐场');
  expect(await paper()).toBe(dark);
});

for (const [lang, theme] of [['en', 'light'], ['zh', 'dark']] as const) {
  test(`has no accessibility violations (${lang}, ${theme})`, async ({ page }) => {
    await open(page, `#lang=${lang}&theme=${theme}&text=the+dragon+loved+anna+.&off=0.1&model=sentences`);
    await page.locator('summary').click();
    await page.getByRole('button', { name: lang === 'en' ? 'Continue the text' : '接着写' }).click();
    await expect(page.getByRole('log')).toHaveAttribute('aria-busy', 'false');
    const { violations } = await new AxeBuilder({ page }).withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']).analyze();
    expect(violations.map(({ id, nodes }) => [id, nodes.map(({ html, failureSummary }) => `${html}\n${failureSummary}`)])).toEqual([]);
  });
}

test('fits 320 pixels without scrolling sideways', async ({ page }) => {
  await page.setViewportSize({ width: 320, height: 700 });
  await open(page);
  const overflow = () => page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  expect(await overflow()).toBeLessThanOrEqual(0);
  await page.getByRole('button', { name: 'Arcs' }).click();
  expect(await overflow()).toBeLessThanOrEqual(0);
});

test('everything that can be pressed is at least 24 pixels wide and high', async ({ page }) => {
  await open(page);
  const small = await page.evaluate(() =>
    [...document.querySelectorAll('button, a:not(.skip), select, summary, input:not([type=file])')].flatMap((element) => {
      const { width, height } = element.getBoundingClientRect();
      const label = element.closest('label')?.getBoundingClientRect();
      const enough = (Math.max(width, label?.width ?? 0) >= 24 && Math.max(height, label?.height ?? 0) >= 24) || width === 0;
      return enough ? [] : [`${element.outerHTML.slice(0, 80)}: ${width} x ${height}`];
    }),
  );
  expect(small).toEqual([]);
});
