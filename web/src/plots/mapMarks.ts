import { colourTable, hexOf, inkOn, levelOf } from './colour.ts';
import { legendMarks } from './legendMarks.ts';
import { footStart, labelStep, narrowWidth } from './mapLayout.ts';
import type { MapLayout } from './mapLayout.ts';
import type { Drawing, LineMark, Mark, TextMark } from './marks.ts';
import { maskedRuns } from './pattern.ts';
import type { HeadPattern } from './pattern.ts';
import { fitText, isFullWidth, textWidth, visibleToken } from './tokens.ts';
import type { Cell, Lang, Link, MaskedAt, Palette, Theme } from './types.ts';
import { percent, say } from './words.ts';

/** Everything that a map shows. */
export interface MapState {
  layout: MapLayout;
  pattern: HeadPattern;
  tokens: readonly string[];
  keyTokens: readonly string[];
  masked: MaskedAt;
  links: readonly Link[];
  /** Whether masked cells can occur at all: a sign in the legend. */
  hasMask: boolean;
  selected: Cell | null;
  hovered: Cell | null;
  lang: Lang;
  theme: Theme;
  palette: Palette;
  /** The weight of full colour. */
  full: number;
}

/** Cells at least this wide get a hairline grid, and a printed value, in pixels. */
const gridFrom = 12;
const valueFrom = 34;

/** The weights as levels; masked cells have none. */
export function mapLevels({ pattern, masked, full }: MapState): Int16Array {
  const levels = new Int16Array(pattern.queries * pattern.keys);
  for (let query = 0; query < pattern.queries; ++query) {
    for (let key = 0; key < pattern.keys; ++key) {
      levels[query * pattern.keys + key] = masked(query, key) ? -1 : levelOf(pattern.at(query, key) / full);
    }
  }
  return levels;
}

function hatchMarks({ layout, masked }: MapState): Mark[] {
  const { left, top, cell, queries, keys } = layout;
  const marks: Mark[] = [];
  for (let query = 0; query < queries; ++query) {
    for (const [from, to] of maskedRuns(masked, query, keys)) {
      marks.push({
        kind: 'hatch',
        x: left + from * cell,
        y: top + query * cell,
        width: (to - from) * cell,
        height: cell,
      });
    }
  }
  return marks;
}

/** Hairlines in large cells; on viridis, where no cell is paper, they would shine. */
function gridMarks({ layout, palette }: MapState): Mark[] {
  const { left, top, cell, queries, keys } = layout;
  const marks: Mark[] = [];
  const right = left + keys * cell;
  const bottom = top + queries * cell;
  const line = (x1: number, y1: number, x2: number, y2: number): LineMark => ({
    kind: 'line',
    x1,
    y1,
    x2,
    y2,
    stroke: 'faint',
    strokeWidth: 1,
  });
  if (cell >= gridFrom && palette === 'indigo') {
    for (let key = 1; key < keys; ++key) marks.push(line(left + key * cell, top, left + key * cell, bottom));
    for (let query = 1; query < queries; ++query) marks.push(line(left, top + query * cell, right, top + query * cell));
  }
  marks.push({
    kind: 'rect',
    x: left - 0.5,
    y: top - 0.5,
    width: right - left + 1,
    height: bottom - top + 1,
    stroke: 'faint',
  });
  return marks;
}

function valueMarks({ layout, pattern, masked, theme, palette, full }: MapState): TextMark[] {
  const { left, top, cell, queries, keys } = layout;
  if (cell < valueFrom) return [];
  const colours = colourTable(palette, theme);
  const size = Math.min(14, Math.floor(cell * 0.3));
  const marks: TextMark[] = [];
  for (let query = 0; query < queries; ++query) {
    for (let key = 0; key < keys; ++key) {
      if (masked(query, key)) continue;
      const weight = pattern.at(query, key);
      // What rounds to zero stays quiet.
      const tiny = weight < 0.005;
      marks.push({
        kind: 'text',
        x: left + (key + 0.5) * cell,
        y: top + (query + 0.5) * cell + size * 0.36,
        text: tiny ? '0' : weight.toFixed(2),
        fill: tiny && palette === 'indigo' ? 'soft' : inkOn(hexOf(colours, levelOf(weight / full))),
        size,
        anchor: 'middle',
        digits: true,
      });
    }
  }
  return marks;
}

function legendOf({ layout, lang, hasMask, links, full }: MapState): { marks: Mark[]; end: number } {
  const y = layout.top + layout.queries * layout.cell + 16;
  const to = Number(full.toPrecision(2));
  return legendMarks({ x: footStart(layout), y, lang, to, masked: hasMask, links: links.length > 0 });
}

function groundMarks(state: MapState): Mark[] {
  const { left, top, cell, queries, keys } = state.layout;
  const box = { x: left, y: top, width: keys * cell, height: queries * cell };
  const paper = hexOf(colourTable(state.palette, state.theme), 0);
  return [
    { kind: 'rect', ...box, fill: state.palette === 'viridis' ? 'paper' : paper },
    { kind: 'raster', ...box, rows: queries, columns: keys, levels: mapLevels(state) },
    ...hatchMarks(state),
    ...gridMarks(state),
    ...valueMarks(state),
    ...legendOf(state).marks,
  ];
}

/** Which labels are shown: every `step`-th, and the active one in place of its close neighbours. */
export function shownLabels(count: number, step: number, active: number | undefined): number[] {
  const shown: number[] = [];
  for (let index = 0; index < count; ++index) {
    const near = active !== undefined && Math.abs(index - active) < step;
    if (index === active || (index % step === 0 && !near)) shown.push(index);
  }
  return shown;
}

/** A full-width label over its column, in one line if it fits, else letter under letter; null if there is no room for either. */
function standingMarks({ cell, top }: MapLayout, mark: TextMark): TextMark[] | null {
  if (!isFullWidth(mark.text)) return null;
  if (textWidth(mark.text, mark.size) <= cell - 4) return [mark];
  const letters = Array.from(mark.text);
  const pitch = mark.size * 1.08;
  if (8 + letters.length * pitch > top || mark.size > cell) return null;
  return letters.map((text, at) => ({ ...mark, text, y: mark.y - (letters.length - 1 - at) * pitch }));
}

function labelMark(state: MapState, axis: 'row' | 'column', index: number, active: number | undefined): TextMark[] {
  const { layout } = state;
  const { left, top, cell } = layout;
  const row = axis === 'row';
  const size = row ? layout.rowFont : layout.columnFont;
  const on = index === active;
  const text = fitText(
    visibleToken((row ? state.tokens : state.keyTokens)[index]!),
    size,
    row ? layout.rowRoom : Math.max(layout.columnRoom, size),
  );
  const look = {
    kind: 'text' as const,
    text,
    size,
    fill: on ? 'accent' : active === undefined ? 'ink' : 'soft',
    weight: on ? 700 : 400,
  };
  if (row) return [{ ...look, x: left - 7, y: top + (index + 0.5) * cell + size * 0.35, anchor: 'end' }];
  const middle = left + (index + 0.5) * cell;
  const label: TextMark = { ...look, x: middle, y: top - 8, anchor: 'middle' };
  if (layout.columns === 'upright') return [label];
  const standing = standingMarks(layout, label);
  if (standing) return standing;
  if (layout.columns === 'vertical')
    return [{ ...look, x: middle + size * 0.35, y: top - 6, anchor: 'start', rotate: -90 }];
  return [{ ...look, x: middle + size * 0.3, y: top - 6, anchor: 'start', rotate: -45 }];
}

function labelMarks(state: MapState, active: Cell | null): TextMark[] {
  const { layout } = state;
  const rows = shownLabels(layout.queries, labelStep(layout, 'row'), active?.query);
  const columns = shownLabels(layout.keys, labelStep(layout, 'column'), active?.key);
  return [
    ...rows.flatMap((query) => labelMark(state, 'row', query, active?.query)),
    ...columns.flatMap((key) => labelMark(state, 'column', key, active?.key)),
  ];
}

function linkMarks({ layout, links }: MapState): Mark[] {
  const { left, top, cell } = layout;
  const r = Math.max(2.5, Math.min(23, cell * 0.42));
  return links.flatMap(({ query, key }): Mark[] => {
    const place = { kind: 'circle' as const, cx: left + (key + 0.5) * cell, cy: top + (query + 0.5) * cell, r };
    return [
      { ...place, stroke: 'paper', strokeWidth: cell >= 16 ? 3.5 : 2.5 },
      { ...place, stroke: 'link', strokeWidth: cell >= 16 ? 2 : 1.25 },
    ];
  });
}

/** Row and column between hairlines, and the cell in a frame. */
function crossMarks(layout: MapLayout, { query, key }: Cell): Mark[] {
  const { left, top, cell, queries, keys } = layout;
  const x = left + key * cell;
  const y = top + query * cell;
  const band = { kind: 'rect' as const, stroke: 'accent', strokeWidth: 1, opacity: 0.75 };
  return [
    { ...band, x: left - 0.5, y: y - 0.5, width: keys * cell + 1, height: cell + 1 },
    { ...band, x: x - 0.5, y: top - 0.5, width: cell + 1, height: queries * cell + 1 },
  ];
}

function frameMarks({ left, top, cell }: MapLayout, { query, key }: Cell, strokeWidth: number): Mark[] {
  const out = Math.max(0, (8 - cell) / 2);
  const box = {
    kind: 'rect' as const,
    x: left + key * cell - out,
    y: top + query * cell - out,
    width: cell + 2 * out,
    height: cell + 2 * out,
    radius: 2,
  };
  return [
    { ...box, stroke: 'paper', strokeWidth: strokeWidth + 2 },
    { ...box, stroke: 'accent', strokeWidth },
  ];
}

function isRepeated(tokens: readonly string[], index: number): boolean {
  return tokens.some((token, other) => other !== index && token === tokens[index]);
}

/** A token as it is named under the map: cut to `width`, and with its place (from 1) if it occurs more than once. */
export function nameOf(tokens: readonly string[], index: number, size: number, width: number): string {
  const place = Array.from(String(index + 1), (digit) => String.fromCodePoint(0x2080 + Number(digit))).join('');
  const token = fitText(visibleToken(tokens[index]!), size, width);
  // Isolates keep a token's direction to itself.
  return `\u2068${token}\u2069${isRepeated(tokens, index) ? place : ''}`;
}

function readingMarks(state: MapState, { query, key }: Cell): TextMark[] {
  const { layout, lang } = state;
  const narrow = layout.width < narrowWidth;
  const right = Math.min(layout.width - 2, Math.max(layout.left + layout.keys * layout.cell, narrowWidth - 40));
  const x = narrow ? footStart(layout) : right;
  const y = layout.top + layout.queries * layout.cell + (narrow ? 44 : 25);
  const size = 13;
  const room = (narrow ? layout.width - x : x - legendOf(state).end - 16) - 90;
  const [first, second] = [state.tokens[query]!, state.keyTokens[key]!];
  // Each name has half of the room, and what the other one leaves.
  const widthBeside = (other: string): number => Math.max(40, room / 2, room - textWidth(visibleToken(other), size));
  const value = state.masked(query, key) ? say(lang, 'masked') : percent(state.pattern.at(query, key));
  const queryName = nameOf(state.tokens, query, size, widthBeside(second));
  const keyName = nameOf(state.keyTokens, key, size, widthBeside(first));
  const text = `${queryName} → ${keyName}  ${value}`;
  return [{ kind: 'text', x, y, text, fill: 'ink', size, weight: 600, anchor: narrow ? 'start' : 'end', digits: true }];
}

function frontMarks(state: MapState): Mark[] {
  const active = state.hovered ?? state.selected;
  return [
    ...(active ? crossMarks(state.layout, active) : []),
    ...linkMarks(state),
    ...(state.selected ? frameMarks(state.layout, state.selected, 2.5) : []),
    ...(state.hovered ? frameMarks(state.layout, state.hovered, 1.5) : []),
    ...labelMarks(state, active),
    ...(active ? readingMarks(state, active) : []),
  ];
}

/** The whole map as a list of marks; with `front` only, the ground is left empty. */
export function drawMap(state: MapState, part: 'all' | 'front' = 'all'): Drawing {
  const { layout, theme, palette } = state;
  return {
    width: layout.width,
    height: layout.height,
    theme,
    palette,
    ground: part === 'all' ? groundMarks(state) : [],
    front: frontMarks(state),
  };
}
