import { cellAt, layoutMap } from './mapLayout.ts';
import { drawMap } from './mapMarks.ts';
import type { MapState } from './mapMarks.ts';
import { makeCellGrid } from './cellGrid.ts';
import { checkTokens, headOf } from './pattern.ts';
import { followPointer } from './pointer.ts';
import { makeFrame, tell } from './picture.ts';
import type { Cell, Link, Look, MaskedAt, Picture, Tensor } from './types.ts';
import { percent, say } from './words.ts';
import { visibleToken } from './tokens.ts';

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
  /** Dragging (or Space, Enter) tells `plot-paint` instead of `plot-select`. */
  paint?: boolean;
}

export interface AttentionMap extends Picture<Cell> {
  /** New data in place: focus, a drag in progress and the selection stay, unless `options.selected` says otherwise. */
  update(pattern: Tensor, options: AttentionMapOptions): void;
}

const open: MaskedAt = () => false;

function inside(cell: Cell | null, state: { queries: number; keys: number }): Cell | null {
  return cell && cell.query >= 0 && cell.key >= 0 && cell.query < state.queries && cell.key < state.keys ? cell : null;
}

/** Reads data and options anew; what the pointer has just painted counts until then. */
function readState(pattern: Tensor, options: AttentionMapOptions, width: number, painted: ReadonlyMap<string, 0 | 1>): MapState {
  const { tokens, keyTokens = tokens, head = 0, links = [], masked = open, lang = 'en', theme = 'light', palette = 'indigo' } = options;
  const chosen = headOf(pattern, head);
  checkTokens('tokens', tokens, chosen.queries);
  checkTokens('keyTokens', keyTokens, chosen.keys);
  return {
    layout: layoutMap({ width, tokens, keyTokens }),
    pattern: chosen,
    tokens,
    keyTokens,
    masked: (query, key) => {
      const brush = painted.get(`${query},${key}`);
      return brush === undefined ? masked(query, key) : brush === 0;
    },
    links: links.filter((link) => inside(link, chosen)),
    hasMask: options.masked !== undefined,
    selected: inside(options.selected ?? null, chosen),
    hovered: null,
    lang,
    theme,
    palette,
  };
}

function spoken(state: MapState, { query, key }: Cell): string {
  const weight = state.masked(query, key) ? say(state.lang, 'masked') : percent(state.pattern.at(query, key));
  const link = state.links.some((item) => item.query === query && item.key === key);
  const sentence = say(state.lang, 'looks', {
    query: visibleToken(state.tokens[query]!),
    i: query + 1,
    key: visibleToken(state.keyTokens[key]!),
    j: key + 1,
    weight,
  });
  return link ? `${sentence}, ${say(state.lang, 'trueLink')}` : sentence;
}

/**
 * A matrix heatmap of one head: rows are queries, columns are keys, darker (on dark pages: brighter) is more.
 * `pattern` is (heads, queries, keys) or (queries, keys), weights in [0, 1]. Throws `RangeError` on shapes that do not fit.
 * Tells `plot-hover` (pointer and arrow keys), `plot-select` (click, Enter), and with `paint` `plot-paint`.
 */
export function attentionMap(pattern: Tensor, options: AttentionMapOptions): AttentionMap {
  const painted = new Map<string, 0 | 1>();
  let data = pattern;
  let settings = options;
  const frame = makeFrame({ size: options.size, onWidth: () => redraw() });
  let state = readState(data, settings, frame.width(), painted);

  const grid = makeCellGrid({
    host: frame.host,
    describe: (cell) => spoken(state, cell),
    onMove: (cell) => hover(cell, true),
    onPick: (cell) => (settings.paint ? stroke(cell, state.masked(cell.query, cell.key) ? 1 : 0) : pick(cell)),
    onLeave: () => hover(null, true),
  });
  frame.stage.append(grid.element);

  const place = (): void => grid.place(state.layout, state.selected, say(state.lang, 'map'));
  const redraw = (): void => {
    const { selected, hovered } = state;
    state = { ...readState(data, settings, frame.width(), painted), selected, hovered };
    frame.show(drawMap(state));
    place();
  };
  const refresh = (): void => {
    frame.refresh(drawMap(state, 'front'));
    place();
  };
  const hover = (cell: Cell | null, telling: boolean): void => {
    if (cell?.query === state.hovered?.query && cell?.key === state.hovered?.key) return;
    state.hovered = cell;
    frame.refresh(drawMap(state, 'front'));
    if (telling) tell(frame.host, 'plot-hover', cell);
  };
  const pick = (cell: Cell): void => {
    state.selected = cell;
    refresh();
    tell(frame.host, 'plot-select', cell);
  };
  const stroke = (cell: Cell, value: 0 | 1): void => {
    const has = state.masked(cell.query, cell.key) ? 0 : 1;
    if (has === value) return;
    painted.set(`${cell.query},${cell.key}`, value);
    redraw();
    tell(frame.host, 'plot-paint', { ...cell, value });
  };

  followPointer(frame.stage, {
    at: (x, y) => cellAt(state.layout, x, y),
    paints: () => settings.paint === true,
    isOn: (cell) => !state.masked(cell.query, cell.key),
    onHover: (cell) => hover(cell, true),
    onPick: (cell) => {
      grid.focus(cell);
      pick(cell);
    },
    onStroke: stroke,
  });

  const plot = Object.assign(frame.host, {
    select(cell: Cell | null) {
      state.selected = inside(cell, state.pattern);
      refresh();
    },
    drawing: () => drawMap(state),
    update(next: Tensor, nextOptions: AttentionMapOptions) {
      const kept = nextOptions.selected === undefined ? state.selected : nextOptions.selected;
      painted.clear();
      const hovered = state.hovered;
      const fresh = readState(next, nextOptions, frame.width(), painted);
      [data, settings, state] = [next, nextOptions, fresh];
      state.selected = inside(kept, state.pattern);
      state.hovered = inside(hovered, state.pattern);
      frame.stage.style.touchAction = settings.paint ? 'none' : 'manipulation';
      frame.show(drawMap(state));
      place();
    },
  });
  frame.stage.style.touchAction = settings.paint ? 'none' : 'manipulation';
  frame.show(drawMap(state));
  place();
  return plot;
}
