import { describe, expect, it } from 'vitest';
import { init } from '../../web/src/index.node.ts';
import { codeOf } from './errors.ts';
import { malformedFolders, wholeFolder } from './malformed.ts';

describe('a thousand malformed folders', async () => {
  const engine = await init();
  const folders = malformedFolders();

  it('are a thousand and more', () => {
    expect(folders.length).toBeGreaterThanOrEqual(1000);
    expect(new Set(folders.map(({ name }) => name)).size).toBe(folders.length);
  });

  it('each say what is wrong, and a model runs on to the same bits', async () => {
    const model = await engine.loadModel(wholeFolder());
    const before = model.run('abcdefgh').logits.data;
    const wrong: [string, string][] = [];
    for (const { name, codes, ...files } of folders) {
      const code = await codeOf(() => engine.loadModel(files));
      if (!codes.includes(code)) wrong.push([name, code]);
    }
    expect(wrong).toEqual([]);
    expect(model.run('abcdefgh').logits.data).toEqual(before);
    const again = await engine.loadModel(wholeFolder());
    expect(again.run('abcdefgh').logits.data).toEqual(before);
  });
});
