import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Tokenizer as Library } from '@huggingface/tokenizers';
import { describe, expect, it } from 'vitest';
import { readsImages } from '../../web/src/engine/families.ts';
import { checkReference, init } from '../../web/src/index.node.ts';
import { dense, kNastyTexts, randomTexts } from './texts.ts';

/** The shipped models through the whole engine: text in, PyTorch's ids and numbers out. */

const kDemos = join(import.meta.dirname, '../../demos');
/** Models of demos with a page: those ship. */
const models = readdirSync(kDemos).filter((name) =>
  ['index.html', 'model/reference.json'].every((file) => existsSync(join(kDemos, name, file))),
);

/**
 * Both sides compute in float32, in different orders: epsilon times the length of the longest sum in the shipped models
 * (d_mlp, up to 1024), relative to the largest number of a station.
 */
const kTolerance = 2 ** -23 * 1024;

describe.each(models)('the model of demos/%s', (name) => {
  const folder = join(kDemos, name, 'model');
  const read = (file: string) => readFileSync(join(folder, file), 'utf8');
  const opening = init().then((engine) => engine.loadModel(pathToFileURL(folder)));

  it("has PyTorch's tokens and numbers", async () => {
    const checks = await checkReference(await opening, read('reference.json'));
    for (const { input, sameIds, stations } of checks) {
      expect([input, sameIds]).toEqual([input, true]);
      expect(stations.length).toBeGreaterThan(1);
      expect(stations.filter(({ difference }) => !(difference <= kTolerance))).toEqual([]);
    }
  });

  const { model_type: family } = JSON.parse(read('config.json')) as { model_type: string };
  if (readsImages(read('config.json'))) return;

  it('reads its own examples without an unknown token, in the ids of the library', async () => {
    const model = await opening;
    const library = new Library(JSON.parse(read('tokenizer.json')), {});
    expect(model.info.examples.length).toBeGreaterThan(0);
    for (const { text } of model.info.examples) {
      const encoded = model.encode(text);
      const { ids, unknown, total } = encoded.source ?? encoded;
      expect([text, unknown]).toEqual([text, []]);
      expect([...ids]).toEqual(library.encode(text).ids.slice(-total));
    }
  });

  it('loses no character of any text', async () => {
    const model = await opening;
    for (const text of [...kNastyTexts, ...randomTexts(300, 11)]) {
      if (text.trim() === '') continue;
      const encoded = model.encode(text);
      const { ids, tokens, unknown, total } = encoded.source ?? encoded;
      expect(tokens).toHaveLength(ids.length);
      expect(Math.max(-1, ...unknown)).toBeLessThan(ids.length);
      const covered = dense(tokens.join('').replace(/^\[BOS\]/, ''));
      // Of a text that is longer than the context, the end is left.
      expect(dense(text).slice(total > model.info.n_ctx ? -covered.length : 0)).toBe(covered);
    }
  });

  if (family === 'transformer') return;

  it('writes text that it reads as the same tokens', async () => {
    const model = await opening;
    for (const { text } of model.info.examples.slice(0, 4)) {
      const written: number[] = [];
      let whole = text;
      for await (const step of model.generate(text, { maxTokens: 12, seed: 1 })) {
        written.push(step.id);
        whole = step.text;
      }
      const { ids, total } = model.encode(whole);
      if (total <= model.info.n_ctx) expect([...ids].slice(-written.length)).toEqual(written);
    }
  });
});

it('there are shipped models', () => {
  expect(models).toEqual(expect.arrayContaining(['sentences', 'shakespeare', 'sort', 'tang']));
});
