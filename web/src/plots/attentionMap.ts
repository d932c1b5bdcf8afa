import { makeCellGrid } from './cellGrid.ts';
import type { CellGrid } from './cellGrid.ts';
import { cellAt, layoutMap } from './mapLayout.ts';
import { drawMap } from './mapMarks.ts';
import type { MapState } from './mapMarks.ts';
import type { Picture } from './marks.ts';
import { checkTokens, headOf, largestOf } from './pattern.ts';
import { makeFrame, tell } from './picture.ts';
import type { Frame } from './picture.ts';
import { followPointer } from './pointer.ts';
import { visibleToken } from './tokens.ts';
import type { Cell, FullColour, Link, Look, MaskedAt, Tensor } from './types.ts';
import { percent, say } from './words.ts';

export interface AttentionMapOptions extends Look {
  /** One per query (row). */
  tokens: readonly string[];
  /** One per key (column); the queries' tokens by default. */
  keyTokens?: readonly string[];
  head?: number;
  selected?: Cell | null;
  /** True links, drawn as open rings. */
  links?: readonly Link[];
  /** Which cells are masked; they are hatched. */
  masked?: MaskedAt;
  /** `'one'` by default. */
  fullColour?: FullColour;
  /** Dragging (or Space, Enter) tells `plot-paint` instead of `plot-select`. */
  paint?: boolean;
}

export interface AttentionMap extends Picture<Cell> {
  /** New data in place: focus, a drag in progress and the selection stay, unless `options.selected` says otherwise. */
  update(pattern: Tensor, options: AttentionMapOptions): void;
}

/** What one map on a page holds. `painted` is what the hand has painted since the last data, by place in the row-major pattern. */
interface View {
  frame: Frame;
  pattern: Tensor;
  options: AttentionMapOptions;
  painted: Map<number, 0 | 1>;
  state: MapState;
  grid: CellGrid;
}

const open: MaskedAt = () => false;

function inside(cell: Cell | null, { queries, keys }: { queries: number; keys: number }): Cell | null {
  const fits = cell && cell.query >= 0 && cell.key >= 0 && cell.query < queries && cell.key < keys;
  return fits ? cell : null;
}

function isSame(a: Cell | null, b: Cell | null): boolean {
  return a?.query === b?.query && a?.key === b?.key;
}

function readState(
  data: Tensor,
  options: AttentionMapOptions,
  width: number,
  painted: ReadonlyMap<number, 0 | 1>,
): MapState {
  const { tokens, keyTokens = tokens, head = 0, links = [], masked = open } = options;
  const { lang = 'en', theme = 'light', palette = 'indigo' } = options;
  const pattern = headOf(data, head);
  checkTokens('tokens', tokens, pattern.queries);
  checkTokens('keyTokens', keyTokens, pattern.keys);
  return {
    layout: layoutMap({ width, tokens, keyTokens }),
    pattern,
    tokens,
    keyTokens,
    masked: (query, key) => {
      const brush = painted.size === 0 ? undefined : painted.get(query * pattern.keys + key);
      return brush === undefined ? masked(query, key) : brush === 0;
    },
    links: links.filter((link) => inside(link, pattern)),
    hasMask: options.masked !== undefined || options.paint === true,
    selected: inside(options.selected ?? null, pattern),
    hovered: null,
    lang,
    theme,
    palette,
    full: options.fullColour === 'largest' ? largestOf(pattern) : 1,
  };
}

function spoken(state: MapState, { query, key }: Cell): string {
  const sentence = say(state.lang, 'looks', {
    query: visibleToken(state.tokens[query]!),
    i: query + 1,
    key: visibleToken(state.keyTokens[key]!),
    j: key + 1,
    weight: state.masked(query, key) ? say(state.lang, 'masked') : percent(state.pattern.at(query, key)),
  });
  const isLink = state.links.some((link) => isSame(link, { query, key }));
  return isLink ? `${sentence}, ${say(state.lang, 'trueLink')}` : sentence;
}

function show({ frame, grid, state, options }: View, part: 'all' | 'front'): void {
  if (part === 'all') frame.show(drawMap(state));
  else frame.refresh(drawMap(state, 'front'));
  frame.stage.style.touchAction = options.paint ? 'none' : 'manipulation';
  frame.stage.style.cursor = options.paint ? 'crosshair' : 'default';
  grid.place(state.layout, state.selected, say(state.lang, 'map'));
}

function resize(view: View): void {
  const { selected, hovered } = view.state;
  view.state = { ...readState(view.pattern, view.options, view.frame.width(), view.painted), selected, hovered };
  show(view, 'all');
}

function hover(view: View, cell: Cell | null): void {
  if (isSame(cell, view.state.hovered)) return;
  view.state.hovered = cell;
  view.frame.refresh(drawMap(view.state, 'front'));
  tell(view.frame.host, 'plot-hover', cell);
}

function pick(view: View, cell: Cell): void {
  view.state.selected = cell;
  show(view, 'front');
  tell(view.frame.host, 'plot-select', cell);
}

/** Paints one cell, unless it already is what it should become; shown at once, before new data come. */
function stroke(view: View, cell: Cell, value: 0 | 1): void {
  const { state } = view;
  if (state.masked(cell.query, cell.key) === (value === 0)) return;
  view.painted.set(cell.query * state.pattern.keys + cell.key, value);
  show(view, 'all');
  tell(view.frame.host, 'plot-paint', { ...cell, value });
}

function renew(view: View, pattern: Tensor, options: AttentionMapOptions): void {
  const kept = options.selected === undefined ? view.state.selected : options.selected;
  const painted = new Map<number, 0 | 1>();
  const state = readState(pattern, options, view.frame.width(), painted);
  state.selected = inside(kept, state.pattern);
  state.hovered = inside(view.state.hovered, state.pattern);
  Object.assign(view, { pattern, options, painted, state });
  show(view, 'all');
}

function listen(view: View): void {
  followPointer(view.frame.stage, {
    at: (x, y) => cellAt(view.state.layout, x, y),
    paints: () => view.options.paint === true,
    isOn: (cell) => !view.state.masked(cell.query, cell.key),
    onHover: (cell) => hover(view, cell),
    onPick: (cell) => {
      view.grid.focus(cell);
      pick(view, cell);
    },
    onStroke: (cell, value) => stroke(view, cell, value),
  });
}

/**
 * A matrix heatmap of one head: rows are queries, columns are keys, darker (on dark pages: brighter) is more.
 * `pattern` is (heads, queries, keys) or (queries, keys), weights in [0, 1]. Throws `RangeError` on shapes that do not fit.
 * Tells `plot-hover` (pointer and arrow keys), `plot-select` (click, Enter), and with `paint` `plot-paint`.
 */
export function attentionMap(pattern: Tensor, options: AttentionMapOptions): AttentionMap {
  const frame = makeFrame({ size: options.size, onWidth: () => resize(view) });
  const grid = makeCellGrid(frame.host, {
    describe: (cell) => spoken(view.state, cell),
    onMove: (cell) => hover(view, cell),
    onPick: (cell) =>
      view.options.paint ? stroke(view, cell, view.state.masked(cell.query, cell.key) ? 1 : 0) : pick(view, cell),
    onLeave: () => hover(view, null),
  });
  const painted = new Map<number, 0 | 1>();
  const view: View = {
    frame,
    grid,
    pattern,
    options,
    painted,
    state: readState(pattern, options, frame.width(), painted),
  };
  frame.stage.append(grid.element);
  listen(view);
  show(view, 'all');
  return Object.assign(frame.host, {
    select(cell: Cell | null) {
      view.state.selected = inside(cell, view.state.pattern);
      show(view, 'front');
    },
    drawing: () => drawMap(view.state),
    update: (next: Tensor, nextOptions: AttentionMapOptions) => renew(view, next, nextOptions),
  });
}
