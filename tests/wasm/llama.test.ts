import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { ModelFiles, Tensor } from '../../web/src/engine/types.ts';
import { init } from '../../web/src/index.node.ts';
import { codeOf } from './errors.ts';
import { goldenArrays } from './golden.ts';
import { characterTokenizer } from './tokenizers.ts';

/** The family `llama` through the whole engine: the folders of tests/golden, whose values come from the papers. */

const kCases = ['f32', 'f16', 'bf16', 'bands'];
const kLetters = Array.from({ length: 30 }, (_, i) => String.fromCodePoint(0x61 + i));
const engine = await init();

const fileOf = (name: string, file: string) =>
  readFileSync(new URL(`../golden/llama_${name}/${file}`, import.meta.url));

function folderOf(name: string): ModelFiles {
  return {
    config: fileOf(name, 'config.json').toString('utf8'),
    weights: new Uint8Array(fileOf(name, 'model.safetensors')),
    tokenizer: characterTokenizer(kLetters.join('')),
  };
}

/** The text whose tokens have these ids; only the unknown token, 0, has no letter. */
const textOf = (ids: Iterable<number>) => [...ids].map((id) => kLetters[id - 1] ?? '?').join('');

/** The largest difference, in parts of the largest expected number; infinities must be the same. */
function apart(found: Tensor, expected: Tensor): number {
  expect(found.shape).toEqual(expected.shape);
  const largest = expected.data.reduce((most, x) => (Number.isFinite(x) ? Math.max(most, Math.abs(x)) : most), 0);
  return expected.data.reduce((worst, x, i) => {
    const difference = found.data[i] === x ? 0 : Math.abs(found.data[i]! - x) / largest;
    return difference <= worst ? worst : difference;
  }, 0);
}

describe.each(kCases)('the model of tests/golden/llama_%s', (name) => {
  const { ids, 'head_off.logits': headOff, ...stations } = goldenArrays(`llama_${name}/stations`);
  const text = textOf(ids!.data);

  it('has the golden numbers at every station', async () => {
    const model = await engine.loadModel(folderOf(name));
    expect(new Set(model.info.stations)).toEqual(new Set(Object.keys(stations)));
    const { d_model, d_mlp, n_layers, n_heads, n_kv_heads, d_head } = model.info;
    const run = model.run(text, { record: model.info.stations });
    expect([...run.ids]).toEqual([...ids!.data]);
    expect(run.activations['blocks.0.attn.q']!.shape).toEqual([n_heads, 9, d_head]);
    expect(run.activations['blocks.0.attn.k']!.shape).toEqual([n_kv_heads, 9, d_head]);
    const allowed = 2 ** -23 * 4 * n_layers * (d_model + d_mlp);
    for (const [station, expected] of Object.entries(stations)) {
      expect([station, apart(run.activations[station]!, expected) <= allowed]).toEqual([station, true]);
    }
    const edits = [{ at: 'blocks.0.attn.z', head: 1, set: 0 }];
    expect(apart(model.run(text, { edits }).logits, headOff!)).toBeLessThanOrEqual(allowed);
    model.dispose();
  });

  it('gives nearly the same with its weights in bytes, here and in a worker', async () => {
    const away = await init({ worker: true });
    const [here, there] = [
      await engine.loadModel(folderOf(name), { quantize: 'int8' }),
      await away.loadModel(folderOf(name), { quantize: 'int8' }),
    ];
    const run = here.run(text);
    expect(apart(run.logits, stations['logits']!)).toBeLessThan(0.1);
    expect((await there.run(text)).logits.data).toEqual(run.logits.data);
    expect(there.info).toEqual(here.info);
    here.dispose();
    away.dispose();
  });

  it('continues a text by what runs foretell', async () => {
    const model = await engine.loadModel(folderOf(name));
    let written = text.slice(0, 3);
    for await (const step of model.generate(written, { maxTokens: 8, temperature: 0 })) {
      const { probs } = model.run(written, { logits: 'last' });
      expect(step.id).toBe(probs.data.indexOf(Math.max(...probs.data)));
      written = step.text;
    }
    model.dispose();
  });
});

describe('the facts of a model of the family llama', () => {
  it("are its config's", async () => {
    const { info } = await engine.loadModel(folderOf('f32'));
    expect(info).toMatchObject({ family: 'llama', n_layers: 2, n_heads: 4, n_kv_heads: 2, d_model: 16, d_head: 4 });
    expect((await engine.loadModel(folderOf('bf16'))).info).toMatchObject({ n_heads: 3, n_kv_heads: 3, d_head: 6 });
  });

  it('have no positions that are added, and the heads of keys on their own', async () => {
    const model = await engine.loadModel(folderOf('f32'));
    expect(await codeOf(() => model.run('abc', { record: ['pos_embed'] }))).toBe('station_unknown');
    const off = (at: string, head: number) => () => model.run('abc', { edits: [{ at, head, set: 0 }] });
    expect(await codeOf(off('blocks.0.attn.k', 2))).toBe('edit_invalid');
    expect(await codeOf(off('blocks.0.attn.q', 2))).toBe('none');
    model.dispose();
  });

  it('are refused by the name of their key', async () => {
    const folder = folderOf('f32');
    const config = JSON.stringify({ ...JSON.parse(folder.config), rope_scaling: { rope_type: 'yarn', factor: 4 } });
    await expect(async () => engine.loadModel({ ...folder, config })).rejects.toThrow(
      /rope_scaling\.rope_type: found "yarn", expected one of default, linear, llama3/,
    );
  });
});
