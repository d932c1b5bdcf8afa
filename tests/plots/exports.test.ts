import { describe, expect, it } from 'vitest';
import { attentionArcs } from '../../web/src/plots/attentionArcs.ts';
import { attentionMap } from '../../web/src/plots/attentionMap.ts';
import { colourLegend } from '../../web/src/plots/colourLegend.ts';
import { colourTable, hexOf } from '../../web/src/plots/colour.ts';
import { patternToCsv, plotToPng, plotToSvg } from '../../web/src/plots/exports.ts';
import { headGrid } from '../../web/src/plots/headGrid.ts';
import { layoutMap } from '../../web/src/plots/mapLayout.ts';
import { probabilityBars } from '../../web/src/plots/probabilityBars.ts';
import { causal, examplePattern, kTokens, patternOf } from './support.ts';

const parse = (text: string) => new DOMParser().parseFromString(text, 'image/svg+xml').documentElement;

/** A reader of RFC 4180, written for this test alone. */
function readCsv(text: string): string[][] {
  const rows: string[][] = [[]];
  for (const [, quoted, plain, end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/g)) {
    rows.at(-1)!.push(quoted?.replaceAll('""', '"') ?? plain ?? '');
    if (end === '\r\n') rows.push([]);
  }
  return rows.slice(0, -1);
}

describe('patternToCsv', () => {
  it('holds every number of the head, in full precision, at its place', () => {
    const pattern = examplePattern(2, 6);
    const [head, ...lines] = readCsv(patternToCsv(pattern, { tokens: kTokens, head: 1 }));
    expect(head).toEqual(['query', 'key', 'query_token', 'key_token', 'weight']);
    expect(lines).toHaveLength(36);
    for (const [query, key, queryToken, keyToken, weight] of lines) {
      expect([queryToken, keyToken]).toEqual([kTokens[Number(query)], kTokens[Number(key)]]);
      expect(Number(weight)).toBe(pattern.data[36 + Number(query) * 6 + Number(key)]);
    }
  });

  it('quotes quotes, commas and line ends', () => {
    const tokens = ['"', 'a,b\r\n'];
    const lines = readCsv(
      patternToCsv(
        patternOf([
          [1, 0],
          [0.5, 0.5],
        ]),
        { tokens },
      ),
    );
    expect(lines[2]).toEqual(['0', '1', '"', 'a,b\r\n', '0']);
  });

  it('refuses tokens that do not fit', () => {
    expect(() => patternToCsv(examplePattern(1, 2), { tokens: ['a'] })).toThrow('tokens: found 1, expected 2');
  });
});

describe('plotToSvg', () => {
  const options = { tokens: kTokens, masked: causal, size: 500 };
  const map = () => attentionMap(examplePattern(2, 6), { ...options, selected: { query: 3, key: 1 } });

  it('is a file by itself: plain colours, no style sheet, no script, well formed', () => {
    const text = plotToSvg(map());
    expect(text).toContain('xmlns="http://www.w3.org/2000/svg"');
    expect(text).not.toMatch(/var\(|<style|<script|currentColor|undefined|NaN/);
    expect(parse(text).tagName.toLowerCase()).toBe('svg');
  });

  it('has each cell at its place in the colour of its number', () => {
    const svg = parse(plotToSvg(map()));
    const { left, top, cell } = layoutMap({ width: 500, tokens: kTokens, keyTokens: kTokens });
    const pattern = examplePattern(2, 6);
    const colours = colourTable('indigo', 'light');
    const rects = Array.from(svg.querySelectorAll('rect'));
    for (const [query, key] of [
      [0, 0],
      [3, 1],
      [5, 4],
    ] as const) {
      const level = Math.round(255 * pattern.data[query * 6 + key]!);
      const found = rects.filter(
        (rect) =>
          rect.getAttribute('x') === String(left + key * cell) &&
          rect.getAttribute('y') === String(top + query * cell) &&
          rect.getAttribute('fill')?.startsWith('#'),
      );
      expect(found.map((rect) => rect.getAttribute('fill'))).toContain(hexOf(colours, level));
    }
    const numbers = Array.from(svg.querySelectorAll('text'), (text) => text.textContent);
    expect(numbers).toContain(pattern.data[3 * 6 + 1]!.toFixed(2));
    expect(svg.querySelectorAll('pattern')).toHaveLength(1);
  });

  it('keeps tokens that look like markup as text', () => {
    const svg = parse(plotToSvg(map()));
    expect(svg.querySelector('b')).toBeNull();
    expect(Array.from(svg.querySelectorAll('text'), (text) => text.textContent)).toContain('<b>the</b>');
  });

  it('serves every picture', () => {
    const pattern = examplePattern(2, 6);
    const plots = [
      attentionArcs(pattern, { tokens: kTokens, size: 400 }),
      headGrid([pattern], { tokens: kTokens, size: 400 }),
      probabilityBars([0.5, 0.5], { labels: ['a', 'b'], size: 400 }),
      colourLegend({ masked: true, links: true }),
    ];
    for (const plot of plots) {
      const svg = parse(plotToSvg(plot));
      expect(svg.children.length).toBeGreaterThan(3);
      expect(svg.getAttribute('viewBox')).toBe(`0 0 ${plot.drawing().width} ${plot.drawing().height}`);
    }
  });
});

describe('plotToPng', () => {
  it('says so where there is no canvas', async () => {
    await expect(plotToPng(colourLegend())).rejects.toThrow('no 2D canvas');
  });
});
