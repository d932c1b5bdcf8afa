import { AxeBuilder } from '@axe-core/playwright';
import { expect, test, type Locator, type Page } from '@playwright/test';
import { configText, gpt2Tensors, kTiny, safetensors, tinyFolder } from '../wasm/folder.ts';
import { readSource } from '../../web/app/own-model/source.ts';
import { checkpointBytes, kSizes, randomVocabulary, tokenizerBytes } from '../wasm/llama2c.ts';
import { bytePairFiles, wordTokenizer } from '../wasm/tokenizers.ts';
import { init } from '../../web/src/index.node.ts';
import { kWorkers } from './engineServer.ts';
import { demoFolder } from './familyFolders.ts';
import { chips, field, headline, nextTokens, open, type } from './playgroundPage.ts';

/** Models of the visitor's own: dropped, chosen, fetched, kept. */

type Files = Record<string, string | Uint8Array>;

const tiny = tinyFolder();
const tinyFiles: Files = {
  'config.json': tiny.config,
  'model.safetensors': tiny.weights,
  'tokenizer.json': tiny.tokenizer,
};
const bytePairs = (): Files => {
  const sizes = { ...kTiny, vocab_size: 260, n_positions: 32 };
  const weights = safetensors(gpt2Tensors(sizes));
  return { 'config.json': configText(sizes), 'model.safetensors': weights, ...bytePairFiles() };
};

const dialog = (page: Page): Locator => page.getByRole('dialog', { name: 'Open your own model' });
const address = (page: Page): Locator => page.getByLabel(/^Hugging Face id, or the address of/);
const menu = (page: Page): Locator => page.getByRole('combobox', { name: 'Model' });

async function choose(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Open your own model…' }).click();
  await expect(dialog(page)).toBeVisible();
}

/** Drops files on the page as a file manager would. */
async function drop(page: Page, files: Files): Promise<void> {
  const contents = Object.entries(files).map(([name, body]) => [name, Buffer.from(body).toString('base64')] as const);
  await page.evaluate((all) => {
    const data = new DataTransfer();
    for (const [name, base64] of all) {
      data.items.add(new File([Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0))], name));
    }
    document.body.dispatchEvent(new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true }));
  }, contents);
}

interface Hub {
  asked: string[];
  /** Lets the weights through. */
  release(): void;
}

/** Stands in for the hub, with one model; `held` keeps its weights back until `release`. */
async function standIn(page: Page, files: Files, { held = false } = {}): Promise<Hub> {
  const asked: string[] = [];
  let release = (): void => {};
  const gate = held ? new Promise<void>((resolve) => (release = resolve)) : Promise.resolve();
  await page.route(/^https:\/\/huggingface\.co\//, async (route) => {
    const { pathname } = new URL(route.request().url());
    asked.push(pathname);
    const name = pathname.split('/').at(-1)!;
    const headers = { 'Access-Control-Allow-Origin': '*' };
    if (name === 'model.safetensors') await gate;
    const body = files[name];
    await (
      body === undefined
        ? route.fulfill({ status: 404, headers })
        : route.fulfill({ status: 200, headers, contentType: 'application/octet-stream', body: Buffer.from(body) })
    ).catch(() => {});
  });
  return { asked, release: () => release() };
}

test('a model is fetched from the hub, and nothing is requested before the press', async ({ page, baseURL }) => {
  const foreign: string[] = [];
  page.on('request', (request) => {
    const url = request.url();
    if (!url.startsWith(baseURL!) && !/^(data|blob):/.test(url)) foreign.push(url);
  });
  const hub = await standIn(page, tinyFiles);
  await open(page, '#model=someone/tiny');
  await choose(page);
  await address(page).fill('someone/tiny');
  const fetch = page.getByRole('button', { name: 'Fetch from huggingface.co' });
  await expect(fetch).toBeEnabled();
  expect([foreign, hub.asked]).toEqual([[], []]);
  await fetch.click();
  await expect(dialog(page)).toBeHidden();
  expect(hub.asked.toSorted()).toEqual(
    ['config.json', 'model.safetensors', 'tokenizer.json'].map((name) => `/someone/tiny/resolve/main/${name}`),
  );
  await expect(menu(page)).toHaveValue('local');
  await expect(page.locator('option:checked')).toHaveText('Your own: someone/tiny');
  await type(page, 'abc', 3);
});

test('a checkpoint of llama2.c is fetched by the address of its file', async ({ page }) => {
  const vocabulary = tokenizerBytes(randomVocabulary(kSizes.vocab, 'abc', 3));
  const hub = await standIn(page, { 'tiny.bin': checkpointBytes(kSizes), 'tok300.bin': vocabulary });
  await open(page);
  await choose(page);
  await address(page).fill('https://huggingface.co/someone/tiny/blob/main/sub/tiny.bin');
  await page.getByRole('button', { name: 'Fetch from huggingface.co' }).click();
  await expect(dialog(page)).toBeHidden();
  await expect(page.locator('option:checked')).toHaveText('Your own: tiny');
  const folder = '/someone/tiny/resolve/main/sub';
  expect(hub.asked).toEqual([`${folder}/tiny.bin`, `${folder}/tok300.bin`]);
});

test('what is typed is an id of the hub, the page of a model there, or an address', () => {
  const read = (text: string) => readSource(text, 'https://site.example/sub/index.html');
  const hub = 'https://huggingface.co/a/b/resolve/main/';
  for (const text of ['a/b', ' a/b ', 'https://huggingface.co/a/b', 'https://huggingface.co/a/b/tree/main/']) {
    expect([text, read(text)?.url.href, read(text)?.title]).toEqual([text, hub, 'a/b']);
  }
  expect(read('https://huggingface.co/a/b/tree/v1.2')?.url.href).toBe('https://huggingface.co/a/b/resolve/v1.2/');
  expect(read('https://huggingface.co/a/b/tree/main/sub')).toMatchObject({ url: { href: `${hub}sub` }, title: 'sub' });
  expect(read('https://huggingface.co/a/b/blob/main/sub/tiny.bin')).toMatchObject({
    url: { href: `${hub}sub/tiny.bin` },
    title: 'tiny',
  });
  // Whoever copies the address of a file means its folder, but for a checkpoint of llama2.c.
  for (const file of ['model.safetensors', 'config.json', 'pytorch_model.bin', 'README.md']) {
    expect(read(`https://huggingface.co/a/b/blob/main/${file}`)).toMatchObject({ title: 'a/b' });
    expect(read(`https://huggingface.co/a/b/blob/main/sub/${file}`)).toMatchObject({ title: 'sub' });
    expect(read(`https://h.example/m/${file}`)).toMatchObject({ title: 'm' });
  }
  for (const inner of ['//evil.example/x', 'javascript:x', '%2e%2e/x']) {
    expect(read(`https://huggingface.co/a/b/tree/main/${inner}`)?.url.host).toBe('huggingface.co');
  }
  expect(read('https://h.example/x/%E6%A8%A1/')).toMatchObject({ title: '模', url: { host: 'h.example' } });
  expect(read('./models/tang')?.url.href).toBe('https://site.example/sub/models/tang');
  expect(read('https://h.example/%')).toBeNull();
  for (const text of ['', 'a', 'a/b/c', 'javascript:alert(1)//', 'file:///etc/', 'http://']) {
    expect([text, read(text)]).toEqual([text, null]);
  }
});

test('a link names no foreign model', async ({ page, baseURL }) => {
  const foreign: string[] = [];
  page.on('request', (request) => {
    if (!request.url().startsWith(baseURL!) && !/^(data|blob):/.test(request.url())) foreign.push(request.url());
  });
  for (const model of ['https://huggingface.co/a/b', '//evil.example/model/', 'local']) {
    await open(page, `#model=${encodeURIComponent(model)}`);
    await expect(menu(page)).toHaveValue('sentences');
    await page.goto('about:blank');
  }
  expect(foreign).toEqual([]);
});

test('a download shows its bytes and can be given up', async ({ page }) => {
  const hub = await standIn(page, tinyFiles, { held: true });
  await open(page);
  await choose(page);
  await address(page).fill('https://huggingface.co/someone/tiny/tree/v2');
  await page.getByRole('button', { name: 'Fetch from huggingface.co' }).click();
  await expect(dialog(page).getByText(/^\d+ kB$/)).toBeVisible();
  await dialog(page).getByRole('button', { name: 'Cancel' }).click();
  await expect(address(page)).toBeVisible();
  expect(hub.asked[0]).toMatch(/^\/someone\/tiny\/resolve\/v2\//);
  hub.release();
  await page.keyboard.press('Escape');
  await expect(dialog(page)).toBeHidden();
  await expect(menu(page)).toHaveValue('sentences');
  await expect(page.getByRole('alert')).toBeEmpty();
  await type(page, 'the keys', 3);
});

test('what a hub lacks, and a host that the page may not ask, are named', async ({ page }) => {
  await standIn(page, { 'config.json': tiny.config, 'model.safetensors': tiny.weights });
  await open(page);
  await choose(page);
  await address(page).fill('someone/tiny');
  await address(page).press('Enter');
  const alert = dialog(page).getByRole('alert');
  await expect(alert.locator('code')).toHaveText('file_missing');
  await expect(alert).toContainText('vocab.json with merges.txt, or vocab.txt');
  await address(page).fill('https://elsewhere.example/model/');
  await page.getByRole('button', { name: 'Fetch from elsewhere.example' }).click();
  await expect(alert.locator('code')).toHaveText('file_fetch');
  await expect(alert).toContainText('does not let it ask elsewhere.example');
  for (const nonsense of ['', 'nonsense', 'javascript:alert(1)', 'ftp://a/b', 'a b/c']) {
    await address(page).fill(nonsense);
    await expect(page.getByRole('button', { name: 'Fetch', exact: true })).toBeDisabled();
  }
});

test('vocab.json with merges.txt is dropped, and bytes of characters are shown as such', async ({ page }) => {
  await open(page);
  await drop(page, bytePairs());
  await expect(menu(page)).toHaveValue('local');
  await field(page).fill('the 你');
  await expect(chips(page)).toHaveText(['the', '␣', '你', '⟨BD⟩', '⟨A0⟩']);
  await expect(page.locator('main')).not.toContainText('\ufffd');
});

test('a checkpoint of llama2.c is chosen', async ({ page }) => {
  await open(page);
  await choose(page);
  const buffers = [checkpointBytes(kSizes), tokenizerBytes(randomVocabulary(kSizes.vocab, 'abc', 1))];
  await dialog(page)
    .getByLabel('Choose files…')
    .setInputFiles(
      ['stories.bin', 'tokenizer.bin'].map((name, index) => ({
        name,
        mimeType: 'application/octet-stream',
        buffer: Buffer.from(buffers[index]!),
      })),
    );
  await expect(dialog(page)).toBeHidden();
  await expect(page.locator('option:checked')).toHaveText('Your own: stories');
  await field(page).fill('é');
  await expect(chips(page)).toHaveText(['<s>', '∅', 'é', '⟨A9⟩']);
});

test('a model is rounded to int8 where the visitor asks, and stays so in a new worker', async ({ page }) => {
  const files = demoFolder('sentences');
  const read = (name: string): string => Buffer.from(files[name] as Buffer).toString('utf8');
  const weights = new Uint8Array(files['model.safetensors'] as Buffer);
  const folder = { config: read('config.json'), weights, tokenizer: read('tokenizer.json') };
  const engine = await init();
  const [plain, rounded] = await Promise.all(
    [{}, { quantize: 'int8' } as const].map(async (options) => {
      const { probs } = (await engine.loadModel(folder, options)).run('ben saw anna');
      return `${(100 * Math.max(...probs.data)).toFixed(1)}%`;
    }),
  );
  expect(plain).not.toBe(rounded);
  const likeliest = async () => (await nextTokens(page))[0]?.cells[0];

  await page.addInitScript(kWorkers);
  await standIn(page, files);
  await open(page);
  await type(page, 'ben saw anna', 4);
  await expect.poll(likeliest).toBe(plain);
  await choose(page);
  await dialog(page).getByLabel('Round its matrices to int8').check();
  await address(page).fill('someone/sentences');
  await address(page).press('Enter');
  await expect(dialog(page)).toBeHidden();
  await expect(page.locator('option:checked')).toHaveText('Your own: someone/sentences, int8');
  await expect.poll(likeliest).toBe(rounded);
  await page.evaluate(() => {
    const { workers } = globalThis as unknown as { workers: Worker[] };
    workers.at(-1)!.postMessage({ id: 1e9, method: 'fail', args: ['trap'] });
  });
  await expect(page.getByText(/was started again|stopped/)).toBeVisible();
  await type(page, 'ben', 2);
  await type(page, 'ben saw anna', 4);
  await expect.poll(likeliest).toBe(rounded);
  await expect(page.locator('option:checked')).toHaveText('Your own: someone/sentences, int8');

  // Changed weights too: here by a change that changes no number.
  await page.getByRole('button', { name: 'Change the weights…' }).click();
  await page.locator('change-weights [name=value]').fill('1');
  await page.locator('change-weights').getByRole('button', { name: 'Apply', exact: true }).click();
  await expect(page.locator('#model option:checked')).toHaveText('Your own: someone/sentences, int8 (changed)');
  await expect.poll(likeliest).toBe(rounded);

  await choose(page);
  await address(page).fill('someone/sentences');
  await address(page).press('Enter');
  await expect(page.locator('#model option:checked')).toHaveText('Your own: someone/sentences');
  await expect.poll(likeliest).toBe(plain);
});

test('a model is kept, survives a reload, opens offline and is deleted', async ({ page, context }) => {
  await standIn(page, tinyFiles);
  await open(page);
  await choose(page);
  await page.getByLabel('Keep what I open next').check();
  await address(page).fill('someone/tiny');
  await address(page).press('Enter');
  await expect(dialog(page)).toBeHidden();
  await page.reload();
  await expect(chips(page).first()).toBeVisible();
  await choose(page);
  await context.setOffline(true);
  const row = dialog(page).getByRole('listitem').filter({ hasText: 'someone/tiny' });
  await expect(row).toContainText(/\d+ kB/);
  await row.getByRole('button', { name: 'Open someone/tiny' }).click();
  await expect(dialog(page)).toBeHidden();
  await expect(page.locator('option:checked')).toHaveText('Your own: someone/tiny');
  await type(page, 'abc', 3);
  await choose(page);
  await row.getByRole('button', { name: 'Delete someone/tiny' }).click();
  // It is open still, and may be kept again.
  await expect(row).toContainText('open now, not kept');
  await row.getByRole('button', { name: 'Keep someone/tiny' }).click();
  await expect(row).toContainText(/\d+ kB/);
});

test('hundreds of heads are scrolled through and leave the rest of the page in its place', async ({ page }) => {
  const sizes = { ...kTiny, n_layer: 24, n_head: 16, n_embd: 32 };
  const { config, weights, tokenizer } = tinyFolder({ sizes });
  await open(page);
  await drop(page, { 'config.json': config, 'model.safetensors': weights, 'tokenizer.json': tokenizer });
  await type(page, 'abcdef', 6);
  const grid = page.locator('attention-view #grid');
  const heads = grid.getByRole('gridcell');
  await expect(heads).toHaveCount(384);
  expect((await grid.boundingBox())!.height).toBeLessThan(610);
  const scrolled = () => grid.evaluate((all) => all.firstElementChild!.scrollTop);
  const faded = () => grid.evaluate((all) => (all.firstElementChild as HTMLElement).style.maskImage !== '');
  expect([await scrolled(), await faded()]).toEqual([0, true]);
  await heads.last().click();
  await expect(headline(page)).toHaveText('Layer 23 · head 15');
  await expect(heads.last()).toBeInViewport();
  await expect.poll(faded).toBe(false);
  // Who looks elsewhere among them is not called back while they type.
  const bottom = await scrolled();
  await grid.evaluate((all) => (all.firstElementChild!.scrollTop = 100));
  await type(page, 'abcde', 5);
  await expect.poll(faded).toBe(true);
  expect(await scrolled()).toBe(100);
  await heads.last().focus();
  await page.keyboard.press('Enter');
  await expect.poll(scrolled).toBe(bottom);
});

for (const [name, code, spoil] of [
  ['full', 'storage_full', () => failWith(IDBObjectStore.prototype, 'put', 'QuotaExceededError')],
  ['forbidden', 'storage_refused', () => failWith(IDBFactory.prototype, 'open', 'SecurityError')],
] as const) {
  test(`a browser whose storage is ${name} says so`, async ({ page }) => {
    await page.addInitScript(
      `const failWith = (owner, method, name) => (owner[method] = () => { throw new DOMException('No.', name); }); (${spoil})();`,
    );
    await open(page);
    await drop(page, tinyFiles);
    await expect(menu(page)).toHaveValue('local');
    await choose(page);
    await dialog(page).getByRole('button', { name: 'Keep gpt2' }).click();
    const alert = dialog(page).getByRole('alert');
    await expect(alert.locator('code')).toHaveText(code);
    await expect(alert).toContainText('could not be kept');
  });
}

declare function failWith(owner: object, method: string, name: string): void;

test('a tokenizer that would read for ever costs its worker, not the page', async ({ page, browserName }) => {
  await open(page);
  const pattern = { Regex: '\\w*\\w*!' };
  const pre_tokenizer = { type: 'Split', pattern, behavior: 'Isolated', invert: false };
  await drop(page, { ...tinyFiles, 'tokenizer.json': wordTokenizer(['a'], { pre_tokenizer }) });
  await expect(menu(page)).toHaveValue('local');
  await field(page).fill('a'.repeat(15_000));
  const alert = page.getByRole('alert');
  if (browserName === 'chromium') {
    await expect(page.getByText(/stopped \(the tokenizer took longer than 5 s\)/)).toBeVisible({ timeout: 20_000 });
    // Once more, then it is given up; the page lives on.
    await expect(alert.locator('code')).toHaveText('engine_broken', { timeout: 30_000 });
  } else {
    // Firefox runs out of stack before that.
    await expect(alert.locator('code')).toHaveText('text_too_long', { timeout: 30_000 });
  }
  await field(page).fill('a a');
  await expect(chips(page)).toHaveText(['a␣a']);
  await expect(alert).toBeEmpty();
});

for (const [width, theme, lang] of [
  [1280, 'light', 'en'],
  [390, 'dark', 'zh'],
] as const) {
  test(`the dialog holds to the rules of access: ${width} px, ${theme}, ${lang}`, async ({ page }) => {
    await page.setViewportSize({ width, height: 844 });
    await open(page, `#lang=${lang}&theme=${theme}`);
    await drop(page, tinyFiles);
    await expect(page.locator('option:checked')).toContainText('gpt2');
    await page.locator('.model button').click();
    await expect(page.locator('dialog')).toBeVisible();
    const { violations } = await new AxeBuilder({ page }).include('dialog').analyze();
    expect(violations).toEqual([]);
    const overflow = await page.evaluate(() => {
      const { scrollWidth, clientWidth } = document.querySelector('dialog')!;
      return scrollWidth - clientWidth;
    });
    expect(overflow).toBeLessThanOrEqual(0);
  });
}
