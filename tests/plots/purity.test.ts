import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import * as plots from '../../web/src/plots/index.ts';
import { causal, examplePattern, kTokens } from './support.ts';

const folder = join(import.meta.dirname, '../../web/src/plots');

function everyPlot(theme: plots.Theme): HTMLElement[] {
  const pattern = examplePattern(2, 6);
  const look = { theme, size: 400 };
  const scores = [0.375, 1];
  return [
    plots.attentionMap(pattern, {
      tokens: kTokens,
      masked: causal,
      selected: { query: 4, key: 1 },
      links: [{ query: 4, key: 2 }],
      ...look,
    }),
    plots.attentionArcs(pattern, { tokens: kTokens, selected: 4, ...look }),
    plots.headGrid([pattern, pattern], { tokens: kTokens, selected: { layer: 0, head: 1 }, ...look }),
    plots.probabilityBars([0.5, 0.3, 0.1, 0.05, 0.03, 0.02], { labels: kTokens, ...look }),
    plots.colourLegend(look),
    plots.arithmetic(
      { q: [1], k: [1], scale: 1, scores, pattern: [0.35, 0.65], key: 0 },
      { query: kTokens[3]!, keyToken: kTokens[4]!, theme },
    ),
  ];
}

describe.each(['light', 'dark'] as const)('every plot on %s', (theme) => {
  it('is detached, deterministic and leaves the document alone', () => {
    const before = document.documentElement.outerHTML;
    const [once, again] = [everyPlot(theme), everyPlot(theme)];
    expect(once.map((plot) => plot.outerHTML)).toEqual(again.map((plot) => plot.outerHTML));
    expect(once.every((plot) => !plot.isConnected)).toBe(true);
    expect(document.documentElement.outerHTML).toBe(before);
  });

  it('has no ids, style sheets or scripts, and tokens as text only', () => {
    for (const plot of everyPlot(theme)) {
      expect(plot.querySelectorAll('[id], style, script, link, b')).toHaveLength(0);
    }
  });

  it('hides its picture from readers and gives them words instead', () => {
    for (const plot of everyPlot(theme)) {
      for (const picture of plot.querySelectorAll('canvas, svg'))
        expect(picture.getAttribute('aria-hidden')).toBe('true');
      expect(plot.querySelector('[aria-label], table') ?? plot.getAttribute('aria-label')).toBeTruthy();
    }
  });

  it('lets the page set its colours', () => {
    const html = everyPlot(theme)
      .map((plot) => plot.outerHTML)
      .join('');
    expect(html).toContain(`var(--attn-ink, ${theme === 'light' ? '#1b1b2f' : '#ecebf5'})`);
    expect(html).toContain('var(--attn-accent, ');
  });
});

describe('the source', () => {
  const files = readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), 'utf8')] as const);

  it.each(files)('%s imports nothing from outside, and writes no markup', (_, text) => {
    const imports = Array.from(text.matchAll(/from '([^']+)'/g), (match) => match[1]!);
    expect(imports.filter((path) => !/^\.\/[A-Za-z]+\.ts$/.test(path))).toEqual([]);
    expect(text).not.toMatch(/innerHTML|insertAdjacentHTML|outerHTML|setAttribute\('style'|fetch\(/);
  });
});
