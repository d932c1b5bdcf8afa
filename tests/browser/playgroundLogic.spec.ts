import { readFileSync } from 'node:fs';
import { expect, test } from '@playwright/test';
import { paintCell, paintedMask, toEdits, toggleHead } from '../../web/app/changes.ts';
import { complete, take } from '../../web/app/completion.ts';
import { readHash, writeHash } from '../../web/app/hash.ts';
import { noChanges, standardSettings, type Settings } from '../../web/app/settings.ts';

/** The parts of the playground that need no browser: messages, links, edits, completion. */

test('both languages have the same messages with the same places', () => {
  const [en, zh] = ['en', 'zh'].map((lang) =>
    JSON.parse(readFileSync(new URL(`../../web/app/messages/${lang}.json`, import.meta.url), 'utf8')),
  );
  expect(Object.keys(zh)).toEqual(Object.keys(en));
  const places = (text: string) => [...text.matchAll(/\{\w+\}/g)].map(([place]) => place).sort();
  for (const key of Object.keys(en)) expect(places(zh[key]), key).toEqual(places(en[key]));
});

test('a link holds every setting, and what it does not say stays', () => {
  const standard = standardSettings('en', 'auto');
  const settings: Settings = {
    model: 'tang',
    text: '白日 & 依山#尽?',
    pair: '另一段',
    stand: 'cross',
    shown: { layer: 3, head: 2 },
    cell: { query: 4, key: 1 },
    view: 'arcs',
    links: false,
    changes: {
      off: [
        { layer: 1, head: 0 },
        { layer: 0, head: 2 },
      ],
      mask: [{ query: 0, key: 3 }],
      temperature: 0.35,
    },
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
  const ground = { stand: 'self', queries: 3, keys: 3, causal: true } as const;
  const painted = paintCell(noChanges, cell, false, true);
  expect([...paintedMask(painted.mask, ground)]).toEqual([1, 0, 0, 1, 1, 0, 0, 1, 1]);
  expect(paintCell(painted, cell, true, true)).toEqual(noChanges);
  const changes = { ...toggleHead(painted, { layer: 1, head: 2 }), temperature: 0.5 };
  expect(toEdits(changes, ground).map(({ at, head, set, scale, mask }) => [at, head, set, scale, mask?.shape])).toEqual(
    [
      ['blocks.*.attn.scores', undefined, undefined, 2, undefined],
      ['blocks.*.attn.scores', undefined, undefined, undefined, [3, 3]],
      ['blocks.1.attn.pattern', 2, 0, undefined, undefined],
    ],
  );
  // A cell outside a shorter text is no edit.
  expect(toEdits(painted, { ...ground, queries: 2, keys: 2 })).toEqual([]);
  // Where all is open, painting closes; what is looked at may be other tokens.
  const cross = { stand: 'cross', queries: 2, keys: 3, causal: false } as const;
  const closed = paintCell(noChanges, { query: 0, key: 2 }, false, false);
  expect([...paintedMask(closed.mask, cross)]).toEqual([1, 1, 0, 1, 1, 1]);
  expect(toEdits(toggleHead(closed, { layer: 1, head: 0 }), cross).map(({ at }) => at)).toEqual([
    'decoder.blocks.*.cross.scores',
    'decoder.blocks.1.cross.pattern',
  ]);
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
