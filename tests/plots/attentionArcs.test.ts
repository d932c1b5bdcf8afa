import { describe, expect, it } from 'vitest';
import { arcPath, layoutArcs } from '../../web/src/plots/arcLayout.ts';
import { attentionArcs } from '../../web/src/plots/attentionArcs.ts';
import type { AttentionArcs, AttentionArcsOptions } from '../../web/src/plots/attentionArcs.ts';
import { causal, examplePattern, hear, kTokens, marksOf, patternOf, point, press, textOf } from './support.ts';

const rows = [
  [1, 0, 0, 0],
  [0.9, 0.1, 0, 0],
  [0.3, 0.69, 0.01, 0],
  [0.05, 0.6, 0.1, 0.25],
];
const words = ['the', 'cat', 'the', 'sat'];

function shown(more: Partial<AttentionArcsOptions> = {}): AttentionArcs {
  const arcs = attentionArcs(patternOf(rows), { tokens: words, size: 500, ...more });
  document.body.replaceChildren(arcs);
  return arcs;
}

const pathsOf = (arcs: AttentionArcs) => marksOf(arcs.drawing().ground, 'path');
const optionsOf = (arcs: AttentionArcs) => Array.from(arcs.querySelectorAll<HTMLElement>('[role=option]'));

describe('what is drawn', () => {
  it('is the same as last time', () => {
    const pattern = examplePattern(2, kTokens.length);
    const arcs = attentionArcs(pattern, {
      tokens: kTokens,
      head: 1,
      size: 500,
      selected: 4,
      links: [{ query: 4, key: 1 }],
    });
    expect(textOf(arcs.drawing())).toMatchSnapshot();
  });

  it('has one arc per weight from the threshold on, weakest first, wider for more', () => {
    const widths = pathsOf(shown({ threshold: 0.05 })).map((path) => path.strokeWidth);
    expect(widths).toHaveLength(rows.flat().filter((weight) => weight >= 0.05).length);
    const apart = pathsOf(shown({ threshold: 0.02, selected: 3 }))
      .slice(0, -1)
      .concat(pathsOf(shown({ selected: 3 })).slice(-1));
    expect(apart.at(-1)!.strokeWidth).toBeCloseTo(0.75 + 4.25 * 0.6);
  });

  it('says what it leaves out', () => {
    expect(shown({ threshold: 0.05 }).textContent).toContain('links under 5.0% are not drawn');
  });

  it('shows the arcs of a hovered or selected token alone, with their percentages', () => {
    const arcs = shown({ selected: 3 });
    expect(pathsOf(arcs)).toHaveLength(4);
    point(optionsOf(arcs)[2]!, 'pointerenter', 0, 0);
    expect(pathsOf(arcs)).toHaveLength(2);
    const shares = marksOf(arcs.drawing().front, 'text').filter((mark) => mark.text.endsWith('%'));
    expect(shares.map((mark) => mark.text)).toEqual(['69.0%', '30.0%']);
    point(optionsOf(arcs)[2]!, 'pointerleave', 0, 0);
    expect(pathsOf(arcs)).toHaveLength(4);
  });

  it('puts arcs back above the line and arcs ahead below it', () => {
    const layout = layoutArcs({ width: 500, tokens: words, back: 3, ahead: 3 });
    expect(layout.across).toBe(true);
    expect(arcPath(layout, 3, 0).split('A')[0]).toMatch(new RegExp(` ${layout.backEdge}$`));
    expect(arcPath(layout, 0, 3).split('A')[0]).toMatch(new RegExp(` ${layout.aheadEdge}$`));
    expect(layout.aheadEdge).toBeGreaterThan(layout.backEdge);
  });

  it('lays tokens down where they do not fit across, inside the width', () => {
    const tokens = Array.from({ length: 30 }, () => 'incomprehensible');
    const layout = layoutArcs({ width: 390, tokens, back: 29, ahead: 0 });
    expect(layout.across).toBe(false);
    const reach = layout.backEdge + ((29 * 25) / 2) * layout.bulge;
    expect(reach).toBeLessThanOrEqual(390);
    expect(layout.boxes[1]!.height).toBeGreaterThanOrEqual(24);
  });

  it('outlines the true links, missed ones too', () => {
    const link = { query: 2, key: 2 };
    const strokes = pathsOf(shown({ links: [link], threshold: 0.5 })).filter((path) => path.stroke === 'link');
    expect(strokes).toHaveLength(1);
    expect(strokes[0]!.d).toBe(arcPath(layoutArcs({ width: 500, tokens: words, back: 2, ahead: 0 }), 2, 2));
  });

  it('works with 256 tokens', () => {
    const tokens = Array.from({ length: 256 }, (_, index) => `t${index}`);
    const arcs = attentionArcs(examplePattern(1, 256), { tokens, size: 390, selected: 255 });
    expect(optionsOf(arcs)).toHaveLength(256);
    expect(arcs.drawing().width).toBe(390);
  });
});

describe('pointer and keyboard', () => {
  it('tell the query and the key it looks at most', () => {
    const arcs = shown();
    const hovers = hear(document.body, 'plot-hover');
    const picks = hear(document.body, 'plot-select');
    point(optionsOf(arcs)[3]!, 'pointerenter', 0, 0);
    optionsOf(arcs)[3]!.click();
    point(optionsOf(arcs)[3]!, 'pointerleave', 0, 0);
    expect(hovers).toEqual([{ query: 3, key: 1 }, null]);
    expect(picks).toEqual([{ query: 3, key: 1 }]);
  });

  it('walk the tokens by arrow keys, one stop in the tab order', () => {
    const arcs = shown({ selected: 1 });
    const hovers = hear<{ query: number } | null>(document.body, 'plot-hover');
    const stops = () => optionsOf(arcs).map((item) => item.getAttribute('tabindex'));
    expect(stops()).toEqual(['-1', '0', '-1', '-1']);
    optionsOf(arcs)[1]!.focus();
    press(optionsOf(arcs)[1]!, 'ArrowDown');
    press(optionsOf(arcs)[2]!, 'End');
    press(optionsOf(arcs)[3]!, 'Home');
    expect(stops()).toEqual(['0', '-1', '-1', '-1']);
    expect(hovers.filter((cell) => cell).map((cell) => cell!.query)).toEqual([1, 2, 3, 0]);
    expect(document.activeElement).toBe(optionsOf(arcs)[0]);
  });

  it('says where a token looks, most first', () => {
    expect(optionsOf(shown())[3]!.getAttribute('aria-label')).toBe(
      '“sat” (4) looks at “cat” (2) 60.0%, “sat” (4) 25.0%, “the” (3) 10.0%',
    );
  });

  it('select moves the highlight and tells nothing', () => {
    const arcs = shown();
    const picks = hear(document.body, 'plot-select');
    const before = optionsOf(arcs);
    arcs.select({ query: 2, key: 0 });
    expect(optionsOf(arcs)).toEqual(before);
    expect(before.map((item) => item.getAttribute('aria-selected'))).toEqual(['false', 'false', 'true', 'false']);
    expect(pathsOf(arcs)).toHaveLength(2);
    arcs.select(null);
    expect(pathsOf(arcs).length).toBeGreaterThan(2);
    expect(picks).toEqual([]);
  });

  it('keep the selection over new data', () => {
    const arcs = shown({ selected: 2 });
    arcs.update(examplePattern(1, 4, causal), { tokens: words, size: 500 });
    expect(optionsOf(arcs)[2]!.getAttribute('aria-selected')).toBe('true');
    arcs.update(examplePattern(1, 2, causal), { tokens: ['a', 'b'], size: 500 });
    expect(optionsOf(arcs).map((item) => item.getAttribute('aria-selected'))).toEqual(['false', 'false']);
  });
});
