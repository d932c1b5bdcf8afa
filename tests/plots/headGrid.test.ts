import { describe, expect, it } from 'vitest';
import { headGrid } from '../../web/src/plots/headGrid.ts';
import type { HeadGrid, HeadGridOptions } from '../../web/src/plots/headGrid.ts';
import { layoutHeads, poolLevels, targetAt } from '../../web/src/plots/headMarks.ts';
import { headOf } from '../../web/src/plots/pattern.ts';
import { causal, examplePattern, hear, kTokens, marksOf, patternOf, point, press, textOf } from './support.ts';

const patterns = [examplePattern(3, 6), examplePattern(3, 6)];

function shown(more: Partial<HeadGridOptions> = {}): HeadGrid {
  const grid = headGrid(patterns, { tokens: kTokens, masked: causal, size: 300, ...more });
  document.body.replaceChildren(grid);
  return grid;
}

const cellsOf = (grid: HeadGrid) => Array.from(grid.querySelectorAll<HTMLElement>('[role=gridcell]'));
const labelsOf = (grid: HeadGrid) => marksOf(grid.drawing().front, 'text').map((mark) => mark.text);

describe('what is drawn', () => {
  it('is the same as last time', () => {
    const grid = shown({
      selected: { layer: 1, head: 0 },
      off: [{ layer: 0, head: 2 }],
      badges: [{ layer: 1, head: 1, value: 0.874 }],
    });
    expect(textOf(grid.drawing())).toMatchSnapshot();
  });

  it('has a map per head, layers as rows, heads as columns', () => {
    const grid = shown();
    expect(labelsOf(grid)).toEqual(['L0·H0', 'L0·H1', 'L0·H2', 'L1·H0', 'L1·H1', 'L1·H2']);
    const maps = marksOf(grid.drawing().ground, 'raster');
    maps.forEach((map, index) => {
      const pattern = headOf(patterns[Math.floor(index / 3)]!, index % 3);
      expect(map.levels[5 * 6 + 2]).toBe(Math.round(255 * pattern.at(5, 2)));
      expect(map.levels[2]).toBe(-1);
    });
    expect(grid.querySelectorAll('[role=row]')).toHaveLength(2);
  });

  it('follows an order, and may show fewer', () => {
    const grid = shown({
      order: [
        { layer: 1, head: 2 },
        { layer: 0, head: 1 },
      ],
    });
    expect(labelsOf(grid)).toEqual(['L1·H2', 'L0·H1']);
    const map = marksOf(grid.drawing().ground, 'raster')[0]!;
    expect(map.levels[35]).toBe(Math.round(255 * headOf(patterns[1]!, 2).at(5, 5)));
  });

  it('crosses a head that is off, pales it and says so', () => {
    const grid = shown({ off: [{ layer: 0, head: 1 }] });
    expect(marksOf(grid.drawing().front, 'line')).toHaveLength(2);
    expect(marksOf(grid.drawing().ground, 'raster').map((map) => map.opacity)).toEqual([
      undefined,
      0.3,
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
    expect(cellsOf(grid)[1]!.getAttribute('aria-label')).toBe('layer 0, head 1, off');
  });

  it('writes a score in the corner', () => {
    const grid = shown({
      badges: [
        { layer: 1, head: 2, value: 0.876 },
        { layer: 0, head: 0, value: 1, label: 'best' },
      ],
    });
    expect(labelsOf(grid)).toContain('0.88');
    expect(labelsOf(grid)).toContain('best');
    expect(cellsOf(grid)[5]!.getAttribute('aria-label')).toBe('layer 1, head 2, 0.88');
  });

  it('keeps a thin line visible where cells share a dot', () => {
    const rows = Array.from({ length: 100 }, (_, query) =>
      Array.from({ length: 100 }, (_, key) => (key === query ? 1 : 0)),
    );
    const { levels, rows: high } = poolLevels(headOf(patternOf(rows), 0), 30);
    expect(high).toBe(30);
    for (let at = 0; at < 30; ++at) expect(levels[at * 30 + at]).toBe(255);
  });

  it('gives each map a full colour of its own where it is asked to', () => {
    const pattern = { shape: [2, 1, 2], data: Float32Array.of(0.5, 0.25, 0.02, 0.01) };
    const levelsOf = (fullColour: 'one' | 'largest') =>
      marksOf(headGrid([pattern], { tokens: ['a'], fullColour }).drawing().ground, 'raster').map(({ levels }) => [
        ...levels,
      ]);
    expect(levelsOf('one')).toEqual([
      [128, 64],
      [5, 3],
    ]);
    expect(levelsOf('largest')).toEqual([
      [255, 128],
      [255, 128],
    ]);
  });

  it('leaves out the cells that are masked', () => {
    const rows = [
      [0.5, 0.25],
      [1, 0.75],
    ];
    const closed = Uint8Array.of(0, 1, 0, 0);
    expect([...poolLevels(headOf(patternOf(rows), 0), 2, closed).levels]).toEqual([128, -1, 255, 191]);
    expect([...poolLevels(headOf(patternOf(rows), 0), 1, Uint8Array.of(0, 1, 1, 1)).levels]).toEqual([128]);
  });

  it('uses the width, also for a number of heads that no number of columns divides', () => {
    expect(layoutHeads(358, 20, 5, 64).columns).toBe(5);
    expect(layoutHeads(300, 20, 5, 64).columns).toBe(4);
    expect(layoutHeads(358, 12, 6, 64).columns).toBe(3);
    for (const heads of [5, 7, 11, 13]) {
      const { columns, side, width } = layoutHeads(358, 4 * heads, heads, 64);
      expect(side).toBeGreaterThanOrEqual(64);
      expect(columns).toBeGreaterThanOrEqual(4);
      expect(width).toBeLessThanOrEqual(358);
    }
  });

  it('puts layers of one head beside each other', () => {
    expect(layoutHeads(300, 2, 1).columns).toBe(2);
  });

  it('keeps targets of at least 24 pixels in any width', () => {
    for (const [width, heads] of [
      [390, 12],
      [200, 16],
      [1280, 4],
      [60, 3],
    ] as const) {
      const layout = layoutHeads(width, heads * 2, heads);
      const target = targetAt(layout, 0);
      expect(Math.min(target.width, target.height)).toBeGreaterThanOrEqual(24);
      expect(layout.width).toBeLessThanOrEqual(width);
    }
  });

  it('refuses what does not fit, by name', () => {
    expect(() => headGrid([], { tokens: [] })).toThrow('patterns: found none');
    expect(() => shown({ tokens: ['a'] })).toThrow('tokens: found 1, expected 6');
    expect(() => shown({ order: [{ layer: 2, head: 0 }] })).toThrow('order: found layer 2');
    expect(() => shown({ order: [{ layer: 0, head: 3 }] })).toThrow('head: found 3');
  });
});

describe('pointer and keyboard', () => {
  it('tell the head', () => {
    const grid = shown();
    const hovers = hear(document.body, 'plot-hover');
    const picks = hear(document.body, 'plot-select');
    point(cellsOf(grid)[4]!, 'pointerenter', 0, 0);
    cellsOf(grid)[4]!.click();
    expect(hovers).toEqual([{ layer: 1, head: 1 }]);
    expect(picks).toEqual([{ layer: 1, head: 1 }]);
    expect(cellsOf(grid)[4]!.getAttribute('aria-selected')).toBe('true');
  });

  it('walk rows and columns', () => {
    const grid = shown({ selected: { layer: 0, head: 1 } });
    const picks = hear(document.body, 'plot-select');
    const walk = (key: string) => press(document.activeElement!, key);
    cellsOf(grid)[1]!.focus();
    walk('ArrowDown');
    expect(document.activeElement).toBe(cellsOf(grid)[4]);
    walk('ArrowDown');
    expect(document.activeElement).toBe(cellsOf(grid)[4]);
    walk('End');
    expect(document.activeElement).toBe(cellsOf(grid)[5]);
    walk('PageUp');
    expect(document.activeElement).toBe(cellsOf(grid)[2]);
    walk('Home');
    walk('Enter');
    expect(picks).toEqual([{ layer: 0, head: 0 }]);
    expect(cellsOf(grid).filter((cell) => cell.getAttribute('tabindex') === '0')).toHaveLength(1);
  });

  it('select rings another head and rebuilds nothing', () => {
    const grid = shown({ selected: { layer: 0, head: 0 } });
    const before = cellsOf(grid);
    grid.select({ layer: 1, head: 2 });
    expect(cellsOf(grid)).toEqual(before);
    const rings = marksOf(grid.drawing().front, 'rect').filter((mark) => mark.stroke === 'accent');
    const map = marksOf(grid.drawing().ground, 'raster')[5]!;
    expect(rings.map((ring) => [ring.x, ring.y])).toEqual([[map.x - 1.5, map.y - 1.5]]);
  });

  it('keep the focused cell over new data', () => {
    const grid = shown();
    cellsOf(grid)[3]!.focus();
    grid.update([examplePattern(3, 6), examplePattern(3, 6)], {
      tokens: kTokens,
      size: 300,
      off: [{ layer: 1, head: 0 }],
    });
    expect(document.activeElement).toBe(cellsOf(grid)[3]);
    expect(cellsOf(grid)[3]!.getAttribute('aria-label')).toContain('off');
  });
});
