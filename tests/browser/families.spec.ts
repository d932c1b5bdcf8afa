import AxeBuilder from '@axe-core/playwright';
import { expect, test, type Locator, type Page } from '@playwright/test';
import { familyMessages } from '../../web/app/families/messages.ts';
import { toolMessages } from '../../web/app/tools/messages.ts';
import { readArrays, type TextArray } from '../../web/src/arrays/index.ts';
import type { ModelFiles, ModelInput, Run, Tensor } from '../../web/src/engine/types.ts';
import { init } from '../../web/src/index.node.ts';
import { demoFolder, goldenFolder, type Files } from './familyFolders.ts';
import { bars, cell, chips, dropModel, field, headline, open, readCsv, save } from './playgroundPage.ts';

/** The playground with models that do not continue a text: encoders, readers of images, encoder with decoder. */

type Weights = Awaited<ReturnType<typeof readCsv>>;

const panel = (page: Page, name: string): Locator => page.getByRole('region', { name, exact: true });
const stand = (page: Page, name: string): Locator => page.locator('.stands').getByRole('button', { name, exact: true });

/** The model of a folder on this side, to compare with. */
async function run(files: Files, input: ModelInput): Promise<Run & { vocabulary: string[] }> {
  const text = (name: string): string | undefined => files[name] && Buffer.from(files[name]).toString('utf8');
  const folder = { config: text('config.json')!, weights: new Uint8Array(files['model.safetensors'] as Buffer) };
  const tokenizer = text('tokenizer.json');
  const engine = await init();
  const model = await engine.loadModel((tokenizer ? { ...folder, tokenizer } : folder) as ModelFiles);
  const found = model.run(input, { record: [] });
  engine.dispose();
  return { ...found, vocabulary: model.info.vocabulary };
}

/** What the bars say: the likeliest first. */
async function favourites(page: Page, within = page.locator('.below')): Promise<[string, number][]> {
  const rows = await within
    .locator('table tr')
    .evaluateAll((all) => all.map((row) => [...row.children].map((part) => part.textContent ?? '')));
  return rows.filter(([, share]) => /%/.test(share ?? '')).map(([name, share]) => [name!, parseFloat(share!)]);
}

const percentOf = (share: number): number => Number((100 * share).toFixed(1));

/** The likeliest of a row of logits. */
function best({ shape, data }: Tensor, row: number): { index: number; percent: number } {
  const logits = [...data.slice(row * shape[1]!, (row + 1) * shape[1]!)];
  const index = logits.indexOf(Math.max(...logits));
  const sum = logits.reduce((total, logit) => total + Math.exp(logit - logits[index]!), 0);
  return { index, percent: percentOf(1 / sum) };
}

function expectRows(weights: Weights, queries: number, keys: number): void {
  expect(weights.length).toBe(queries * keys);
  const sums = new Map<number, number>();
  for (const { query, weight } of weights) sums.set(query, (sums.get(query) ?? 0) + weight);
  for (const sum of sums.values()) expect(sum).toBeCloseTo(1, 4);
}

for (const [name, title] of [
  ['bert_f32', 'What may stand here'],
  ['distilbert_f32', 'What may stand here'],
  ['bert_bf16', 'How it judges the text'],
  ['bert_tokens', 'The label of each token'],
  ['bert_base', 'No head'],
] as const) {
  test(`${name}: tokens look both ways, and the page speaks of its head`, async ({ page }) => {
    await open(page);
    await dropModel(page, goldenFolder(name));
    await field(page).fill('abcdef');
    await expect(chips(page)).toHaveText([...'abcdef']);
    await expect(panel(page, title)).toBeVisible();
    await expect(page.getByRole('heading', { name: 'What comes next' })).toHaveCount(0);
    await expect(page.getByRole('button', { name: 'Continue the text' })).toHaveCount(0);
    const weights = await readCsv(page);
    expectRows(weights, 6, 6);
    expect(weights.filter(({ query, key }) => key > query).every(({ weight }) => weight > 0)).toBe(true);
    await expect(page.getByRole('alert')).toBeEmpty();
  });
}

test('the likeliest tokens stand at each mask, else at the chosen token', async ({ page }) => {
  const files = goldenFolder('bert_f32');
  await open(page);
  await dropModel(page, files);
  const text = 'ab[MASK]de[MASK]';
  await field(page).fill(text);
  await expect(panel(page, 'What stands at the masks').locator('.mask')).toHaveCount(2);
  const there = await run(files, text);
  for (const [index, row] of [2, 5].entries()) {
    const { index: id, percent } = best(there.logits, row);
    const [first] = await favourites(page, page.locator('.mask').nth(index));
    expect(first).toEqual([there.vocabulary[id], percent]);
  }
  await field(page).fill('abcde');
  await expect(page.getByText('Write [MASK] where the model is to guess.')).toBeVisible();
  const plain = await run(files, 'abcde');
  await chips(page).nth(1).click();
  await expect(page.getByText('The likeliest tokens at “b”, token 2')).toBeVisible();
  const { index, percent } = best(plain.logits, 1);
  expect((await favourites(page))[0]).toEqual([plain.vocabulary[index], percent]);
});

test('labels of a text and of each token are those of the model', async ({ page }) => {
  const whole = goldenFolder('bert_bf16');
  await open(page);
  await dropModel(page, whole);
  await field(page).fill('abcdef');
  await expect(chips(page)).toHaveCount(6);
  await expect(page.getByText('Probability of each label')).toBeVisible();
  const labels = await favourites(page);
  expect(labels.reduce((sum, [, share]) => sum + share, 0)).toBeCloseTo(100, 0);
  const { probs } = await run(whole, 'abcdef');
  expect(labels[0]![1]).toBe(percentOf(Math.max(...probs.data)));

  const each = goldenFolder('bert_tokens');
  await dropModel(page, each);
  await chips(page).nth(3).click();
  await expect(page.getByText('Probability of each label for “d”, token 4')).toBeVisible();
  const { logits } = await run(each, 'abcdef');
  expect((await favourites(page))[0]![1]).toBe(best(logits, 3).percent);
});

test('a second text is read behind the first', async ({ page }) => {
  await open(page);
  await dropModel(page, goldenFolder('bert_f32'));
  await field(page).fill('abc');
  await expect(chips(page)).toHaveText([...'abc']);
  await page.getByLabel('A second text, if you like').fill('xy');
  await expect(chips(page)).toHaveText([...'abcxy']);
  await page.getByLabel('A second text, if you like').fill('');
  await expect(chips(page)).toHaveText([...'abc']);
  await dropModel(page, goldenFolder('distilbert_f32'));
  await expect(page.getByLabel('A second text, if you like')).toHaveCount(0);
});

test('in an encoder everything is open, and painting closes', async ({ page }) => {
  await open(page);
  await dropModel(page, goldenFolder('bert_f32'));
  await field(page).fill('abcd');
  await expect(chips(page)).toHaveText([...'abcd']);
  await page.getByRole('switch', { name: 'Paint the mask' }).click();
  await cell(page).focus();
  for (const key of ['Control+Home', 'End', 'Space']) await cell(page).press(key);
  await expect(page.getByText('Cells painted: 1')).toBeVisible();
  const closed = (weights: Weights) =>
    weights.flatMap(({ query, key, weight }) => (weight === 0 ? [[query, key]] : []));
  await expect.poll(async () => closed(await readCsv(page))).toEqual([[0, 3]]);
  expectRows(await readCsv(page), 4, 4);
  await cell(page).press('Space');
  await expect(page.getByText('Cells painted')).toHaveCount(0);
});

test('an encoder and a decoder: the answer, and three attentions', async ({ page }) => {
  await open(page);
  await dropModel(page, demoFolder('dates'));
  await field(page).fill('5 May 1999');
  await expect(page.locator('.answer')).toHaveText('1999-05-05');
  const read = [...'5␣May␣1999'];
  const written = ['<bos>', ...'1999-05-05'];
  await expect(chips(page)).toHaveText([...read, ...written]);
  await expect(page.getByRole('button', { name: 'Arcs' })).toHaveCount(0);
  expectRows(await readCsv(page), written.length, read.length);
  await stand(page, 'Encoder').click();
  await expect(chips(page)).toHaveText(read);
  await expect(page.getByRole('button', { name: 'Arcs' })).toBeVisible();
  expectRows(await readCsv(page), read.length, read.length);
  await stand(page, 'Decoder').click();
  await expect(chips(page)).toHaveText(written);
  const weights = await readCsv(page);
  expectRows(weights, written.length, written.length);
  expect(weights.filter(({ query, key }) => key > query).every(({ weight }) => weight === 0)).toBe(true);
  // What the model expected behind the fourth token is the fifth.
  await chips(page).nth(4).click();
  await expect(page.getByText('What the model expected after “9”, token 5 of the answer')).toBeVisible();
  expect((await favourites(page))[0]![0]).toBe('-');
});

test('changes to cross attention change the answer, and are taken back', async ({ page }) => {
  await open(page);
  await dropModel(page, demoFolder('dates'));
  await field(page).fill('5 May 1999');
  await expect(page.locator('.answer')).toHaveText('1999-05-05');
  for (const head of [0, 1, 2, 3]) {
    for (const layer of [0, 1]) {
      await page
        .locator('attention-view #grid [role=gridcell]')
        .nth(4 * layer + head)
        .click();
      await expect(headline(page)).toContainText(`Layer ${layer} · head ${head}`);
      await page.getByRole('switch', { name: /This head/ }).click();
    }
  }
  await expect(page.locator('.answer')).toHaveCount(2);
  expect(await page.locator('.answer').first().textContent()).not.toBe('1999-05-05');
  await expect(page.locator('.answer').nth(1)).toHaveText('1999-05-05');
  await page.getByRole('button', { name: 'Reset all changes' }).click();
  await expect(page.locator('.answer')).toHaveCount(1);
  await expect(page.locator('.answer')).toHaveText('1999-05-05');
});

test('a tiny encoder and decoder with random weights', async ({ page }) => {
  await open(page);
  await dropModel(page, goldenFolder('transformer_f32'));
  await field(page).fill('abcdefg');
  await expect(chips(page).nth(6)).toHaveText('g');
  const [read, written] = [7, (await chips(page).count()) - 7];
  expectRows(await readCsv(page), written, read);
});

for (const name of ['vit_f32', 'deit_f32']) {
  test(`${name}: patches of a picture that is chosen, drawn or an example`, async ({ page }) => {
    await open(page);
    await dropModel(page, goldenFolder(name));
    const first = name === 'deit_f32' ? ['[CLS]', '[DIST]'] : ['[CLS]'];
    await expect(chips(page)).toHaveText([...first, '0,0', '0,1', '1,0', '1,1']);
    await expect(field(page)).toHaveCount(0);
    expectRows(await readCsv(page), first.length + 4, first.length + 4);
    const shares = async () => (await favourites(page)).map(([label, share]) => `${label} ${share}`).join();
    const ring = await favourites(page);
    expect(ring.map(([label]) => label.slice(0, 4))).toEqual(new Array(5).fill('kind'));
    expect(ring.reduce((sum, [, share]) => sum + share, 0)).toBeCloseTo(100, 0);
    const seen = [await shares()];
    const changed = async () => {
      await expect.poll(async () => seen.includes(await shares())).toBe(false);
      seen.push(await shares());
    };
    await page.getByRole('button', { name: 'Stripes' }).click();
    await changed();
    const canvas = (await page.locator('image-field canvas[role=img]').boundingBox())!;
    await page.mouse.move(canvas.x + 20, canvas.y + 20);
    await page.mouse.down();
    await page.mouse.move(canvas.x + 200, canvas.y + 190, { steps: 5 });
    await page.mouse.up();
    await changed();
    const png = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==';
    const picture = { name: 'red.png', mimeType: 'image/png', buffer: Buffer.from(png, 'base64') };
    await page.getByLabel('Choose a picture…').setInputFiles(picture);
    await changed();
    await page.getByLabel('Choose a picture…').setInputFiles({ ...picture, buffer: Buffer.from('no picture') });
    await expect(page.getByText('The browser cannot read this file as a picture.')).toBeVisible();
    await expect(page.getByRole('alert')).toBeEmpty();
  });
}

test('a trained reader of digits reads what is drawn', async ({ page }) => {
  await open(page);
  await dropModel(page, demoFolder('digits'));
  await expect(chips(page)).toHaveCount(50);
  await expect.poll(async () => (await favourites(page))[0]![0]).toBe('0');
  await page.getByRole('button', { name: 'Seven' }).click();
  await expect.poll(async () => (await favourites(page))[0]![0]).toBe('7');
});

test('from a picture back to a text', async ({ page }) => {
  await open(page);
  await dropModel(page, goldenFolder('vit_f32'));
  await expect(chips(page)).toHaveCount(5);
  await page.getByRole('combobox', { name: 'Model' }).selectOption('sentences');
  await expect(bars(page).first()).toBeAttached();
  await expect(page.getByRole('heading', { name: 'What comes next' })).toBeVisible();
  await expect(page.getByRole('button', { name: 'Continue the text' })).toBeVisible();
  expect((await readCsv(page)).some(({ query, key, weight }) => key > query && weight > 0)).toBe(false);
});

const openTool = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).click();

test('a shipped model computes what its reference says, and what was changed there is named', async ({ page }) => {
  await open(page);
  await openTool(page, 'Check against a reference…');
  const check = panel(page, 'Check against a reference');
  await check.getByRole('button', { name: 'Compare' }).click();
  await expect(check.getByRole('status')).toContainText(/^\s*Equal to rounding: [\d,]+ numbers at \d+ stations/);
  const rows = check.locator('tbody tr');
  expect(await rows.count()).toBeGreaterThan(1);
  await expect(rows.filter({ hasText: 'different' })).toHaveCount(0);

  const reference = await (await page.request.get('/models/sentences/reference.json')).json();
  const [station] = Object.keys(reference.inputs[0].stations);
  reference.inputs[0].stations[station!].data[3] += 0.5;
  const choose = (text: string) =>
    check
      .getByLabel('Choose a reference.json…')
      .setInputFiles({ name: 'reference.json', mimeType: 'application/json', buffer: Buffer.from(text) });
  await choose(JSON.stringify(reference));
  await expect(check.getByRole('status')).toContainText(`Different at 1 of`);
  await expect(check.getByRole('status')).toContainText(`first at ${station}, most at ${station}`);
  await expect(rows.filter({ hasText: 'different' })).toHaveCount(1);
  await choose('{');
  await expect(check.getByRole('alert').locator('code')).toHaveText('reference_invalid');
});

for (const name of ['digits', 'dates']) {
  test(`${name}: a folder that was dropped brings its reference`, async ({ page }) => {
    await open(page);
    await dropModel(page, demoFolder(name));
    await openTool(page, 'Check against a reference…');
    await page.getByRole('button', { name: 'Compare' }).click();
    await expect(panel(page, 'Check against a reference').getByRole('status')).toContainText('Equal to rounding');
  });
}

test('a model without a reference asks for one', async ({ page }) => {
  await open(page);
  await dropModel(page, goldenFolder('bert_f32'));
  await openTool(page, 'Check against a reference…');
  await expect(page.getByText('This model came without one.')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Compare' })).toHaveCount(0);
});

test('a run is saved with all its patterns, and read again', async ({ page }) => {
  await open(page);
  await dropModel(page, demoFolder('dates'));
  await field(page).fill('5 May 1999');
  await expect(page.locator('.answer')).toHaveText('1999-05-05');
  await openTool(page, 'Save this run…');
  for (const format of ['npz', 'json'] as const) {
    const { name, bytes } = await save(page, `.${format}`);
    expect(name).toBe(`run-local.${format}`);
    const arrays = readArrays(new Uint8Array(bytes), name);
    const shapes = Object.fromEntries(Object.entries(arrays).map(([key, { shape }]) => [key, shape]));
    expect(shapes).toEqual({
      'encoder.blocks.0.attn.pattern': [4, 10, 10],
      'encoder.blocks.1.attn.pattern': [4, 10, 10],
      'decoder.blocks.0.attn.pattern': [4, 11, 11],
      'decoder.blocks.0.cross.pattern': [4, 11, 10],
      'decoder.blocks.1.attn.pattern': [4, 11, 11],
      'decoder.blocks.1.cross.pattern': [4, 11, 10],
      tokens: [11],
      source_tokens: [10],
      logits: [11, 116],
    });
    expect((arrays['tokens'] as TextArray).texts).toEqual(['<bos>', ...'1999-05-05']);
    const pattern = (arrays['decoder.blocks.1.cross.pattern'] as Tensor).data;
    for (let row = 0; row < 44; ++row) {
      expect(pattern.slice(10 * row, 10 * row + 10).reduce((a, b) => a + b, 0)).toBeCloseTo(1, 4);
    }
  }
  const { bytes } = await save(page, '.safetensors');
  const length = Number(bytes.readBigUInt64LE(0));
  const header = JSON.parse(bytes.toString('utf8', 8, 8 + length)) as Record<string, { shape?: number[] }>;
  expect(header['decoder.blocks.0.cross.pattern']!.shape).toEqual([4, 11, 10]);
});

test('what is loaded on request speaks both languages', () => {
  const places = (text: string) => [...text.matchAll(/\{\w+\}/g)].map(([place]) => place).sort();
  for (const { en, zh } of [familyMessages, toolMessages] as { en: object; zh: object }[]) {
    expect(Object.keys(zh)).toEqual(Object.keys(en));
    for (const [key, text] of Object.entries(en)) {
      expect([key, places((zh as Record<string, string>)[key]!)]).toEqual([key, places(text as string)]);
    }
  }
});

const kPages: [name: string, files: () => Files, text: string | null][] = [
  ['bert', () => goldenFolder('bert_f32'), 'abc[MASK]e'],
  ['dates', () => demoFolder('dates'), '二〇二六年十一月二十一日'],
  ['digits', () => demoFolder('digits'), null],
];

for (const [name, files, text] of kPages) {
  for (const [width, theme, lang] of [
    [1280, 'light', 'en'],
    [390, 'dark', 'zh'],
  ] as const) {
    test(`${name} holds to the rules of access: ${width} px, ${theme}, ${lang}`, async ({ page }) => {
      await page.setViewportSize({ width, height: 844 });
      await open(page, `#lang=${lang}&theme=${theme}`);
      await dropModel(page, files());
      if (text !== null) await field(page).fill(text);
      await page.locator('.take [aria-expanded]').nth(1).click();
      await page.locator('reference-check').waitFor();
      if (name !== 'bert') {
        await page.locator('reference-check .primary').click();
        await page.locator('.stations').waitFor();
      }
      const { violations } = await new AxeBuilder({ page }).analyze();
      expect(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])).toEqual([]);
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      expect(overflow).toBeLessThanOrEqual(0);
    });
  }
}
