import { layoutArcs } from './arcLayout.ts';
import { drawArcs, drawnCells } from './arcMarks.ts';
import type { ArcState } from './arcMarks.ts';
import type { Picture } from './marks.ts';
import { checkTokens, headOf, strongestKey } from './pattern.ts';
import type { HeadPattern } from './pattern.ts';
import { make, makeFrame, tell } from './picture.ts';
import type { Frame } from './picture.ts';
import { makeStops } from './stops.ts';
import type { Stops } from './stops.ts';
import { fontStack, pageColour } from './theme.ts';
import { visibleToken } from './tokens.ts';
import type { Cell, Link, Look, Tensor } from './types.ts';
import { percent, say } from './words.ts';

export interface AttentionArcsOptions extends Look {
  tokens: readonly string[];
  head?: number;
  /** Index of the query whose arcs are shown alone; `null` shows all. */
  selected?: number | null;
  /** True links, drawn as a coloured outline of their arc. */
  links?: readonly Link[];
  /** Weights under this are not drawn, in [0, 1]. */
  threshold?: number;
}

export interface AttentionArcs extends Picture<Cell> {
  /** New data in place; focus and selection stay, unless `options.selected` says otherwise. */
  update(pattern: Tensor, options: AttentionArcsOptions): void;
}

/** The cell that stands for a query: the key it looks at most. */
function cellOf(pattern: HeadPattern, query: number | null | undefined): Cell | null {
  if (query === null || query === undefined || query < 0 || query >= pattern.queries) return null;
  return { query, key: strongestKey(pattern, query) };
}

function readState(data: Tensor, options: AttentionArcsOptions, width: number): ArcState {
  const { tokens, head = 0, links = [], threshold = 0.02, lang = 'en', theme = 'light', palette = 'indigo' } = options;
  const pattern = headOf(data, head);
  checkTokens('tokens', tokens, pattern.queries);
  checkTokens('tokens', tokens, pattern.keys);
  const spans = [...drawnCells(pattern, threshold), ...links].map((cell) => cell.query - cell.key);
  const back = spans.reduce((most, span) => Math.max(most, span), 0);
  const ahead = spans.reduce((most, span) => Math.max(most, -span), 0);
  const layout = layoutArcs({ width, tokens, back, ahead });
  return {
    layout,
    pattern,
    tokens,
    links,
    threshold,
    selected: cellOf(pattern, options.selected),
    hovered: null,
    lang,
    theme,
    palette,
  };
}

function spoken(state: ArcState, query: number): string {
  const list = drawnCells(state.pattern, state.threshold, query)
    .reverse()
    .slice(0, 3)
    .map(({ key, weight }) => `“${visibleToken(state.tokens[key]!)}” (${key + 1}) ${percent(weight)}`)
    .join(', ');
  return say(state.lang, 'looksMost', { query: visibleToken(state.tokens[query]!), i: query + 1, list: list || '–' });
}

/** What one picture of arcs on a page holds. */
interface View {
  frame: Frame;
  stops: Stops;
  note: HTMLElement;
  pattern: Tensor;
  options: AttentionArcsOptions;
  state: ArcState;
}

function show({ frame, stops, state }: View): void {
  frame.show(drawArcs(state));
  stops.mark(state.selected?.query);
}

function build(view: View): void {
  const { note, stops, state } = view;
  note.style.color = pageColour('soft', state.theme);
  note.textContent = say(state.lang, 'below', { threshold: percent(state.threshold) });
  const boxes = state.layout.boxes.map((box, index) => ({ ...box, label: spoken(state, index) }));
  stops.place(say(state.lang, 'arcs'), boxes, 1);
  show(view);
}

function resize(view: View): void {
  const { selected, hovered } = view.state;
  view.state = { ...readState(view.pattern, view.options, view.frame.width()), selected, hovered };
  build(view);
}

function hover(view: View, query: number | null): void {
  if ((view.state.hovered?.query ?? null) === query) return;
  view.state.hovered = cellOf(view.state.pattern, query);
  view.frame.show(drawArcs(view.state));
  tell(view.frame.host, 'plot-hover', view.state.hovered);
}

function pick(view: View, query: number): void {
  view.state.selected = cellOf(view.state.pattern, query);
  show(view);
  tell(view.frame.host, 'plot-select', view.state.selected);
}

function renew(view: View, pattern: Tensor, options: AttentionArcsOptions): void {
  const kept = options.selected === undefined ? view.state.selected?.query : options.selected;
  const state = readState(pattern, options, view.frame.width());
  state.selected = cellOf(state.pattern, kept);
  state.hovered = cellOf(state.pattern, view.state.hovered?.query);
  Object.assign(view, { pattern, options, state });
  build(view);
}

/**
 * One head as arcs over a line of tokens: width, colour and opacity of an arc are its weight. Arcs to earlier tokens and arcs
 * to later ones stand on opposite sides. `pattern` is (heads, tokens, tokens) or (tokens, tokens).
 * Tells `plot-hover` and `plot-select` with the query under the pointer and the key it looks at most.
 */
export function attentionArcs(pattern: Tensor, options: AttentionArcsOptions): AttentionArcs {
  const frame = makeFrame({ size: options.size, onWidth: () => resize(view) });
  const stops = makeStops({
    role: 'listbox',
    itemRole: 'option',
    onHover: (query) => hover(view, query),
    onPick: (query) => pick(view, query),
  });
  const font = { fontFamily: `var(--attn-font, ${fontStack})`, fontSize: '11px' };
  const note = make('div', { ...font, textAlign: 'center', paddingTop: '4px' });
  const view: View = { frame, stops, note, pattern, options, state: readState(pattern, options, frame.width()) };
  frame.stage.append(stops.element);
  frame.host.append(note);
  build(view);
  return Object.assign(frame.host, {
    select(cell: Cell | null) {
      const { queries, keys } = view.state.pattern;
      view.state.selected = cell && cell.query < queries && cell.key < keys ? cell : null;
      show(view);
    },
    drawing: () => drawArcs(view.state),
    update: (next: Tensor, nextOptions: AttentionArcsOptions) => renew(view, next, nextOptions),
  });
}
