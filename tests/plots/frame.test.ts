import { afterEach, describe, expect, it, vi } from 'vitest';
import { attentionMap } from '../../web/src/plots/attentionMap.ts';
import { headGrid } from '../../web/src/plots/headGrid.ts';
import { layoutHeads, tileAt } from '../../web/src/plots/headMarks.ts';
import { nameOf } from '../../web/src/plots/mapMarks.ts';
import { causal, examplePattern, kTokens, marksOf } from './support.ts';

/** Stands in for the browser's observer: `give(width)` is the page giving an element another width. */
function observedWidths(): { give(width: number): void } {
  const callbacks: ResizeObserverCallback[] = [];
  class FakeObserver {
    constructor(callback: ResizeObserverCallback) {
      callbacks.push(callback);
    }
    observe() {}
  }
  vi.stubGlobal('ResizeObserver', FakeObserver);
  return {
    give(width) {
      const entry = { contentRect: { width } } as ResizeObserverEntry;
      for (const callback of callbacks) callback([entry], {} as ResizeObserver);
    },
  };
}

afterEach(() => {
  vi.unstubAllGlobals();
});

describe('a picture', () => {
  it('follows the width that the page gives it, and keeps its selection', () => {
    const page = observedWidths();
    const map = attentionMap(examplePattern(1, 6), { tokens: kTokens, masked: causal, selected: { query: 4, key: 2 } });
    const wide = map.drawing();
    page.give(250);
    const narrow = map.drawing();
    expect(narrow.width).toBeLessThan(wide.width);
    expect(narrow.width).toBeLessThanOrEqual(250);
    const bold = marksOf(narrow.front, 'text').filter((mark) => mark.weight === 700);
    expect(bold.map((mark) => mark.text)).toEqual(['⏎', '␣']);
  });

  it('keeps a width that was asked for', () => {
    const page = observedWidths();
    const grid = headGrid([examplePattern(2, 6)], { tokens: kTokens, size: 300 });
    const before = grid.drawing().width;
    page.give(100);
    expect(grid.drawing().width).toBe(before);
    expect(grid.style.width).toBe('300px');
  });
});

describe('many heads on a phone', () => {
  it('break a layer into lines of one length, so that columns stay columns', () => {
    const layout = layoutHeads(280, 24, 12);
    expect(layout.columns).toBe(6);
    expect(tileAt(layout, 12).x).toBe(tileAt(layout, 0).x);
  });

  it('stay in one line where 24 pixels each are to be had', () => {
    expect(layoutHeads(358, 48, 12).columns).toBe(12);
    expect(layoutHeads(304, 144, 12)).toMatchObject({ columns: 12, pitchX: 25 });
  });
});

describe('names under the map', () => {
  it('carry their place where a token occurs more than once', () => {
    const tokens = ['ben', 'loved', ...Array.from({ length: 10 }, () => 'x'), 'ben'];
    expect(nameOf(tokens, 12, 13, 200)).toBe('⁨ben⁩₁₃');
    expect(nameOf(tokens, 1, 13, 200)).toBe('⁨loved⁩');
  });
});
