import AxeBuilder from '@axe-core/playwright';
import { expect, test, type Locator, type Page } from '@playwright/test';
import { readArrays, readWeights } from '../../web/src/arrays/index.ts';
import type { Tensor } from '../../web/src/engine/types.ts';
import { init } from '../../web/src/index.node.ts';
import { kWorkers } from './engineServer.ts';
import { demoFolder, goldenFolder, type Files } from './familyFolders.ts';
import { bars, chips, dropModel, field, headline, nextTokens, open, readCsv, save, type } from './playgroundPage.ts';

/** The panel that changes the weights of the open model. */

const panel = (page: Page): Locator => page.locator('change-weights');
const edits = (page: Page): Locator => panel(page).locator('.edits li code');
const press = (page: Page, name: string) => panel(page).getByRole('button', { name, exact: true }).click();
const fillIn = (page: Page, name: string, text: string) => panel(page).locator(`[name=${name}]`).fill(text);
const choose = (page: Page, label: string, value: string) =>
  panel(page).getByRole('combobox', { name: label, exact: true }).selectOption(value);
const shownModel = (page: Page) => page.locator('#model option:checked').textContent();

async function openPanel(page: Page): Promise<void> {
  await page.locator('.take [aria-expanded]').last().click();
  await expect(panel(page).locator('heat-map canvas')).toBeVisible();
}

/** Everything that the page says of a text: the map that is shown, to the last digit, and what comes next. */
const picture = async (page: Page) => ({ map: await readCsv(page), next: await nextTokens(page) });

/** Applies what the form says and waits until the page shows the model with so many changes. */
async function apply(page: Page, count: number): Promise<void> {
  await press(page, 'Apply');
  await expect(edits(page)).toHaveCount(count);
}

const bytesOf = (files: Files): Uint8Array => new Uint8Array(files['model.safetensors'] as Buffer);

/** Where a tensor lies, found without the code under test. */
function placeOf(bytes: Uint8Array, name: string): { begin: number; end: number; shape: number[] } {
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length)));
  const [begin, end] = header[name].data_offsets as [number, number];
  return { begin: 8 + length + begin, end: 8 + length + end, shape: header[name].shape };
}

/** The likeliest token behind a text, of the shipped sentences with other weights, as the page would say it. */
async function favourite(weights: Uint8Array, text: string): Promise<[string, string]> {
  const files = demoFolder('sentences');
  const read = (name: string): string => Buffer.from(files[name] as Buffer).toString('utf8');
  const engine = await init();
  const model = await engine.loadModel({ config: read('config.json'), weights, tokenizer: read('tokenizer.json') });
  const probs = [...model.run(text).probs.data];
  const best = probs.indexOf(Math.max(...probs));
  const name = model.info.vocabulary[best]!;
  engine.dispose();
  return [name, `${(100 * probs[best]!).toFixed(1)}%`];
}

test('a layer is silenced: map, answer and menu follow, and all of it can be taken back', async ({ page }) => {
  await open(page);
  await type(page, 'yesterday ben helped', 4);
  await page.locator('attention-view #grid [role=gridcell]').nth(7).click();
  const head = await headline(page).textContent();
  const before = await picture(page);
  await openPanel(page);
  await choose(page, 'Tensor', 'h.0.attn.c_proj.weight');
  await expect(panel(page).locator('dd').first()).toHaveText('96 × 96');
  await fillIn(page, 'value', '0');
  await panel(page).locator('[name=value]').press('Enter');
  await expect(edits(page)).toHaveText(['h.0.attn.c_proj.weight × 0']);
  await expect.poll(async () => (await nextTokens(page))[0]).not.toEqual(before.next[0]);
  await expect(panel(page).locator('dd').last()).toHaveText('0, 0');

  const byHand = bytesOf(demoFolder('sentences'));
  const { begin, end } = placeOf(byHand, 'h.0.attn.c_proj.weight');
  byHand.fill(0, begin, end);
  const [token, percent] = await favourite(byHand, 'yesterday ben helped');
  const [first] = await nextTokens(page);
  expect([first!.token, first!.cells[0]]).toEqual([token, percent]);
  await expect(panel(page).locator('div[role=status]')).toContainText(percent);
  expect(await shownModel(page)).toContain('(changed)');
  await expect(field(page)).toHaveValue('yesterday ben helped');
  await expect(headline(page)).toHaveText(head!);

  await press(page, 'Take back the last');
  await expect(edits(page)).toHaveCount(0);
  await expect(panel(page).getByRole('button', { name: 'Apply' })).toBeFocused();
  await expect.poll(async () => (await nextTokens(page))[0]).toEqual(before.next[0]);
  expect(await picture(page)).toEqual(before);
  expect(await shownModel(page)).not.toContain('(changed)');
  await expect(panel(page).locator('div[role=status]')).toContainText('as it came');
});

test('changes follow one another, and the last or all of them are taken back', async ({ page }) => {
  await open(page);
  await type(page, 'anna loved', 3);
  const before = await picture(page);
  await openPanel(page);
  await press(page, 'All positions = 0');
  await apply(page, 1);
  await expect.poll(async () => (await readCsv(page))[4]).not.toEqual(before.map[4]);
  const once = await picture(page);
  await choose(page, 'Tensor', 'wte.weight');
  await choose(page, 'Do', 'add');
  await choose(page, 'To', 'element');
  await fillIn(page, 'value', '−2.5');
  await fillIn(page, 'row', '3');
  await fillIn(page, 'column', '95');
  await apply(page, 2);
  await expect(edits(page).last()).toHaveText('wte.weight[3, 95] + −2.5');
  await press(page, 'Take back the last');
  await expect(edits(page)).toHaveText(['wpe.weight = 0']);
  await expect.poll(() => picture(page)).toEqual(once);
  await apply(page, 2);
  await press(page, 'Take back all');
  await expect(edits(page)).toHaveCount(0);
  await expect.poll(() => picture(page)).toEqual(before);
});

test('the row of a token is set to 0, and only that', async ({ page }) => {
  await open(page);
  await type(page, 'anna loved', 3);
  await openPanel(page);
  await press(page, 'Embedding of “loved” = 0');
  await expect(panel(page).getByText('The row of “loved”.')).toBeVisible();
  await apply(page, 1);
  await expect(panel(page).locator('.edits')).toContainText('“loved”');
  const { name, bytes } = await save(page, '.safetensors');
  expect(name).toBe('model.safetensors');
  const given = bytesOf(demoFolder('sentences'));
  const row = Number(/\[(\d+), :\]/.exec((await edits(page).textContent())!)![1]);
  const { begin } = placeOf(given, 'wte.weight');
  const expected = given.slice().fill(0, begin + 192 * row, begin + 192 * (row + 1));
  expect(expected).not.toEqual(given);
  expect(new Uint8Array(bytes)).toEqual(expected);
});

test('a model that was saved opens again as it was shown, and other programs get the same numbers', async ({
  page,
}) => {
  await open(page);
  await type(page, 'anna loved', 3);
  await openPanel(page);
  await choose(page, 'Tensor', 'h.1.mlp.c_fc.weight');
  await choose(page, 'Do', 'set');
  await choose(page, 'To', 'column');
  await fillIn(page, 'value', '1.1');
  await fillIn(page, 'column', '7');
  await apply(page, 1);
  await choose(page, 'Tensor', 'wpe.weight');
  await choose(page, 'Do', 'scale');
  await choose(page, 'To', 'whole');
  await fillIn(page, 'value', '0.5');
  await apply(page, 2);
  await expect(panel(page).locator('div[role=status]')).toContainText('favourite');
  const shown = await picture(page);

  const weights = await save(page, '.safetensors');
  const { tensors, read } = await readWeights(new Uint8Array(weights.bytes));
  expect(new Set(tensors.map(({ dtype }) => dtype))).toEqual(new Set(['F16']));
  for (const format of ['npz', 'json'] as const) {
    const { name, bytes } = await save(page, `.${format}`);
    expect(name).toBe(`weights-sentences.${format}`);
    const arrays = readArrays(new Uint8Array(bytes), name);
    expect(Object.keys(arrays).sort()).toEqual(tensors.map((tensor) => tensor.name).sort());
    for (const tensor of tensors) expect(arrays[tensor.name]).toEqual(await read(tensor.name));
    const { data } = arrays['h.1.mlp.c_fc.weight'] as Tensor;
    // What F16 makes of 1.1.
    expect(data.filter((_, i) => i % 384 === 7).every((value) => value === 1.099609375)).toBe(true);
  }
  const folder: Files = { 'model.safetensors': weights.bytes };
  for (const name of ['config.json', 'tokenizer.json']) folder[name] = (await save(page, name)).bytes;
  expect(folder['config.json']).toEqual(demoFolder('sentences')['config.json']);

  await page.reload();
  await expect(chips(page)).toHaveCount(3);
  await dropModel(page, folder);
  await expect.poll(() => picture(page)).toEqual(shown);
});

test('what is no number, no place, or too large for the type changes nothing', async ({ page }) => {
  await open(page);
  const before = await picture(page);
  await openPanel(page);
  const refused = async (name: string, text: string, words: string) => {
    await fillIn(page, name, text);
    await press(page, 'Apply');
    await expect(panel(page).locator('.edit [role=alert]')).toContainText(words);
    await expect(panel(page).locator(`[name=${name}]`)).toBeFocused();
    await expect(panel(page).locator(`[name=${name}]`)).toHaveAttribute('aria-invalid', 'true');
  };
  for (const text of ['abc', '', 'NaN', '1e999', '0x10', '1,5']) await refused('value', text, `“${text}”`);
  await fillIn(page, 'value', '1');
  await expect(panel(page).locator('.edit [role=alert]')).toBeEmpty();
  await choose(page, 'To', 'row');
  for (const text of ['-1', '96', '1.5', '']) await refused('row', text, 'rows 0 to 95');
  await choose(page, 'To', 'column');
  await refused('column', '1e9', 'columns 0 to 95');
  await choose(page, 'To', 'whole');
  await choose(page, 'Do', 'set');
  await fillIn(page, 'value', '70000');
  await press(page, 'Apply');
  await expect(panel(page).locator('.failure code')).toHaveText('tensor_not_finite');
  await expect(edits(page)).toHaveCount(0);
  expect(await picture(page)).toEqual(before);
  await fillIn(page, 'value', '2');
  await apply(page, 1);
  await expect(panel(page).locator('.failure')).toHaveCount(0);
});

const kFamilies: [name: string, files: () => Files, text: string | null, said: string][] = [
  ['bert', () => goldenFolder('bert_f32'), 'ab[MASK]d', '.below'],
  ['distilbert', () => goldenFolder('distilbert_f32'), 'ab[MASK]d', '.below'],
  ['labels', () => goldenFolder('bert_bf16'), 'abcd', '.below'],
  ['llama', () => goldenFolder('llama_f32'), 'abcd', '.below'],
  ['dates', () => demoFolder('dates'), '5 May 1999', '.answer'],
  ['digits', () => demoFolder('digits'), null, '.below'],
];

for (const [name, files, text, said] of kFamilies) {
  test(`${name}: the output of attention is silenced and comes back`, async ({ page }) => {
    await open(page);
    await dropModel(page, files());
    if (text !== null) await field(page).fill(text);
    const answer = page.locator(said).first();
    await expect(text === null ? chips(page).nth(49) : chips(page).nth(3)).toBeVisible();
    await expect(answer).not.toBeEmpty();
    await page.waitForLoadState('networkidle');
    const say = () => answer.innerText();
    await openPanel(page);
    const before = await say();
    const [offer] = await panel(page).locator('.example').allTextContents();
    await panel(page).locator('.example').first().click();
    const bias = (await panel(page).locator('.tensor select').inputValue()).replace(/weight$/, 'bias');
    const hasBias = Buffer.from(bytesOf(files()).subarray(0, 20_000)).includes(`"${bias}"`);
    expect([name, offer!.endsWith('its bias stays')]).toEqual([name, hasBias]);
    await expect(panel(page).locator('.tensor select')).toHaveValue(
      /(c_proj|o_proj|out_proj|out_lin|output\.dense)\.weight$/,
    );
    await apply(page, 1);
    await expect.poll(say).not.toBe(before);
    expect(await shownModel(page)).toMatch(/^\s*Your own: .*\(changed\)\s*$/);
    await press(page, 'Take back all');
    await expect(edits(page)).toHaveCount(0);
    await expect.poll(say).toBe(before);
    await expect(page.getByRole('alert').filter({ hasText: /\S/ })).toHaveCount(0);
  });
}

test('the map tells each number, or the mean of several, and a click chooses the row', async ({ page }) => {
  await open(page);
  await openPanel(page);
  const map = panel(page).locator('heat-map canvas');
  await expect(map).toHaveAttribute('aria-label', /^The numbers of h\.\d\.attn\.c_proj\.weight: 96 rows, 96 columns/);
  await expect(panel(page).getByText('Each cell is one number.')).toBeVisible();
  await choose(page, 'Tensor', 'wte.weight');
  await expect(panel(page).getByText('Each cell is the mean of 4 × 1 numbers.')).toBeVisible();
  await expect(map).toHaveAttribute('height', '108');
  await map.focus();
  for (const key of ['ArrowRight', 'ArrowDown']) await map.press(key);
  const bytes = bytesOf(demoFolder('sentences'));
  const { data } = await (await readWeights(bytes)).read('wte.weight');
  const mean = [4, 5, 6, 7].reduce((sum, row) => sum + data[96 * row]!, 0) / 4;
  const told = Number(mean.toPrecision(4)).toString().replace('-', '−');
  await expect(panel(page).locator('heat-map output')).toHaveText(`row 4–7, column 0: mean ${told}`);
  const box = (await map.boundingBox())!;
  await map.click({ position: { x: box.width / 2, y: (box.height * 54.5) / 108 } });
  await expect(panel(page).locator('[name=row]')).toHaveValue('216');
});

test('another model comes without changes', async ({ page }) => {
  await open(page);
  await openPanel(page);
  await apply(page, 1);
  await page.getByRole('combobox', { name: 'Model' }).selectOption('sort');
  await expect(panel(page)).toHaveCount(0);
  await expect(bars(page).first()).toBeAttached();
  await page.getByRole('combobox', { name: 'Model' }).selectOption('sentences');
  await expect.poll(() => shownModel(page)).toMatch(/^\s*Sentences: [^(]*$/);
  await openPanel(page);
  await expect(edits(page)).toHaveCount(0);
});

/** Where `spoil` is set, the next weights that a worker is given are ruined. */
const kSpoiler = `
const post = Worker.prototype.postMessage;
Worker.prototype.postMessage = function (message, ...rest) {
  if (!globalThis.spoil || message.method !== 'load') return post.call(this, message, ...rest);
  globalThis.spoil = false;
  const [files, ...others] = message.args;
  return post.call(this, { ...message, args: [{ ...files, weights: new Uint8Array(4) }, ...others] }, ...rest);
};`;
interface Globals {
  workers: Worker[];
  spoil: boolean;
}

test('changes that the engine refuses leave the model as it was', async ({ page }) => {
  await page.addInitScript(kSpoiler);
  await open(page);
  await type(page, 'anna loved', 3);
  await openPanel(page);
  await press(page, 'All positions = 0');
  await apply(page, 1);
  const before = await picture(page);
  await page.evaluate(() => ((globalThis as unknown as Globals).spoil = true));
  await press(page, 'Apply');
  await expect(panel(page).locator('.failure code')).toHaveText('file_truncated');
  await expect(edits(page)).toHaveText(['wpe.weight = 0']);
  expect(await picture(page)).toEqual(before);
  await expect(page.getByRole('alert').filter({ hasText: /\S/ })).toHaveCount(1);
  await press(page, 'Take back all');
  await expect(edits(page)).toHaveCount(0);
  await expect(panel(page).locator('.failure')).toHaveCount(0);
  await type(page, 'anna loved ben', 4);
});

test('changes outlive the worker that computed with them', async ({ page }) => {
  await page.addInitScript(kWorkers);
  await open(page);
  await type(page, 'anna loved', 3);
  await openPanel(page);
  const plain = await picture(page);
  await press(page, 'All positions = 0');
  await apply(page, 1);
  await expect.poll(() => picture(page)).not.toEqual(plain);
  const before = await picture(page);
  await page.evaluate(() => {
    const { workers } = globalThis as unknown as Globals;
    workers.at(-1)!.postMessage({ id: 1e9, method: 'fail', args: ['trap'] });
  });
  await expect.poll(() => page.evaluate(() => (globalThis as unknown as Globals).workers.length)).toBe(2);
  await type(page, 'ben', 2);
  await type(page, 'anna loved', 3);
  await expect.poll(() => picture(page)).toEqual(before);
  await expect(edits(page)).toHaveText(['wpe.weight = 0']);
  await press(page, 'Take back all');
  await expect.poll(() => picture(page)).toEqual(plain);
});

for (const [width, theme, lang] of [
  [1280, 'light', 'en'],
  [390, 'dark', 'en'],
  [390, 'dark', 'zh'],
] as const) {
  test(`holds to the rules of access: ${width} px, ${theme}, ${lang}`, async ({ page }) => {
    await page.setViewportSize({ width, height: 844 });
    await open(page, `#lang=${lang}&theme=${theme}`);
    await openPanel(page);
    const cutOff = await panel(page)
      .locator('.examples')
      .evaluate(({ scrollWidth, clientWidth }) => scrollWidth - clientWidth);
    expect(cutOff).toBeLessThanOrEqual(0);
    await panel(page).locator('.example').last().click();
    await panel(page).locator('.apply').click();
    await expect(edits(page)).toHaveCount(1);
    await fillIn(page, 'value', 'x');
    await panel(page).locator('.apply').click();
    await expect(panel(page).locator('.edit [role=alert]')).not.toBeEmpty();
    const rules = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];
    const { violations } = await new AxeBuilder({ page }).withTags(rules).analyze();
    expect(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])).toEqual([]);
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    expect(overflow).toBeLessThanOrEqual(0);
  });
}
