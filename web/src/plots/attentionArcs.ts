import { layoutArcs } from './arcLayout.ts';
import { drawArcs, drawnCells } from './arcMarks.ts';
import type { ArcState } from './arcMarks.ts';
import { checkTokens, headOf, strongestKey } from './pattern.ts';
import type { HeadPattern } from './pattern.ts';
import { make, makeFrame, tell } from './picture.ts';
import { makeStops } from './stops.ts';
import { fontStack, pageColour } from './theme.ts';
import { visibleToken } from './tokens.ts';
import type { Cell, Link, Look, Picture, Tensor } from './types.ts';
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
  return { layout, pattern, tokens, links, threshold, selected: cellOf(pattern, options.selected), hovered: null, lang, theme, palette };
}

function spoken(state: ArcState, query: number): string {
  const list = drawnCells(state.pattern, state.threshold, query)
    .reverse()
    .slice(0, 3)
    .map(({ key, weight }) => `“${visibleToken(state.tokens[key]!)}” (${key + 1}) ${percent(weight)}`)
    .join(', ');
  return say(state.lang, 'looksMost', { query: visibleToken(state.tokens[query]!), i: query + 1, list: list || '–' });
}

/**
 * One head as arcs over a line of tokens: width, colour and opacity of an arc are its weight. Arcs to earlier tokens and arcs
 * to later ones stand on opposite sides. `pattern` is (heads, tokens, tokens) or (tokens, tokens).
 * Tells `plot-hover` and `plot-select` with the query under the pointer and the key it looks at most.
 */
export function attentionArcs(pattern: Tensor, options: AttentionArcsOptions): AttentionArcs {
  let data = pattern;
  let settings = options;
  const frame = makeFrame({ size: options.size, onWidth: () => rebuild() });
  let state = readState(data, settings, frame.width());
  const note = make('div', { fontFamily: `var(--attn-font, ${fontStack})`, fontSize: '11px', textAlign: 'center', paddingTop: '4px' });
  frame.host.append(note);

  const stops = makeStops({
    role: 'listbox',
    itemRole: 'option',
    columns: 1,
    onHover: (index) => hover(index === null ? null : cellOf(state.pattern, index)),
    onPick: (index) => {
      state.selected = cellOf(state.pattern, index);
      show();
      tell(frame.host, 'plot-select', state.selected);
    },
  });
  frame.stage.append(stops.element);

  const show = (): void => {
    frame.show(drawArcs(state));
    stops.mark(state.selected?.query);
  };
  const hover = (cell: Cell | null): void => {
    if (cell?.query === state.hovered?.query) return;
    state.hovered = cell;
    show();
    tell(frame.host, 'plot-hover', cell);
  };
  const rebuild = (): void => {
    const { selected, hovered } = state;
    state = { ...readState(data, settings, frame.width()), selected, hovered };
    note.style.color = pageColour('soft', state.theme);
    note.textContent = say(state.lang, 'below', { threshold: percent(state.threshold) });
    stops.place(say(state.lang, 'arcs'), state.layout.boxes.map((box, index) => ({ ...box, label: spoken(state, index) })));
    show();
  };

  const plot = Object.assign(frame.host, {
    select(cell: Cell | null) {
      const fits = cell && cell.query < state.pattern.queries && cell.key < state.pattern.keys;
      state.selected = fits ? cell : null;
      show();
    },
    drawing: () => drawArcs(state),
    update(next: Tensor, nextOptions: AttentionArcsOptions) {
      const kept = state.selected;
      const fresh = readState(next, nextOptions, frame.width());
      [data, settings, state] = [next, nextOptions, fresh];
      if (nextOptions.selected === undefined && kept) state.selected = cellOf(state.pattern, kept.query);
      rebuild();
    },
  });
  rebuild();
  return plot;
}
