import { describe, expect, it } from 'vitest';
import { attentionMap } from '../../web/src/plots/attentionMap.ts';
import { cellAt, layoutMap } from '../../web/src/plots/mapLayout.ts';
import { cellsBetween } from '../../web/src/plots/pointer.ts';
import type { AttentionMap, AttentionMapOptions } from '../../web/src/plots/attentionMap.ts';
import { causal, examplePattern, hear, kTokens, marksOf, patternOf, point, press, textOf } from './support.ts';

const size = 500;
const options: AttentionMapOptions = { tokens: kTokens, masked: causal, size };

function shown(more: Partial<AttentionMapOptions> = {}): AttentionMap {
  const map = attentionMap(examplePattern(2, kTokens.length), { ...options, ...more });
  document.body.replaceChildren(map);
  return map;
}

const gridCell = (map: Element): HTMLElement => map.querySelector<HTMLElement>('[role=gridcell]')!;
const rasterOf = (map: AttentionMap) => marksOf(map.drawing().ground, 'raster')[0]!;

/** Middle of a cell, in pixels of the plot. */
function middleOf(query: number, key: number, tokens = kTokens): [number, number] {
  const { left, top, cell } = layoutMap({ width: size, tokens, keyTokens: tokens });
  return [left + (key + 0.5) * cell, top + (query + 0.5) * cell];
}

describe('what is drawn', () => {
  it('is the same as last time', () => {
    const map = shown({ selected: { query: 3, key: 1 }, links: [{ query: 3, key: 0 }] });
    expect(textOf(map.drawing())).toMatchSnapshot();
  });

  it('colours every cell by its value, of the head asked for', () => {
    const pattern = examplePattern(2, kTokens.length);
    for (const head of [0, 1]) {
      const { levels } = rasterOf(shown({ head }));
      const expected = Array.from(levels, (_, at) =>
        causal(Math.floor(at / 6), at % 6) ? -1 : Math.round(255 * pattern.data[head * 36 + at]!),
      );
      expect(Array.from(levels)).toEqual(expected);
    }
  });

  it('gives full colour to the largest weight where it is asked to, and the legend says which that is', () => {
    const rows = [
      [0.02, 0.04],
      [0, 0.01],
    ];
    const map = attentionMap(patternOf(rows), { tokens: ['a', 'b'], fullColour: 'largest', size });
    expect([...rasterOf(map).levels]).toEqual([128, 255, 0, 64]);
    const texts = marksOf(map.drawing().ground, 'text').map(({ text }) => text);
    expect(texts).toEqual(expect.arrayContaining(['0', '0.04', '0.02', '0.01']));
    expect(texts).not.toContain('1');
    const nothing = attentionMap(patternOf([[0, 0]]), { tokens: ['a'], keyTokens: ['b', 'c'], fullColour: 'largest' });
    expect([...rasterOf(nothing).levels]).toEqual([0, 0]);
  });

  it('keeps masked apart from zero: hatched, without colour or number', () => {
    const pattern = patternOf([
      [1, 0],
      [1, 0],
    ]);
    const map = attentionMap(pattern, { tokens: ['a', 'b'], masked: causal, size: 200 });
    expect(Array.from(rasterOf(map).levels)).toEqual([255, -1, 255, 0]);
    const { ground } = map.drawing();
    const { left, top, cell } = layoutMap({ width: 200, tokens: ['a', 'b'], keyTokens: ['a', 'b'] });
    const hatches = marksOf(ground, 'hatch').filter((mark) => mark.y < top + 2 * cell);
    expect(hatches).toEqual([{ kind: 'hatch', x: left + cell, y: top, width: cell, height: cell }]);
    const numbers = marksOf(ground, 'text').filter((mark) => mark.digits);
    expect(numbers.map((mark) => mark.text)).toEqual(['1.00', '1.00', '0']);
  });

  it('prints numbers in cells from 34 pixels, a hairline grid from 12', () => {
    const count = (n: number, width: number) => {
      const tokens = Array.from({ length: n }, () => 'x');
      const { ground } = attentionMap(
        examplePattern(1, n, () => false),
        { tokens, size: width },
      ).drawing();
      return [marksOf(ground, 'text').filter((mark) => mark.digits).length, marksOf(ground, 'line').length];
    };
    expect(
      layoutMap({ width: 200, tokens: ['x', 'x', 'x', 'x'], keyTokens: ['x', 'x', 'x', 'x'] }).cell,
    ).toBeGreaterThanOrEqual(34);
    expect(count(4, 200)).toEqual([16, 6]);
    expect(count(10, 200)).toEqual([0, 18]);
    expect(count(40, 200)).toEqual([0, 0]);
  });

  it('places repeated tokens by index', () => {
    const tokens = ['the', 'the', 'the'];
    const pattern = patternOf([
      [1, 0, 0],
      [0.25, 0.75, 0],
      [0.5, 0.2, 0.3],
    ]);
    const map = attentionMap(pattern, { tokens, size: 300, selected: { query: 1, key: 0 } });
    expect(Array.from(rasterOf(map).levels)).toEqual([255, 0, 0, 64, 191, 0, 128, 51, 77]);
    const bold = marksOf(map.drawing().front, 'text').filter((mark) => mark.weight === 700);
    expect(bold).toHaveLength(2);
    expect(bold[0]!.y).toBeCloseTo(middleOfRow(tokens, 1), 0);
  });

  it('rings the true links, open', () => {
    const rings = marksOf(shown({ links: [{ query: 4, key: 1 }] }).drawing().front, 'circle');
    const [x, y] = middleOf(4, 1);
    expect(rings.map((ring) => [ring.cx, ring.cy, ring.fill, ring.stroke])).toEqual([
      [x, y, undefined, 'paper'],
      [x, y, undefined, 'link'],
    ]);
  });

  it('stands single characters upright and slants words only where they do not fit', () => {
    const chinese = Array.from('白日依山尽黄河入海流');
    const words = Array.from({ length: 20 }, (_, index) => `word${index}`);
    expect(layoutMap({ width: 200, tokens: chinese, keyTokens: chinese }).columns).toBe('upright');
    expect(layoutMap({ width: 640, tokens: words, keyTokens: words }).columns).toBe('slanted');
    expect(layoutMap({ width: 390, tokens: words, keyTokens: words }).columns).toBe('vertical');
    expect(layoutMap({ width: 640, tokens: ['a', 'cat'], keyTokens: ['a', 'cat'] }).columns).toBe('upright');
  });

  it('never turns Chinese words where others are turned: beside each other if they fit, else one letter under the other', () => {
    const tokens = ['notebook', '书', '桌子', '旁边', '买', '了', '本', '书', '。', '书'];
    const labels = (size: number) => {
      const { left } = layoutMap({ width: size, tokens, keyTokens: tokens });
      const map = attentionMap(examplePattern(1, tokens.length), { tokens, size });
      return marksOf(map.drawing().front, 'text').filter(({ x }) => x > left);
    };
    expect(labels(640).map(({ text, rotate = 0 }) => [text, rotate])).toEqual(
      tokens.map((token) => [token, token === 'notebook' ? -45 : 0]),
    );
    const narrow = labels(300);
    expect(narrow.filter(({ rotate }) => rotate).map(({ text }) => text)).toEqual(['notebook']);
    const [upper, lower] = [narrow.find(({ text }) => text === '桌')!, narrow.find(({ text }) => text === '子')!];
    expect(upper.x).toBe(lower.x);
    expect(lower.y - upper.y).toBeGreaterThanOrEqual(lower.size);
    expect(upper.y - upper.size).toBeGreaterThanOrEqual(0);
  });

  it('shrinks to the width of a phone with the hovered names always shown', () => {
    const n = 256;
    const tokens = Array.from({ length: n }, (_, index) => `token${index}`);
    const map = attentionMap(examplePattern(1, n), {
      tokens,
      masked: causal,
      size: 390,
      selected: { query: 201, key: 7 },
    });
    const { rows, columns, width } = rasterOf(map);
    expect([rows, columns, width / columns]).toEqual([n, n, 2]);
    const texts = marksOf(map.drawing().front, 'text');
    expect(texts.filter((mark) => mark.weight === 700).map((mark) => mark.text)).toEqual(['token201', 'token7']);
    expect(texts.length).toBeLessThan(120);
  });
});

function middleOfRow(tokens: string[], query: number): number {
  const { top, cell, rowFont } = layoutMap({ width: 300, tokens, keyTokens: tokens });
  return top + (query + 0.5) * cell + rowFont * 0.35;
}

describe('what is refused', () => {
  it('names what does not fit', () => {
    const pattern = examplePattern(2, 6);
    expect(() => attentionMap(pattern, { tokens: ['a'] })).toThrow('tokens: found 1, expected 6');
    expect(() => attentionMap(pattern, { tokens: kTokens, keyTokens: ['a'] })).toThrow(
      'keyTokens: found 1, expected 6',
    );
    expect(() => attentionMap(pattern, { ...options, head: 2 })).toThrow('head: found 2, expected 0 to 1');
    expect(() => attentionMap({ shape: [6], data: new Float32Array(6) }, options)).toThrow('found shape (6)');
    expect(() => attentionMap({ shape: [2, 2], data: new Float32Array(5) }, options)).toThrow(
      'found 5 numbers, expected 4',
    );
    expect(() => attentionMap({ shape: [1, 0, 0], data: new Float32Array(0) }, { tokens: [] })).toThrow(
      'at least one query',
    );
  });
});

describe('select', () => {
  it('moves the highlight and rebuilds nothing', () => {
    const map = shown({ selected: { query: 3, key: 1 } });
    const before = [map.querySelector('canvas'), map.querySelector('svg'), gridCell(map)];
    const picks = hear(map, 'plot-select');
    map.select({ query: 5, key: 2 });
    expect([map.querySelector('canvas'), map.querySelector('svg'), gridCell(map)]).toEqual(before);
    const frames = marksOf(map.drawing().front, 'rect').filter(
      (mark) => mark.stroke === 'accent' && mark.strokeWidth === 2.5,
    );
    const [x, y] = middleOf(5, 2);
    expect(frames.map((mark) => [mark.x + mark.width / 2, mark.y + mark.height / 2])).toEqual([[x, y]]);
    expect(gridCell(map).getAttribute('aria-selected')).toBe('true');
    map.select(null);
    expect(marksOf(map.drawing().front, 'rect')).toEqual([]);
    expect(picks).toEqual([]);
  });

  it('ignores a cell outside the pattern', () => {
    const map = shown();
    map.select({ query: 6, key: 0 });
    expect(marksOf(map.drawing().front, 'rect')).toEqual([]);
  });
});

describe('the pointer', () => {
  it('tells the cell it is over, once, and null when it leaves', () => {
    const map = shown();
    const hovers = hear(document.body, 'plot-hover');
    const stage = map.firstElementChild!;
    point(stage, 'pointermove', ...middleOf(4, 1));
    point(stage, 'pointermove', ...middleOf(4, 1));
    point(stage, 'pointermove', ...middleOf(2, 2));
    point(stage, 'pointermove', 1, 1);
    point(stage, 'pointerleave', 1, 1);
    expect(hovers).toEqual([{ query: 4, key: 1 }, { query: 2, key: 2 }, null]);
  });

  it('tells what was clicked, and shows both names', () => {
    const map = shown();
    const picks = hear(document.body, 'plot-select');
    point(map.firstElementChild!, 'click', ...middleOf(3, 1));
    expect(picks).toEqual([{ query: 3, key: 1 }]);
    const reading = marksOf(map.drawing().front, 'text').at(-1)!.text;
    expect(reading).toContain('⁨<b>the</b>⁩ → ⁨cat⁩');
    expect(reading).toContain(`${(100 * examplePattern(2, 6).data[3 * 6 + 1]!).toFixed(1)}%`);
  });
});

describe('painting the mask', () => {
  it('gives every cell on the way the opposite of the first one', () => {
    const map = shown({ paint: true });
    const strokes = hear(document.body, 'plot-paint');
    const stage = map.firstElementChild!;
    point(stage, 'pointerdown', ...middleOf(5, 1));
    point(stage, 'pointermove', ...middleOf(5, 4));
    point(stage, 'pointermove', ...middleOf(3, 4));
    point(stage, 'pointerup', ...middleOf(3, 4));
    point(stage, 'pointermove', ...middleOf(0, 0));
    // (3, 4) and above are masked already: nothing to tell.
    expect(strokes).toEqual(
      [1, 2, 3, 4].map((key) => ({ query: 5, key, value: 0 })).concat([{ query: 4, key: 4, value: 0 }]),
    );
    expect(rasterOf(map).levels.subarray(30)).toEqual(
      Int16Array.of(rasterOf(shown()).levels[30]!, -1, -1, -1, -1, rasterOf(shown()).levels[35]!),
    );
  });

  it('opens masked cells when it starts on one', () => {
    const map = shown({ paint: true });
    const strokes = hear(document.body, 'plot-paint');
    point(map.firstElementChild!, 'pointerdown', ...middleOf(0, 5));
    expect(strokes).toEqual([{ query: 0, key: 5, value: 1 }]);
    expect(hear(document.body, 'plot-select')).toEqual([]);
  });

  it('does the same by keyboard', () => {
    const map = shown({ paint: true, selected: { query: 2, key: 1 } });
    const strokes = hear(document.body, 'plot-paint');
    press(gridCell(map), ' ');
    press(gridCell(map), 'Enter');
    expect(strokes).toEqual([
      { query: 2, key: 1, value: 0 },
      { query: 2, key: 1, value: 1 },
    ]);
  });

  it('goes on over new data, which then decide', () => {
    const map = shown({ paint: true });
    const strokes = hear<{ query: number; key: number }>(document.body, 'plot-paint');
    const stage = map.firstElementChild!;
    point(stage, 'pointerdown', ...middleOf(5, 0));
    map.update(examplePattern(2, 6), {
      ...options,
      paint: true,
      masked: (query, key) => causal(query, key) || (query === 5 && key === 0),
    });
    point(stage, 'pointermove', ...middleOf(5, 2));
    expect(strokes.map((stroke) => stroke.key)).toEqual([0, 1, 2]);
    map.update(examplePattern(2, 6), options);
    expect(Array.from(rasterOf(map).levels)).toEqual(Array.from(rasterOf(shown()).levels));
  });

  it('leaves no holes between two points', () => {
    expect(cellsBetween({ query: 0, key: 0 }, { query: 2, key: 4 })).toEqual([
      { query: 0, key: 0 },
      { query: 1, key: 1 },
      { query: 1, key: 2 },
      { query: 2, key: 3 },
      { query: 2, key: 4 },
    ]);
  });
});

describe('the keyboard', () => {
  it('walks the cells and says them', () => {
    const map = shown({ selected: { query: 2, key: 1 }, links: [{ query: 3, key: 1 }] });
    const hovers = hear(document.body, 'plot-hover');
    const cell = gridCell(map);
    cell.focus();
    for (const key of ['ArrowDown', 'ArrowRight', 'ArrowUp', 'ArrowLeft', 'End', 'Home', 'PageDown', 'PageUp']) {
      expect(press(cell, key).defaultPrevented).toBe(true);
    }
    press(cell, 'End', { ctrlKey: true });
    expect(hovers).toEqual([
      { query: 2, key: 1 },
      { query: 3, key: 1 },
      { query: 3, key: 2 },
      { query: 2, key: 2 },
      { query: 2, key: 1 },
      { query: 2, key: 5 },
      { query: 2, key: 0 },
      { query: 5, key: 0 },
      { query: 0, key: 0 },
      { query: 5, key: 5 },
    ]);
    expect([cell.parentElement!.getAttribute('aria-rowindex'), cell.getAttribute('aria-colindex')]).toEqual(['6', '6']);
  });

  it('reads weight, mask and true link aloud, in both languages', () => {
    const map = shown({ selected: { query: 3, key: 1 }, links: [{ query: 3, key: 1 }] });
    const weight = `${(100 * examplePattern(2, 6).data[19]!).toFixed(1)}%`;
    expect(gridCell(map).getAttribute('aria-label')).toBe(`“<b>the</b>” (4) looks at “cat” (2): ${weight}, true link`);
    press(gridCell(map), 'ArrowRight');
    press(gridCell(map), 'ArrowRight');
    press(gridCell(map), 'ArrowRight');
    expect(map.querySelector('[aria-live]')!.textContent).toBe('“<b>the</b>” (4) looks at “⏎” (5): masked');
    expect(gridCell(shown({ lang: 'zh', selected: { query: 0, key: 1 } })).getAttribute('aria-label')).toBe(
      '“the”（1）看“cat”（2）：已屏蔽',
    );
  });

  it('leaves other keys to the page', () => {
    const map = shown();
    expect(press(gridCell(map), 'Tab').defaultPrevented).toBe(false);
    expect(press(gridCell(map), 'x').defaultPrevented).toBe(false);
  });

  it('picks with Enter', () => {
    const map = shown({ selected: { query: 2, key: 1 } });
    const picks = hear(document.body, 'plot-select');
    press(gridCell(map), 'ArrowUp');
    press(gridCell(map), 'Enter');
    expect(picks).toEqual([{ query: 1, key: 1 }]);
  });
});

describe('cellAt', () => {
  it('finds the cell of every middle, and none outside', () => {
    const layout = layoutMap({ width: 500, tokens: kTokens, keyTokens: kTokens });
    for (let query = 0; query < 6; ++query) {
      for (let key = 0; key < 6; ++key) expect(cellAt(layout, ...middleOf(query, key))).toEqual({ query, key });
    }
    expect(cellAt(layout, layout.left - 1, layout.top + 1)).toBeNull();
    expect(cellAt(layout, layout.left + 6 * layout.cell, layout.top)).toBeNull();
  });
});
